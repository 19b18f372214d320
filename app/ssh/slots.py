"""How many channels one connection may use at a time, as far as we know."""

import time
from threading import Condition

_NEVER = float("-inf")


class ChannelSlots:
    """Counts open channels, and learns when the server takes fewer than we would."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0
        self._given_s = _NEVER
        self._changed = Condition()

    def take(self, limit_s: float) -> bool:
        """Wait for a free place; return whether there was one in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._open < self._limit, max(0.0, limit_s)):
                return False
            self._open += 1
            return True

    def give(self) -> None:
        """Give a place back."""
        with self._changed:
            self._open -= 1
            self._given_s = time.monotonic()
            self._changed.notify()

    def refused(self) -> None:
        """Give a place back that the server did not grant: it takes only the others."""
        with self._changed:
            self._open -= 1
            self._limit = max(1, self._open)
            self._changed.notify()

    @property
    def open(self) -> int:
        """How many channels are in use."""
        with self._changed:
            return self._open

    @property
    def idle_s(self) -> float:
        """How long no channel has been in use, in seconds."""
        with self._changed:
            return 0.0 if self._open else time.monotonic() - self._given_s
