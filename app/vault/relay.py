"""Work that is handed to another thread piece by piece, so that the processors share it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import Self

PIECE_BYTES = 1 << 21
"""How large pieces are best: each hand-over waits for the interpreter, and that takes turns."""
_QUEUED = 4
"""Pieces that may wait: a slow taker is felt at once, and memory stays small."""


class Stream(ABC):
    """Pieces of any size, read as one stream."""

    def __init__(self) -> None:
        self._ready = memoryview(b"")

    @abstractmethod
    def take(self) -> bytes | None:
        """Return the next piece, which may be empty; None at the end and from then on."""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end."""
        while not self._ready:
            piece = self.take()
            if piece is None:
                return b""
            if len(piece) <= size:
                if piece:
                    return piece
                continue
            self._ready = memoryview(piece)
        data = bytes(self._ready[:size])
        self._ready = self._ready[size:]
        return data


class Pieces(Stream):
    """The end of a relay where pieces are taken out, one by one or as one stream."""

    def __init__(self, queue: "Queue[bytes | None]") -> None:
        super().__init__()
        self._queue = queue
        self._ended = False

    def take(self) -> bytes | None:
        """Wait for the next piece and return it; None at the end."""
        if self._ended:
            return None
        piece = self._queue.get()
        self._ended = piece is None
        return piece

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self.take()) is not None:
            yield piece

    def drain(self) -> None:
        """Let the giver go on until it ends; what it gives is lost."""
        for _ in self:
            pass


class Relay:
    """Hands pieces to ``work`` on a thread of its own.

    What is raised there is raised here at the next piece, or at the end. As a context manager it
    leaves no thread behind, whatever happened.
    """

    def __init__(self, work: Callable[[Pieces], object], name: str) -> None:
        self._work = work
        self._error: BaseException | None = None
        self._queue: Queue[bytes | None] = Queue(_QUEUED)
        self._thread: Thread | None = Thread(target=self._run, name=name)
        self._thread.start()

    def give(self, piece: bytes) -> None:
        """Hand on a piece, and wait for room where too many wait already."""
        if self._error is not None:
            raise self._error
        self._queue.put(piece)

    def finish(self) -> None:
        """Wait until everything was taken; raises what went wrong there."""
        self.close()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the thread; harmless when it has ended."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        pieces = Pieces(self._queue)
        try:
            self._work(pieces)
        except BaseException as error:  # noqa: BLE001 - raised again on the giver's thread
            self._error = error
        pieces.drain()
