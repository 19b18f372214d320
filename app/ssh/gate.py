"""Let connections to one server be set up side by side, but never more than it takes.

sshd counts connections that have not logged in yet (MaxStartups, ``10:30:100`` by default) and
refuses some of them from the tenth on. So only a few are on their way at once; a server that
still refuses one is configured lower: then half as many go, at a gentle pace. Each that gets
through makes the pace quicker and, after a round of them, room for one more, up to just below what
was refused; as many as that are tried again only when nothing was refused for a while.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from app.tasks import TaskContext

_LOOK_S = 0.25
"""How often one that waits looks whether it was stopped; a free place wakes it at once."""
_CALM_S = 30.0
"""How long a server must refuse nothing before as many are tried as it has refused."""
_QUICK = 10
"""So many get through after a refusal before there is no pace any more."""


class SetUpGate:
    """Counts the connections to one server that are being set up."""

    def __init__(self, at_once: int, slow_per_s: float) -> None:
        self._most, self._allowed = at_once, at_once
        self._slow_per_s = slow_per_s
        self._refused_at = at_once + 1
        """So many at once are known to be too many."""
        self._through = _QUICK
        """How many have got through since the last refusal, and since the last room for more."""
        self._for_more = 0
        self._under_way = 0
        self._cuts = 0
        self._next_s = float("-inf")
        self._refused_s = float("-inf")
        self._changed = Condition()

    @contextmanager
    def passing(self, context: TaskContext) -> Iterator["Turn"]:
        """Wait for a place, and hold it until the connection stands or has failed.

        Raises:
            TaskCancelled: A stop was asked for while waiting.
        """
        turn = Turn(self, self._enter(context))
        try:
            yield turn
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    @property
    def at_once(self) -> int:
        """How many may be on their way at once now."""
        return self._allowed

    @property
    def is_paced(self) -> bool:
        """Whether set-ups wait for one another, because one was refused a while ago."""
        return self._through < _QUICK

    def note_refused(self, cuts: int) -> None:
        """Be content with half, and go slow; once for all that were under way together."""
        with self._changed:
            self._refused_s = time.monotonic()
            if cuts != self._cuts:
                return
            self._cuts += 1
            self._refused_at = max(2, self._allowed)
            self._allowed = max(1, self._allowed // 2)
            self._through = self._for_more = 0

    def note_through(self) -> None:
        """Be quicker, and make room for one more where that is not known to be too many."""
        with self._changed:
            self._through = min(_QUICK, self._through + 1)
            self._for_more += 1
            if self._for_more < self._allowed or self._allowed >= self._most:
                return
            self._for_more = 0
            if time.monotonic() - self._refused_s > _CALM_S:
                self._refused_at = self._most + 1
            if self._allowed + 1 < self._refused_at:
                self._allowed += 1
                self._changed.notify()

    def _enter(self, context: TaskContext) -> int:
        """Return how often was cut by then."""
        while True:
            with self._changed:
                if self._under_way < self._allowed:
                    self._under_way += 1
                    pause_s, cuts = self._pause_s(), self._cuts
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
        return cuts

    def _pause_s(self) -> float:
        """Return how long to wait besides, in seconds; 0 where nothing was refused lately."""
        if not self.is_paced:
            return 0.0
        now_s = time.monotonic()
        gap_s = 1 / (self._slow_per_s * (1 + self._through))
        self._next_s = max(self._next_s + gap_s, now_s)
        return self._next_s - now_s


@dataclass(frozen=True, slots=True)
class Turn:
    """One set-up that is under way; says how it ended."""

    gate: SetUpGate
    cuts: int

    def refused(self) -> None:
        """Note that the server had too many logins going on."""
        self.gate.note_refused(self.cuts)

    def through(self) -> None:
        """Note that the server took it."""
        self.gate.note_through()
