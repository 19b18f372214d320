import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import NotFound, StoreError
from app.store.files import StoredFiles
from app.tasks import TaskCancelled, TaskContext


@pytest.fixture
def files(tmp_path):
    return StoredFiles(tmp_path / "files")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_bytes_come_back_under_their_hash(files, data):
    sha256 = files.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert files.get(sha256) == data
    assert files.path(sha256).read_bytes() == data


def test_the_same_bytes_are_kept_once(files, tmp_path):
    assert files.put(b"same") == files.put(b"same")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_kept_file_can_only_be_read(files):
    assert files.path(files.put(b"frozen")).stat().st_mode & 0o777 == 0o400


def test_altered_bytes_are_never_given_out(files):
    path = files.path(files.put(b"evidence"))
    path.chmod(0o600)
    path.write_bytes(b"Evidence")
    sha256 = hashlib.sha256(b"evidence").hexdigest()
    with pytest.raises(StoreError, match="altered or damaged"):
        files.get(sha256)
    with pytest.raises(StoreError, match="altered or damaged"):
        list(files.blocks(sha256))


def test_long_bytes_come_in_blocks(files):
    data = bytes(range(256)) * (3 << 12)
    blocks = list(files.blocks(files.put(data)))
    assert b"".join(blocks) == data
    assert max(map(len, blocks)) <= 1 << 20


def test_keeping_damaged_bytes_again_mends_them(files):
    path = files.path(files.put(b"evidence"))
    path.chmod(0o600)
    path.write_bytes(b"evi")
    assert files.get(files.put(b"evidence")) == b"evidence"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "0" * 64])
def test_an_unknown_or_impossible_name_is_not_found(files, name):
    with pytest.raises(NotFound):
        files.get(name)


def test_a_finished_file_moves_in(files, tmp_path):
    for _ in range(2):
        grown = tmp_path / "grown.part"
        grown.write_bytes(b"output")
        sha256, size = files.adopt(grown)
        assert (files.get(sha256), size) == (b"output", 6)
        assert not grown.exists()


def test_a_copy_is_kept_under_its_hash_and_leaves_the_original(files, tmp_path):
    original = tmp_path / "results.jtl"
    original.write_bytes(b"rows" * 1000)
    for _ in range(2):
        sha256, size = files.copy(original)
        assert (files.get(sha256), size) == (original.read_bytes(), 4000)
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1
    with pytest.raises(StoreError):
        files.copy(tmp_path / "none")


def test_a_copy_tells_how_far_it_is_and_leaves_nothing_when_it_is_stopped(files, tmp_path):
    original = tmp_path / "results.jtl"
    original.write_bytes(bytes(5 << 20))
    seen = []

    def stop_at_the_third(progress):
        seen.append((progress.done, progress.total))
        if len(seen) == 3:
            context.cancel()

    context = TaskContext(report=stop_at_the_third)
    context.MIN_GAP_S = 0
    with pytest.raises(TaskCancelled):
        files.copy(original, context)
    assert seen == [(n << 20, 5 << 20) for n in (1, 2, 3)]
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert original.stat().st_size == 5 << 20
    assert files.copy(original, TaskContext())[1] == 5 << 20
