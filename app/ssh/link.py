"""The bytes below a connection, and when the server was last heard."""

import socket
import time
from contextlib import suppress
from typing import Protocol

_GREETING = 200
_AHEAD = 64 * 1024
"""Bytes that are taken from below at once: paramiko asks twice for every packet, and every question
to the system lets another thread go first."""
_LOOK_S = 1.0
"""How long one of paramiko's looks at the link may last. Its own tenth of a second, only there to
notice a close, lets every connection that rests wake ten times a second; our close wakes it."""


class Bytes(Protocol):
    """A socket, or a channel of a jump host that behaves like one."""

    def recv(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes."""
        ...

    def send(self, data: bytes, /) -> int:
        """Send some of the bytes and return how many."""
        ...

    def settimeout(self, value: float | None, /) -> None:
        """Set how long either may block."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Link:
    """Passes bytes on and notes every sign of life; what paramiko takes for a socket."""

    def __init__(self, below: Bytes) -> None:
        self._below = below
        self._heard_s = time.monotonic()
        self._ahead = memoryview(b"")
        self.greeting = b""
        """The first bytes from the server, which say why it hangs up, if it does."""
        self._closed = False  # paramiko looks at this attribute of a socket

    def recv(self, size: int) -> bytes:
        """Return up to ``size`` bytes from the server."""
        if not self._ahead:
            data = self._below.recv(max(size, _AHEAD))
            if data:
                self._heard_s = time.monotonic()
                self.greeting = self.greeting or data[:_GREETING]
            if len(data) <= size:
                return data
            self._ahead = memoryview(data)
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return bytes(taken)

    def send(self, data: bytes) -> int:
        """Send some of the bytes and return how many."""
        return self._below.send(data)

    def settimeout(self, value: float | None) -> None:
        """Set how long either may block; see `_LOOK_S`."""
        self._below.settimeout(None if value is None else max(value, _LOOK_S))

    def close(self) -> None:
        """Close it, and wake whoever waits for it."""
        self._closed = True
        if isinstance(self._below, socket.socket):
            with suppress(OSError):  # it may have ended by itself
                self._below.shutdown(socket.SHUT_RDWR)
        self._below.close()

    @property
    def silent_s(self) -> float:
        """Seconds since the server was last heard."""
        return time.monotonic() - self._heard_s
