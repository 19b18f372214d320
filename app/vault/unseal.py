"""Streams on their way out of a stored object: every byte hashed, authenticated and bounded.

Three threads share the work: one reads, hashes what is stored and decrypts; one unpacks; one hashes
what came out and hands it to whoever wants it.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from app.errors import AppError, SecretUnavailable, VaultDamaged
from app.unpacking import is_bomb
from app.vault import age
from app.vault.relay import PIECE_BYTES, Pieces, Relay
from app.vault.seal import WINDOW_LIMIT_BYTES, Sealed, Sink, too_much


def read_object(
    path: Path, identity: str, *sinks: Sink, expected: Sealed, on_bytes: Callable[[int], object]
) -> None:
    """Read a stored object from disk to its very end and hand its plain bytes to ``sinks``.

    ``on_bytes`` hears how many stored bytes were read so far; it may raise to stop.

    Raises:
        VaultDamaged: Any byte, size or hash differs from ``expected``.
        SecretUnavailable: The key does not open it.
    """
    plain = _Plain(sinks, expected.plain_bytes)
    with ExitStack() as stack:
        file = stack.enter_context(_opened(path))
        told = stack.enter_context(Relay(plain.take_all, f"read {path.name}"))
        source = _HashingSource(file, on_bytes)
        unpacker = _Unpacker(told, source)
        packed = stack.enter_context(Relay(unpacker.take_all, f"unseal {path.name}"))
        damage: AppError | None = None
        try:
            age.decrypt(source, _Giver(packed), identity)
            packed.finish()
            told.finish()
        except (VaultDamaged, SecretUnavailable) as error:
            damage = error  # a flipped bit may also look like a wrong key: the hash decides
        source.drain()
        if source.size != expected.stored_bytes or source.sha256 != expected.stored_sha256:
            raise VaultDamaged(
                f"{path.name}: the stored bytes do not match the manifest "
                f"({source.size} of {expected.stored_bytes} bytes read)."
            )
        if damage is not None:
            raise damage
    if plain.size != expected.plain_bytes or plain.sha256 != expected.plain_sha256:
        raise VaultDamaged(f"{path.name}: the content does not match the manifest.")


def _opened(path: Path) -> BinaryIO:
    try:
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise VaultDamaged(f"{path.name} cannot be read ({error.strerror}).") from error


class _HashingSource:
    """Reads a file once and knows the hash of everything read."""

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], object]) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        self.size += len(data)
        self._on_bytes(self.size)
        return data

    def drain(self) -> None:
        """Read the rest, so that the hash covers every byte even after damage."""
        while self.read(PIECE_BYTES):
            pass


class _Giver:
    """Lets what is decrypted be given on; it is only lent, so it is copied here."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def write(self, data: memoryview) -> None:
        self._relay.give(bytes(data))


class _Unpacker:
    """Unpacks a Zstandard frame, with bounds on its window and on what comes out of it."""

    def __init__(self, told: Relay, source: _HashingSource) -> None:
        self._told, self._source = told, source

    def take_all(self, packed: Pieces) -> None:
        unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT_BYTES)
        # the stubs want a whole file, the reader asks for no more than read(size); a second frame
        # must not be passed over: what it holds is more than the manifest says
        frame = unpacker.stream_reader(
            cast("BinaryIO", packed), read_size=age.PIECE_BYTES, read_across_frames=True
        )
        try:
            size = 0
            while plain := frame.read(PIECE_BYTES):
                size += len(plain)
                if is_bomb(self._source.size, size):
                    raise VaultDamaged(too_much())
                self._told.give(plain)
        except zstandard.ZstdError as error:
            raise VaultDamaged(f"The compressed stream is damaged ({error}).") from error


class _Plain:
    """Hashes what was unpacked and hands it to sinks; more than expected is damage."""

    def __init__(self, sinks: Sequence[Sink], limit_bytes: int) -> None:
        self._sinks = sinks
        self._limit_bytes = limit_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def take_all(self, pieces: Pieces) -> None:
        for plain in pieces:
            self.size += len(plain)
            if self.size > self._limit_bytes:
                raise VaultDamaged("The stream holds more than the manifest says.")
            self._hash.update(plain)
            for sink in self._sinks:
                sink.feed(plain)
