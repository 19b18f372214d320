"""Files that the server compresses: stored as they come, and believed only when whole."""

import io
import os
from pathlib import Path

import pytest
import zstandard

from app import unpacking
from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import BackupFailed, DiskFull, VaultDamaged
from app.tasks import TaskContext
from app.vault import age, reading
from app.vault.opening import create_vault
from app.vault.seal import PackedWriter
from tests.small_disk import small_disk
from tests.vault.conftest import take
from tests.vault.local_remote import FEW_TOOLS, JOB_TOOLS, LocalRemote, few_tools

RECIPIENT = age.recipient_of(age.new_identity())


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of commands to put a broken zstd into."""
    return Path(few_tools(tmp_path / "tools", *FEW_TOOLS, "nice", *JOB_TOOLS))


@pytest.fixture
def packing(tools: Path) -> LocalRemote:
    return LocalRemote(env={"PATH": str(tools)})


def files(remote: LocalRemote, root: Path, *exclude: str) -> BackupSource:
    return BackupSource(SourceKind.FILES, remote.host.id, (str(root),), exclude)


def test_a_set_the_server_compressed_is_proven_to_the_last_level(vault, packing, shop):
    taken = take(vault, packing, files(packing, shop))
    stored = taken.objects[0]
    assert stored.exit_codes == {"tar": 0, "zstd": 0, "ssh": 0}
    assert stored.plain_bytes > stored.stored_bytes
    for level in Level:
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(packing,))
        assert proof.outcome is Outcome.PASSED, proof.detail


def test_both_ways_store_the_same_archive(vault, packing, remote, shop):
    one, other = (take(vault, each, files(each, shop)) for each in (packing, remote))
    assert one.objects[0].plain_sha256 == other.objects[0].plain_sha256
    assert one.objects[0].members == other.objects[0].members
    assert "zstd" not in other.objects[0].exit_codes


def test_a_file_that_changes_is_still_a_warning_of_tar_alone(vault, packing, tools, shop):
    (tools / "tar").rename(tools / "tar.real")
    _command(tools, "tar", 'tar.real "$@" || exit $?; ' + CHANGED)
    taken = take(vault, packing, files(packing, shop))
    assert taken.objects[0].state is CaptureState.WITH_WARNINGS
    assert taken.objects[0].exit_codes == {"tar": 1, "zstd": 0, "ssh": 1}


CHANGED = """case "$*" in
*shop*) echo "tar: ./srv/a: file changed as we read it" >&2; exit 1 ;;
esac"""

BROKEN = {
    "killed": ("zstd.real -q -3 -c | head -c 90000; kill -9 $$", "zstd failed"),
    "says no": ("zstd.real -q -3 -c; exit 1", "zstd failed with exit status 1"),
    "cut short": ("zstd.real -q -3 -c | head -c 90000", "cut short"),
    "one byte short": ('zstd.real -q -3 -c | sed "$ s/.$//"', "compressed stream"),
    "more after it": ("zstd.real -q -3 -c; echo more", "follows the end"),
    "no frame": ("cat", "not a Zstandard stream"),
    "silent": ("cat >/dev/null", "cut short"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_compressor_that_breaks_leaves_nothing_sealed(vault, packing, tools, shop, how):
    (tools / "zstd").rename(tools / "zstd.real")
    body, words = BROKEN[how]
    _command(tools, "zstd", f"{WORKS_ONCE.format(tools)}\n{body}")
    with pytest.raises(BackupFailed) as caught:
        take(vault, packing, files(packing, shop))
    assert words in caught.value.text
    assert list(vault.root.glob("sets/*/*")) == []


WORKS_ONCE = """case "$*" in *-d*) exec zstd.real "$@" ;; esac
[ -e {0}/asked ] || {{ : >{0}/asked; exec zstd.real "$@"; }}"""
"""Lets the question whether zstd works pass, and breaks at the archive."""


def test_a_tar_that_is_killed_is_not_saved_by_its_compressor(vault, packing, tools, shop):
    (tools / "tar").rename(tools / "tar.real")
    _command(tools, "tar", 'case "$*" in *shop*) tar.real "$@" & sleep 0.1; kill -9 $$ ;; esac\n'
             'exec tar.real "$@"')  # fmt: skip
    with pytest.raises(BackupFailed):
        take(vault, packing, files(packing, shop))


def test_a_bomb_that_a_server_packed_is_stopped_on_its_way_in(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << 20)
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(64 << 20))
    sizes: list[int] = []
    with PackedWriter(tmp_path / "o.age", (RECIPIENT,)) as out:
        pieces = map(len, out.take_from(io.BytesIO(bomb)))
        with pytest.raises(VaultDamaged, match="more than 1000 times its size"):
            sizes.extend(pieces)
    assert sum(sizes) <= unpacking.MOST_RATIO * len(bomb) + (1 << 20)


def test_what_unpacks_to_very_much_comes_in_bounded_pieces(tmp_path):
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    zeros = bytes(1 << 20)
    frame = b"".join([packer.compress(zeros) for _ in range(256)]) + packer.flush()
    assert len(frame) < 1 << 16
    with PackedWriter(tmp_path / "o.age", (RECIPIENT,)) as out:
        sizes = [len(piece) for piece in out.take_from(io.BytesIO(frame))]
        assert out.commit().plain_bytes == 256 << 20
    assert max(sizes) <= 1 << 20


def test_a_window_beyond_the_limit_is_refused(tmp_path):
    wide = zstandard.ZstdCompressionParameters.from_level(19, window_log=28)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    frame = packer.compress(os.urandom(1 << 20)) + packer.flush()
    out = PackedWriter(tmp_path / "o.age", (RECIPIENT,))
    with out, pytest.raises(VaultDamaged):
        list(out.take_from(io.BytesIO(frame)))
    assert list(tmp_path.iterdir()) == []


def test_the_first_two_proofs_need_one_reading(vault, packing, shop, monkeypatch):
    taken = take(vault, packing, files(packing, shop))
    reads: list[str] = []
    real = reading.read_object

    def counted(path, *args, **more):
        reads.append(path.name)
        return real(path, *args, **more)

    monkeypatch.setattr(reading, "read_object", counted)
    proofs = vault.verify_by_reading(taken, by="ada", context=TaskContext())
    assert [(p.level, p.outcome) for p in proofs] == [
        (Level.INTACT, Outcome.PASSED),
        (Level.READABLE, Outcome.PASSED),
    ]
    assert sorted(reads) == sorted([*(item.name for item in taken.objects), "01.jsonl.zst.age"])
    (again,) = vault.sets()
    assert again.level is Level.READABLE


def test_one_reading_finds_a_flipped_bit_and_says_only_that(vault, packing, shop):
    taken = take(vault, packing, files(packing, shop))
    path = vault.root / taken.path / "objects" / taken.objects[0].name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    (proof,) = vault.verify_by_reading(taken, by="ada", context=TaskContext())
    assert (proof.level, proof.outcome) == (Level.INTACT, Outcome.FAILED)
    assert "do not match the manifest" in proof.detail


@pytest.mark.parametrize("spool", [False, True])
def test_a_full_vault_disk_keeps_no_half_set_and_the_old_one_whole(
    packing, shop, tmp_path, clock, spool
):
    packing.env |= {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / ".local/state")}
    source = BackupSource(SourceKind.FILES, packing.host.id, (str(shop),), spool=spool)
    with small_disk(tmp_path / "small", "24m") as small, pytest.MonkeyPatch.context() as patch:
        vault = create_vault(
            small / "vault",
            clock,
            lambda keys, name: keys.keep_in_file(tmp_path / "k", name),
            reserve_bytes=0,
        ).vault
        old = take(vault, packing, source)
        (shop / "noise.bin").write_bytes(os.urandom(30 << 20))
        patch.setattr("app.vault.taking.free_bytes", lambda folder: 1 << 40)
        with pytest.raises(DiskFull, match="disk is full"):
            take(vault, packing, source)
        assert [path.name for path in vault.root.glob("sets/*/*")] == [old.id]
        for proof in vault.verify_by_reading(old, by="", context=TaskContext()):
            assert proof.outcome is Outcome.PASSED, proof.detail
        (shop / "noise.bin").unlink()
        assert take(vault, packing, source).level is Level.CAPTURED
    assert not list(tmp_path.glob(".local/state/changedesk/jobs/*"))


def _command(tools: Path, name: str, body: str) -> None:
    place = tools / name
    place.write_text(f"#!/bin/sh\n{body}\n")
    place.chmod(0o755)
