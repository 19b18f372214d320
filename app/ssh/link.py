"""The bytes below a connection, and when the server was last heard."""

import time
from typing import Protocol

_GREETING = 200


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
        self.greeting = b""
        """The first bytes from the server, which say why it hangs up, if it does."""
        self._closed = False  # paramiko looks at this attribute of a socket

    def recv(self, size: int) -> bytes:
        """Return up to ``size`` bytes from the server."""
        data = self._below.recv(size)
        if data:
            self._heard_s = time.monotonic()
            self.greeting = self.greeting or data[:_GREETING]
        return data

    def send(self, data: bytes) -> int:
        """Send some of the bytes and return how many."""
        return self._below.send(data)

    def settimeout(self, value: float | None) -> None:
        """Set how long either may block."""
        self._below.settimeout(value)

    def close(self) -> None:
        """Close it."""
        self._closed = True
        self._below.close()

    @property
    def silent_s(self) -> float:
        """Seconds since the server was last heard."""
        return time.monotonic() - self._heard_s
