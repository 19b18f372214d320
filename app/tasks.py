"""Progress and cancellation of long work, without Qt."""

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
