"""Files for people on disks that are full, gone or read-only: whole, or as they were."""

import os
from pathlib import Path

import pytest

from app.errors import InvalidInput
from app.services.saving import save_whole, written_whole
from tests.small_disk import small_disk


def test_a_file_is_written_and_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    assert save_whole(b"first", target) == target
    save_whole(b"second", target)
    assert target.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_keeps_the_old_file_and_no_half_one_and_works_again_with_room(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "stick", "256k") as stick:
        target = stick / "report.pdf"
        save_whole(b"old" * 1000, target)
        (stick / "ballast").write_bytes(bytes(100 << 10))
        with pytest.raises(InvalidInput, match="No space left") as error:
            save_whole(os.urandom(200 << 10), target)
        assert str(target) in error.value.text
        assert "another folder" in error.value.hint
        assert target.read_bytes() == b"old" * 1000
        assert sorted(path.name for path in stick.iterdir()) == ["ballast", "report.pdf"]
        (stick / "ballast").unlink()
        save_whole(bytes(200 << 10), target)
        assert target.stat().st_size == 200 << 10


def test_what_fails_or_is_stopped_while_it_writes_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    target.write_text("old")

    class Stopped(BaseException):
        pass

    def write_half() -> None:
        with written_whole(target) as part:
            part.write_text("half")
            raise Stopped

    with pytest.raises(Stopped):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone/report\.pdf cannot be written"):
        save_whole(b"", tmp_path / "gone" / "report.pdf")
