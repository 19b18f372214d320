"""Progress and cancellation of long work, without Qt."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic


class TaskCancelled(Exception):
    """The user asked the task to stop, and it did."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task has come; ``total`` is None while it is unknown."""

    done: int
    total: int | None = None
    text: str = ""
    detail: object = None
    """What a screen that knows this kind of work shows beside; frozen."""


class Pace:
    """How long the rest of a task takes at the pace of its last half minute."""

    SPAN_S = 30.0
    LEAST_S = 3.0
    """A shorter look says nothing yet."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._total: int | None = None

    def left_s(self, progress: Progress, now_s: float) -> float | None:
        """Take note of how far the task is; return the seconds that are left, None if unknown.

        A smaller figure than before, or another total, is another part of the work: its pace is
        not that of the part before.

        Args:
            progress: How far it is.
            now_s: A clock that only runs forward.
        """
        if progress.total != self._total or (self._seen and progress.done < self._seen[-1][1]):
            self._seen.clear()
        self._total = progress.total
        self._seen.append((now_s, progress.done))
        while len(self._seen) > 2 and self._seen[1][0] <= now_s - self.SPAN_S:
            self._seen.popleft()
        began_s, first = self._seen[0]
        gone_s, made = now_s - began_s, progress.done - first
        if progress.total is None or gone_s < self.LEAST_S or not made:
            return None
        return max(0, progress.total - progress.done) * gone_s / made


class TaskContext:
    """Given to every background callable: say where you are, notice a stop."""

    MIN_GAP_S = 0.05

    def __init__(self, report: Callable[[Progress], object] = lambda _: None) -> None:
        self._report = report
        self._stop = Event()
        self.leaving = False
        """Whether the program itself ends: what goes on elsewhere is left alone then."""
        self._last_s = float("-inf")

    @property
    def stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask for a stop; safe from any thread, at any time, repeatedly."""
        self._stop.set()

    def leave(self) -> None:
        """Ask for a stop because the program ends."""
        self.leaving = True
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Sleep, but raise TaskCancelled as soon as a stop is asked for."""
        if self._stop.wait(seconds):
            raise TaskCancelled

    def progress(
        self, done: int, total: int | None = None, text: str = "", detail: object = None
    ) -> None:
        """Report, at most 20 times a second; raises TaskCancelled after a stop."""
        if self._stop.is_set():
            raise TaskCancelled
        now_s = monotonic()
        if now_s - self._last_s >= self.MIN_GAP_S or done == total:
            self._last_s = now_s
            self._report(Progress(done, total, text, detail))
