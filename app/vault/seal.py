"""Streams on their way into a stored object: zstd inside age, hashed and checked in passing."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self, cast

import zstandard

from app.errors import VaultDamaged
from app.unpacking import MOST_RATIO, is_bomb
from app.vault import age
from app.vault.age import Reads
from app.vault.durable import DurableFile
from app.vault.layout import commit_part, open_part, part_of
from app.vault.relay import Pieces, Relay, Stream
from app.vault.zstdframe import FrameError, FrameWalk

LEVEL = 3
WINDOW_LIMIT_BYTES = 1 << 27
"""What a stream may ask us to keep while it is unpacked."""
_BATCH_BYTES = 1 << 18
_PLAIN_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """Sizes and hashes of one stored stream, before compression and as it lies on disk."""

    plain_bytes: int
    plain_sha256: str
    stored_bytes: int
    stored_sha256: str


class Sink(Protocol):
    """Something that takes plain bytes as they come."""

    def feed(self, data: bytes) -> object:
        """Take the next bytes."""
        ...


def too_much() -> str:
    """Say why a stream is refused that hardly anything becomes very much of."""
    return (
        f"The stream unpacks to more than {MOST_RATIO} times its size. Where a file is all zeros,"
        " leave it out or make it sparse."
    )


class SealedWriter:
    """Plain bytes in; a compressed, encrypted, synced file out, which gets its name on `commit`.

    Packing and writing run on a second thread behind a short queue, so that both processors work
    and a slow disk slows the source down.
    """

    def __init__(self, final: Path, recipients: Sequence[str]) -> None:
        self._final = final
        self._file = DurableFile(open_part(final), final.parent)
        self._plain = hashlib.sha256()
        self._plain_bytes = 0
        self._batch: list[bytes] = []
        self._batch_bytes = 0
        self._recipients = tuple(recipients)
        self._relay = Relay(self._pack, f"seal {final.name}")

    def write(self, data: bytes) -> None:
        """Take the next plain bytes; raises DiskFull, VaultDamaged."""
        self._note_plain(data)
        self._store(data)

    feed = write

    def take_from(self, source: Reads) -> Iterator[bytes]:
        """Take everything from ``source``; give the plain bytes in passing, piece by piece.

        Raises:
            DiskFull, VaultDamaged: As `write`.
        """
        while data := source.read(_BATCH_BYTES):
            self.write(data)
            yield data

    def commit(self) -> Sealed:
        """Finish, sync and name the file; raises DiskFull, VaultDamaged."""
        self._hand_over()
        self._relay.finish()
        self._file.close_synced()
        if is_bomb(self._file.size, self._plain_bytes):  # nobody would open it again
            raise VaultDamaged(too_much())
        commit_part(self._final)
        return Sealed(
            plain_bytes=self._plain_bytes,
            plain_sha256=self._plain.hexdigest(),
            stored_bytes=self._file.size,
            stored_sha256=self._file.sha256,
        )

    def abort(self) -> None:
        """Throw away what was written; harmless after a commit."""
        self._relay.close()
        self._file.close()
        part_of(self._final).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()

    def _note_plain(self, data: bytes) -> None:
        self._plain.update(data)
        self._plain_bytes += len(data)

    def _store(self, data: bytes) -> None:
        self._batch.append(data)
        self._batch_bytes += len(data)
        if self._batch_bytes >= _BATCH_BYTES:
            self._hand_over()

    def _hand_over(self) -> None:
        self._relay.give(b"".join(self._batch))
        self._batch, self._batch_bytes = [], 0

    def _packed(self, pieces: Pieces) -> Reads:
        """Return what is to be encrypted."""
        return _Packing(pieces)

    def _pack(self, pieces: Pieces) -> None:
        age.encrypt(self._packed(pieces), self._file, self._recipients)


class PackedWriter(SealedWriter):
    """One Zstandard frame in, as the server packed it; the same file out.

    It is unpacked here in passing, so that its plain bytes are hashed and seen by their format.
    """

    def take_from(self, source: Reads) -> Iterator[bytes]:
        """Take a frame from ``source`` and give its plain bytes in passing, bounded in size.

        Raises:
            VaultDamaged: It is not one whole frame, and nothing else.
            DiskFull: As `write`.
        """
        walk = FrameWalk()
        passing = _Tee(source, walk.feed, self._store)
        unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT_BYTES)
        # the stubs want a whole file, the reader asks for no more than read(size)
        frame = unpacker.stream_reader(cast("BinaryIO", passing), read_size=_BATCH_BYTES)
        try:
            while plain := frame.read(_PLAIN_BYTES):
                self._note_plain(plain)
                if is_bomb(passing.size, self._plain_bytes):
                    raise VaultDamaged(too_much())
                yield plain
            passing.drain()
        except zstandard.ZstdError as error:
            raise VaultDamaged(f"The compressed stream is damaged ({error}).") from error
        except FrameError as error:
            raise VaultDamaged(str(error)) from error
        if not walk.complete:
            raise VaultDamaged("The compressed stream is cut short.")

    def _packed(self, pieces: Pieces) -> Reads:
        return pieces


class _Tee:
    """Gives what it reads to others as well."""

    def __init__(self, source: Reads, *others: Callable[[bytes], None]) -> None:
        self._source, self._others = source, others
        self.size = 0

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self.size += len(data)
        for give in self._others:
            give(data)
        return data

    def drain(self) -> None:
        """Read what is left."""
        while self.read(_BATCH_BYTES):
            pass


class _Packing(Stream):
    """Plain pieces, read as one Zstandard frame.

    What the compressor gives is unpacked again and compared at once.
    """

    def __init__(self, pieces: Pieces) -> None:
        super().__init__()
        self._pieces = pieces
        self._ended = False
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
        self._check = _Recheck()

    def take(self) -> bytes | None:
        """Return what the compressor gives for the next piece; raises VaultDamaged."""
        if self._ended:
            return None
        piece = self._pieces.take()
        if piece is None:
            return self._end()
        self._check.expect(piece)
        packed = self._compressor.compress(piece)
        self._check.take(packed)
        return packed

    def _end(self) -> bytes:
        self._ended = True
        packed = self._compressor.flush()
        self._check.take(packed)
        self._check.finish()
        return packed


class _Recheck:
    """Unpacks what a compressor gives and compares it with what went in, without delay."""

    def __init__(self) -> None:
        self._unpacker = zstandard.ZstdDecompressor().decompressobj()
        self._expected = bytearray()

    def expect(self, data: bytes) -> None:
        self._expected += data

    def take(self, compressed: bytes) -> None:
        if not compressed:
            return
        plain = self._unpacker.decompress(compressed)
        if not self._expected.startswith(plain):
            raise VaultDamaged("The compressor gave something else than it was given.")
        del self._expected[: len(plain)]

    def finish(self) -> None:
        if self._expected or not self._unpacker.eof:
            raise VaultDamaged("The compressor lost the end of the stream.")


class HashSink:
    """Takes plain bytes and keeps nothing but their hash."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of all bytes so far, in hex."""
        return self._hash.hexdigest()

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(data)
