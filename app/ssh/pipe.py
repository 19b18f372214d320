"""The buffer between a connection's own thread and the reader of one channel.

paramiko keeps what has arrived in one array and moves all of it at every read: with a window of
64 MiB that costs more than everything else of a stream. Here it stays in the pieces it came in.
"""

from collections import deque
from threading import Condition, Event

from paramiko.buffered_pipe import PipeTimeout


class PiecePipe:
    """Fed by one thread, read by another; what paramiko's `BufferedPipe` is, in constant time."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._closed = False
        self._event: Event | None = None

    def set_event(self, event: Event) -> None:
        """Name the event that is set while there is something to read, or an end to notice."""
        with self._changed:
            self._event = event
            if self._closed or self._pieces:
                event.set()
            else:
                event.clear()

    def feed(self, data: bytes) -> None:
        """Take bytes that have arrived."""
        with self._changed:
            if data:
                self._pieces.append(data)
                self._size += len(data)
            self._wake()

    def close(self) -> None:
        """Let readers find the end after what is left."""
        with self._changed:
            self._closed = True
            self._wake()

    def read_ready(self) -> bool:
        """Whether a read would return bytes at once."""
        with self._changed:
            return bool(self._pieces)

    def read(self, nbytes: int, timeout: float | None = None) -> bytes:
        """Return up to ``nbytes``, b"" at the end; raises PipeTimeout after ``timeout`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._pieces or self._closed, timeout):
                raise PipeTimeout
            data = self._take(nbytes)
            self._silence()
            return data

    def empty(self) -> bytes:
        """Return everything that is there."""
        with self._changed:
            data = self._take(self._size)
            self._silence()
            return data

    def __len__(self) -> int:
        with self._changed:
            return self._size

    def _take(self, limit: int) -> bytes:
        """Return whole pieces as they are, and cut only the one that reaches over the limit."""
        taken: list[bytes] = []
        left = min(limit, self._size)
        self._size -= left
        while left:
            piece = self._pieces.popleft()
            if len(piece) > left:
                self._pieces.appendleft(piece[left:])
                piece = piece[:left]
            taken.append(piece)
            left -= len(piece)
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _wake(self) -> None:
        self._changed.notify_all()
        if self._event is not None:
            self._event.set()

    def _silence(self) -> None:
        if self._event is not None and not self._pieces and not self._closed:
            self._event.clear()
