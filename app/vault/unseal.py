"""Streams on their way out of a stored object: every byte hashed, authenticated and bounded."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import BinaryIO, Self, cast

import zstandard

from app.errors import AppError, SecretUnavailable, VaultDamaged
from app.vault import age
from app.vault.seal import WINDOW_LIMIT_BYTES, Sealed, Sink

_BATCH_BYTES = 1 << 20
_QUEUED = 4
"""Pieces that may wait between two threads."""


def read_object(
    path: Path, identity: str, *sinks: Sink, expected: Sealed, on_bytes: Callable[[int], object]
) -> None:
    """Read a stored object from disk to its very end and hand its plain bytes to ``sinks``.

    ``on_bytes`` hears how many stored bytes were read so far; it may raise to stop.

    Raises:
        VaultDamaged: Any byte, size or hash differs from ``expected``.
        SecretUnavailable: The key does not open it.
    """
    with ExitStack() as stack:
        file = stack.enter_context(_opened(path))
        told = stack.enter_context(_Relay(partial(_feed, sinks), f"read {path.name}"))
        unpacker = _Unpacker(told.write, expected.plain_bytes)
        relay = stack.enter_context(_Relay(unpacker.write, f"unseal {path.name}"))
        source = _HashingSource(file, on_bytes)
        damage: AppError | None = None
        try:
            age.decrypt(source, relay, identity)
            relay.finish()
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
    if unpacker.size != expected.plain_bytes or unpacker.sha256 != expected.plain_sha256:
        raise VaultDamaged(f"{path.name}: the content does not match the manifest.")


def _feed(sinks: Sequence[Sink], plain: bytes) -> None:
    for sink in sinks:
        sink.feed(plain)


def _opened(path: Path) -> BinaryIO:
    try:
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise VaultDamaged(f"{path.name} cannot be read ({error.strerror}).") from error


class _HashingSource:
    """Reads a file once and knows the hash of everything read.

    Decryption asks for a few kilobytes at a time; the file is read and hashed in larger pieces.
    """

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], object]) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self._hash = hashlib.sha256()
        self._ready = memoryview(b"")
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int) -> bytes:
        if not self._ready:
            self._ready = memoryview(self._next())
        data = bytes(self._ready[:size])
        self._ready = self._ready[size:]
        return data

    def drain(self) -> None:
        """Read the rest, so that the hash covers every byte even after damage."""
        while self._next():
            pass

    def _next(self) -> bytes:
        data = self._file.read(_BATCH_BYTES)
        self._hash.update(data)
        self.size += len(data)
        self._on_bytes(self.size)
        return data


class _Relay:
    """Hands pieces on to a thread of its own, so that the processors share the work.

    What is raised there is raised here at the next piece, or at the end.
    """

    def __init__(self, take: Callable[[bytes], object], name: str) -> None:
        self._take = take
        self._pieces: list[bytes] = []
        self._size = 0
        self._error: BaseException | None = None
        self._queue: Queue[bytes | None] = Queue(_QUEUED)
        self._thread: Thread | None = Thread(target=self._work, name=name)
        self._thread.start()

    def write(self, data: bytes) -> None:
        self._pieces.append(bytes(data))
        self._size += len(data)
        if self._size >= _BATCH_BYTES:
            self._hand_over()

    def finish(self) -> None:
        """Wait until everything was taken; raises what went wrong there."""
        self._hand_over()
        self._end()
        if self._error is not None:
            raise self._error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _hand_over(self) -> None:
        if self._error is not None:
            raise self._error
        self._queue.put(b"".join(self._pieces))
        self._pieces, self._size = [], 0

    def _end(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (piece := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._take(piece)
                except BaseException as error:  # noqa: BLE001 - raised again on the caller's thread
                    self._error = error


class _Unpacker:
    """Unpacks a Zstandard frame, with bounds on its window and on what comes out at a time."""

    def __init__(self, give: Callable[[bytes], object], limit_bytes: int) -> None:
        unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT_BYTES)
        outlet = cast("BinaryIO", _Outlet(self._give))
        self._unpack = unpacker.stream_writer(outlet, write_size=_BATCH_BYTES)
        self._give_on = give
        self._limit_bytes = limit_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        try:
            self._unpack.write(data)
        except zstandard.ZstdError as error:
            raise VaultDamaged(f"The compressed stream is damaged ({error}).") from error

    def _give(self, plain: bytes) -> None:
        self.size += len(plain)
        if self.size > self._limit_bytes:
            raise VaultDamaged("The stream holds more than the manifest says.")
        self._hash.update(plain)
        self._give_on(plain)


class _Outlet:
    """What the decompressor writes to: at most so many bytes at a time, whatever comes in."""

    def __init__(self, give: Callable[[bytes], None]) -> None:
        self._give = give

    def write(self, data: bytes) -> int:
        self._give(bytes(data))
        return len(data)
