"""Turns the event loop by itself and notes how long each turn holds the UI thread up."""

import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

_LIMIT_S = 30.0
_QUIET_S = 0.08
_SHARE = Path("/proc/thread-self/schedstat")


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """The longest turn of the event loop: held, CPU and wall time in ms.

    *Held* is what this program costs its user: the wall time without the time in which the thread
    could have run and other programs had the processor. Waiting for a lock, a disk or one of our
    own threads is held; so is the CPU time. Where the system does not tell (other than on Linux) it
    is the wall time.
    """

    held: float = 0.0
    cpu: float = 0.0
    wall: float = 0.0

    def as_list(self) -> list[float]:
        """Return held, CPU and wall."""
        return list(astuple(self))


class Watch:
    """The event loop of an open window."""

    def __init__(self, application, desktop) -> None:
        self._application, self._desktop = application, desktop

    def during(self, deed: Callable[[], object]) -> Block:
        """Do something, wait until all is shown and quiet, return the longest block."""
        longest = _timed(deed)
        began = quiet = time.perf_counter()
        busy = True  # on a loaded machine a single turn may take longer than the quiet time
        while busy or time.perf_counter() - quiet < _QUIET_S:
            longest = max(longest, _timed(self._application.processEvents))
            busy = self._is_busy()
            if busy:
                quiet = time.perf_counter()
            if time.perf_counter() - began > _LIMIT_S:
                raise TimeoutError("The window does not come to rest.")
            time.sleep(0.001)
        return longest

    def _is_busy(self) -> bool:
        page = self._desktop.window.page
        return self._desktop.tools.tasks.busy or page is None or not page.ready


def _timed(work: Callable[[], object]) -> Block:
    others_ms, cpu_s, wall_s = _others_ms(), time.thread_time(), time.perf_counter()
    work()
    wall = 1000 * (time.perf_counter() - wall_s)
    cpu = 1000 * (time.thread_time() - cpu_s)
    return Block(max(cpu, wall - (_others_ms() - others_ms)), cpu, wall)


def _others_ms() -> float:
    """Return how long this thread has waited for a processor so far."""
    if sys.platform != "linux":
        return 0.0
    return int(_SHARE.read_text().split()[1]) / 1e6
