"""What a restore would change is said before it is done, and nothing is touched to find out."""

import os
import sqlite3
from contextlib import closing

from app.domain.backup import BackupSource, SourceKind
from app.domain.restore import DifferenceKind, RestoreWish
from app.tasks import TaskContext
from app.vault.restoring import difference
from tests.vault.conftest import sources, take
from tests.vault.local_remote import LocalRemote, few_tools
from tests.vault.test_host_restore import snapshot


def compare(vault, taken, remote, *paths):
    return vault.difference(taken, remote, TaskContext(), RestoreWish(paths=paths))


def told(found) -> dict[str, tuple[DifferenceKind, str]]:
    return {line.path: (line.kind, line.what) for line in found.lines}


def test_an_untouched_host_differs_in_nothing(vault, remote, shop):
    taken = take(vault, remote, *sources(remote, shop))
    found = compare(vault, taken, remote)
    assert found.is_none, found.lines
    assert found.same == 8, "seven members and one table"
    assert found.unknown == ()
    assert "files compared by SHA-256" in found.basis


def test_everything_that_differs_is_named_with_what_it_is(vault, remote, shop):
    taken = take(vault, remote, *sources(remote, shop))
    (shop / "conf" / "shop.ini").write_text("workers = 3\n")
    (shop / "big.bin").unlink()
    (shop / "made.txt").write_text("by the change")
    (shop / "link.ini").unlink()
    os.symlink("elsewhere", shop / "link.ini")
    (shop / "empty").chmod(0o700)
    (shop / "shop.sqlite.old").write_text("left out of the backup")
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.executemany("INSERT INTO orders (item) VALUES (?)", [("new",)] * 12)
        live.execute("CREATE TABLE audit (id INTEGER)")
        live.commit()
    before = snapshot(shop)
    found = compare(vault, taken, remote)
    assert snapshot(shop).keys() == before.keys()
    new, changed, gone = DifferenceKind.NEW, DifferenceKind.CHANGED, DifferenceKind.GONE
    lines = told(found)
    assert lines.pop(f"{shop}/conf/shop.ini") == (changed, "its content differs")
    assert lines.pop(f"{shop}/big.bin")[0] is gone
    assert lines.pop(f"{shop}/made.txt") == (new, "13\u202fB")
    assert lines.pop(f"{shop}/link.ini") == (changed, "it links elsewhere")
    assert lines.pop(f"{shop}/empty") == (changed, "its mode differs")
    database = f"{shop}/shop.sqlite"
    assert lines.pop(f"{database}: orders") == (
        changed,
        "12 rows more than in the set, 512 now",
    )
    assert lines.pop(f"{database}: audit")[0] is new
    assert lines.pop(f"{shop}/same.ini") == (changed, "its content differs"), "the same file"
    assert lines == {}


def test_a_byte_that_changed_without_size_and_time_is_found(vault, remote, shop):
    taken = take(vault, remote, *sources(remote, shop))
    path = shop / "conf" / "shop.ini"
    info = path.stat()
    path.write_text("workers = 9\n")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert told(compare(vault, taken, remote))[str(path)][1] == "its content differs"


def test_beyond_the_limit_time_and_size_decide_and_that_is_said(vault, remote, shop, monkeypatch):
    taken = take(vault, remote, *sources(remote, shop))
    monkeypatch.setattr(difference, "HASH_LIMIT_BYTES", 1000)
    found = compare(vault, taken, remote)
    assert found.is_none
    assert "by size and time only" in found.basis


def test_a_single_file_is_compared_alone(vault, remote, shop):
    taken = take(vault, remote, *sources(remote, shop))
    (shop / "conf" / "shop.ini").write_text("workers = 3\n")
    (shop / "made.txt").write_text("by the change")
    found = compare(vault, taken, remote, f"{shop}/conf/shop.ini")
    assert [line.path for line in found.lines] == [f"{shop}/conf/shop.ini"]
    assert compare(vault, taken, remote, f"{shop}/big.bin").is_none


def test_what_cannot_be_compared_is_said(vault, remote, shop, tmp_path):
    taken = take(vault, remote, *sources(remote, shop))
    path = few_tools(tmp_path / "bin")
    (tmp_path / "bin" / "find").unlink()
    found = compare(vault, taken, LocalRemote(env={"PATH": path}))
    assert "the server cannot list files" in found.unknown[0]


def test_a_folder_that_is_gone_comes_back_whole(vault, remote, shop):
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(shop),)))
    shop.rename(shop.parent / "moved")
    found = compare(vault, taken, remote)
    assert found.count(DifferenceKind.GONE) == taken.objects[0].members
