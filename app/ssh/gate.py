"""Let connections to one server be set up side by side, but never more than it takes.

sshd counts connections that have not logged in yet (MaxStartups, ``10:30:100`` by default) and
refuses some of them from the tenth on. So only a few are on their way at once; a server that
still refuses one is configured lower: then half as many go, at a gentle pace.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from app.tasks import TaskContext

_LOOK_S = 0.25
"""How often one that waits looks whether it was stopped; a free place wakes it at once."""
_CALM_S = 30.0
"""How long a server must refuse nothing before one more is tried at once."""


class SetUpGate:
    """Counts the connections to one server that are being set up."""

    def __init__(self, at_once: int, slow_per_s: float) -> None:
        self._most, self._allowed = at_once, at_once
        self._gap_s = 1 / slow_per_s
        self._under_way = 0
        self._next_s = float("-inf")
        self._refused_s = float("-inf")
        self._changed = Condition()

    @contextmanager
    def passing(self, context: TaskContext) -> Iterator[None]:
        """Wait for a place, and hold it until the connection stands or has failed.

        Raises:
            TaskCancelled: A stop was asked for while waiting.
        """
        self._enter(context)
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def refused(self) -> None:
        """Note that the server had too many logins going on: be content with half, and go slow."""
        with self._changed:
            self._allowed = max(1, self._allowed // 2)
            self._refused_s = time.monotonic()

    def _enter(self, context: TaskContext) -> None:
        while True:
            with self._changed:
                self._recover()
                if self._under_way < self._allowed:
                    self._under_way += 1
                    pause_s = self._pause_s()
                    break
                self._changed.wait(_LOOK_S)
            context.wait(0)
        try:
            if pause_s > 0:
                context.wait(pause_s)
        except BaseException:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()
            raise

    def _pause_s(self) -> float:
        """Return how long to wait besides, in seconds; 0 at a server that has refused nothing."""
        if self._allowed == self._most:
            return 0.0
        now_s = time.monotonic()
        self._next_s = max(self._next_s + self._gap_s, now_s)
        return self._next_s - now_s

    def _recover(self) -> None:
        if self._allowed < self._most and time.monotonic() - self._refused_s > _CALM_S:
            self._allowed += 1
            self._refused_s = time.monotonic()
