"""Streams into and out of stored objects: bounded, hashed, and honest about every error."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from app import unpacking
from app.errors import SecretUnavailable, VaultDamaged
from app.tasks import TaskCancelled
from app.vault import age
from app.vault.seal import HashSink, Sealed, SealedWriter
from app.vault.unseal import read_object

IDENTITY = age.new_identity()
RECIPIENT = age.recipient_of(IDENTITY)


class Kept:
    def __init__(self) -> None:
        self.data = bytearray()

    def feed(self, data: bytes) -> None:
        self.data += data


def write(path: Path, *pieces: bytes) -> Sealed:
    with SealedWriter(path, (RECIPIENT,)) as out:
        for piece in pieces:
            out.write(piece)
        return out.commit()


def read(path: Path, expected: Sealed, identity: str = IDENTITY) -> bytes:
    kept = Kept()
    read_object(path, identity, kept, expected=expected, on_bytes=lambda count: None)
    return bytes(kept.data)


@given(pieces=st.lists(st.binary(max_size=5000), max_size=8))
def test_whatever_goes_in_comes_out(tmp_path_factory, pieces):
    path = tmp_path_factory.mktemp("seal") / "o.age"
    sealed = write(path, *pieces)
    plain = b"".join(pieces)
    assert read(path, sealed) == plain
    assert (sealed.plain_bytes, sealed.plain_sha256) == (
        len(plain),
        hashlib.sha256(plain).hexdigest(),
    )
    assert sealed.stored_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_aborted_stream_leaves_no_file_and_no_thread(tmp_path):
    with SealedWriter(tmp_path / "o.age", (RECIPIENT,)) as out:
        out.write(os.urandom(1 << 20))
    assert list(tmp_path.iterdir()) == []
    assert not [t for t in threading.enumerate() if t.name.startswith("seal")]


def test_a_file_that_is_there_already_is_never_written_to(tmp_path):
    (tmp_path / "o.age.part").symlink_to("/dev/full")
    with pytest.raises(FileExistsError):
        SealedWriter(tmp_path / "o.age", (RECIPIENT,))


def test_an_error_while_reading_comes_out_as_it_was_raised(tmp_path):
    sealed = write(tmp_path / "o.age", os.urandom(1 << 20))

    class Stops:
        def feed(self, data: bytes) -> None:
            raise TaskCancelled

    with pytest.raises(TaskCancelled):
        read_object(
            tmp_path / "o.age", IDENTITY, Stops(), expected=sealed, on_bytes=lambda count: None
        )


def test_the_wrong_key_is_told_from_damage(tmp_path):
    sealed = write(tmp_path / "o.age", b"x" * 1000)
    with pytest.raises(SecretUnavailable):
        read(tmp_path / "o.age", sealed, age.new_identity())


def encrypted(path: Path, frame: bytes, plain_bytes: int, plain: bytes = b"") -> Sealed:
    """Store a frame as if it were ours; anybody with the public key can do that."""
    import io

    with open(path, "wb") as file:
        age.encrypt(io.BytesIO(frame), file, (RECIPIENT,))
    data = path.read_bytes()
    return Sealed(
        plain_bytes, hashlib.sha256(plain).hexdigest(), len(data), hashlib.sha256(data).hexdigest()
    )


def test_a_bomb_is_stopped_at_the_size_the_manifest_names(tmp_path):
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(512 << 20))
    sealed = encrypted(tmp_path / "o.age", bomb, 10_000)
    largest = 0

    class Watches:
        def feed(self, data: bytes) -> None:
            nonlocal largest
            largest = max(largest, len(data))

    with pytest.raises(VaultDamaged, match="more than the manifest"):
        read_object(
            tmp_path / "o.age", IDENTITY, Watches(), expected=sealed, on_bytes=lambda count: None
        )
    assert largest <= 1 << 20


def test_a_bomb_the_manifest_vouches_for_is_stopped_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << 20)
    plain = bytes(64 << 20)
    bomb = zstandard.ZstdCompressor(level=19).compress(plain)
    sealed = encrypted(tmp_path / "o.age", bomb, len(plain), plain)
    assert len(plain) > unpacking.MOST_RATIO * sealed.stored_bytes
    with pytest.raises(VaultDamaged, match="more than 1000 times its size"):
        read(tmp_path / "o.age", sealed)
    with SealedWriter(tmp_path / "p.age", (RECIPIENT,)) as out:
        for _ in range(64):
            out.write(plain[: 1 << 20])
        with pytest.raises(VaultDamaged, match="make it sparse"):
            out.commit()
    assert not (tmp_path / "p.age").exists(), "what nobody would open again is not sealed"


def test_a_frame_with_too_large_a_window_is_refused(tmp_path):
    parameters = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = packer.compress(os.urandom(1 << 16)) + packer.flush()
    with pytest.raises(VaultDamaged, match="damaged"):
        read(tmp_path / "o.age", encrypted(tmp_path / "o.age", frame, 1 << 16))


@pytest.mark.parametrize(
    "frame",
    [
        zstandard.compress(b"abc")[:-1],
        zstandard.compress(b"abc") * 2,
        b"no frame",
        b"",
    ],
)
def test_cut_or_prolonged_frames_are_refused(tmp_path, frame):
    sealed = encrypted(tmp_path / "o.age", frame, 3, b"abc")
    with pytest.raises(VaultDamaged):
        read(tmp_path / "o.age", sealed)


def test_progress_hears_of_stored_bytes(tmp_path):
    sealed = write(tmp_path / "o.age", os.urandom(300_000))
    heard: list[int] = []
    read_object(tmp_path / "o.age", IDENTITY, HashSink(), expected=sealed, on_bytes=heard.append)
    assert heard[-1] == sealed.stored_bytes


def test_memory_stays_bounded_whatever_the_size(tmp_path):
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with SealedWriter(tmp_path / "o.age", (RECIPIENT,)) as out:
        for _ in range(400):
            out.write(os.urandom(1 << 18))
        sealed = out.commit()
    read_object(
        tmp_path / "o.age", IDENTITY, HashSink(), expected=sealed, on_bytes=lambda count: None
    )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 << 10, "KiB"
