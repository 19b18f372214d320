"""What every benchmark shares: interleaved runs, medians, and one form of result."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One figure beside its peer's; ``aim`` is the bound of the ratio.

    ``at_most`` says which side of the aim is good. A peer that is not installed has no figure, and
    the aim then counts as not met. Where the peer is "" there is none by nature: ``aim`` is then
    the bound of the figure itself, in its unit.
    """

    name: str
    figure: float
    unit: str
    peer: str
    peer_figure: float | None
    aim: float
    n: int
    at_most: bool = True
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our figure divided by the peer's."""
        return self.figure / self.peer_figure if self.peer_figure else None

    @property
    def met(self) -> bool:
        """Whether the ratio, or without any peer the figure, keeps to the aim."""
        measured = self.ratio if self.peer else self.figure
        if measured is None:
            return False
        return measured <= self.aim if self.at_most else measured >= self.aim

    def as_json(self) -> dict[str, object]:
        """Return the result as it is printed for machines."""
        fields = asdict(self) | {"ratio": self.ratio, "met": self.met, "machine": machine()}
        return {key: value for key, value in fields.items() if key != "at_most"}

    def row(self) -> str:
        """Return the result as a row below `HEADING`, its note on a line of its own."""
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f} ×"
        peer = "not installed" if self.peer_figure is None else f"{self.peer_figure:.4g}"
        bound = f"{'≤' if self.at_most else '≥'} {self.aim:g} {'×' if self.peer else self.unit}"
        against = f"{peer} ({self.peer})" if self.peer else "–"
        cells = (
            self.name, f"{self.figure:.4g} {self.unit}", against, ratio, bound,
            "met" if self.met else "NOT MET", str(self.n),
        )  # fmt: skip
        note = f"\n{'':<{_WIDTHS[0]}}  {self.note}" if self.note else ""
        return _line(cells) + note


_WIDTHS = (15, 12, 38, 9, 9, 8, 6)


def _line(cells: Sequence[str]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
    return "  ".join(padded).rstrip()


HEADING = _line(("name", "figure", "peer", "ratio", "aim", "", "n"))


def in_turns(rounds: int, *works: Callable[[], float]) -> tuple[float, ...]:
    """Run all works in turns and return the median of what each of them returned."""
    columns = zip(*([work() for work in works] for _ in range(rounds)), strict=True)
    return tuple(median(column) for column in columns)


def seconds(work: Callable[[], object]) -> float:
    """Return how long a work takes."""
    start_s = time.perf_counter()
    work()
    return time.perf_counter() - start_s


def memory_mb(figure: str = "VmRSS") -> float:
    """Return the memory of this process in megabytes, or with ``VmHWM`` the most so far (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(figure):
            return int(line.split()[1]) / 1000
    return 0.0


def machine() -> str:
    """Return the machine in one line."""
    python = f"Python {platform.python_version()}"
    return f"{platform.platform()}, {_processor()} × {os.cpu_count()}, {python}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(": ")[2]
    return platform.processor() or platform.machine()
