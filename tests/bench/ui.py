"""How long the UI thread is held without a pause, on every page and every tab, by every deed.

Each page is opened in a program of its own as soon as the first page stands, so that nothing has
been loaded for it; then all its tabs and parts; then everything again, with the other theme, in
another size, and with letters typed into its search. This is done several times over: the longest
turn of the event loop during each deed is noted, and the median of these counts for the deed.

The data are those of the demo, which is played where it was not yet; long lists are measured with
ten thousand changes, tabs with changes of 60 steps, 100 log entries and 200 metrics, and both once
more at 200 %.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from tests.bench.filling import fill
from tests.bench.harness import Result
from tests.bench.large import DONE, OPEN, add_large_changes

ROOT = Path(__file__).parents[2]
LIMIT_MS = 50.0
RUNS = int(os.environ.get("CHANGEDESK_BENCH_RUNS", "3"))
MANY = 10_000
NONE = (".",)
"""No change is opened."""
_DEMO = ROOT / "demo" / "data"
_LIMIT_S = 240.0
_DEEDS = ("first", "again", "theme", "size", "typing")
Medians = dict[tuple[str, str], tuple[float, float, float]]
"""Held, CPU and wall time in ms by place and deed."""


@dataclass(frozen=True, slots=True)
class Tour:
    """What is walked through: a page on a folder of data, all there is to some changes, a scale."""

    data: str
    page: str
    changes: tuple[str, ...] = ()
    scale: float = 1.0

    @property
    def label(self) -> str:
        """What the table says of it."""
        return self.data if self.scale == 1 else f"{self.data}, {self.scale:.0%}"


def measure() -> Result:
    """Walk through everything; the longest block makes the result, the table goes to stderr."""
    found: dict[tuple[str, str], list[list[float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="changedesk-ui-") as name:
        for _round in range(RUNS):
            with _folders(Path(name)) as data:
                for tour in _tours():
                    for place, deeds in _walk(data[tour.data], tour).items():
                        for deed, block in deeds.items():
                            found[f"{place} ({tour.label})", deed].append(block)
    medians = {key: _median(blocks) for key, blocks in found.items()}
    _print(medians)
    place, deed = longest = max(medians, key=lambda key: medians[key])
    held, cpu, wall = medians[longest]
    over = sum(block[0] > LIMIT_MS for block in medians.values())
    note = (
        f"[longest: {place}, {deed}, CPU {cpu:.0f} ms, wall {wall:.0f} ms; "
        f"{over} of {len(medians)} are above {LIMIT_MS:g} ms]"
    )
    return Result("ui", held, "ms", "", None, LIMIT_MS, RUNS, note=note)


def _tours() -> tuple[Tour, ...]:
    from ui.pages import PAGES

    long_lists = tuple(Tour("10 000", page, NONE) for page in ("home", "changes", "calendar"))
    large = (
        Tour("large", "changes", (DONE, OPEN)), Tour("large", "run", (DONE,)),
        Tour("large", "metrics", (DONE,)), Tour("large", "reports", (DONE,)),
    )  # fmt: skip
    twice = (
        replace(long_lists[1], scale=2.0), Tour("large", "changes", (DONE,), 2.0),
        *(replace(one, scale=2.0) for one in large[1:]),
    )  # fmt: skip
    return (*(Tour("demo", entry.id) for entry in PAGES), *long_lists, *large, *twice)


@contextmanager
def _folders(place: Path) -> Iterator[dict[str, Path]]:
    """Give fresh copies of all data: a walk may write, and the next one must find the same."""
    made = place / "made"
    if not made.exists():
        _make(made)
    fresh = Path(shutil.copytree(made, place / "fresh"))
    yield {folder.name: folder for folder in fresh.iterdir()}
    shutil.rmtree(fresh)


def _make(place: Path) -> None:
    place.mkdir()
    if _DEMO.exists():
        shutil.copytree(_DEMO, place / "demo")
    else:
        command = [sys.executable, "-m", "app", "demo", str(place.parent / "played")]
        subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)
        shutil.copytree(place.parent / "played" / "data", place / "demo")
    fill(place / "10 000", MANY)
    add_large_changes(Path(shutil.copytree(place / "demo", place / "large")))


def _walk(data: Path, tour: Tour) -> dict[str, dict[str, list[float]]]:
    """Return [held, CPU, wall] in ms by place and deed, of one page in its own program."""
    env = {**os.environ, "QT_SCALE_FACTOR": f"{tour.scale:g}"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if not env.get("DISPLAY"):
        env["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.ui_window", str(data), tour.page, *tour.changes],
        capture_output=True, text=True, cwd=ROOT, env=env, timeout=_LIMIT_S,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"The page {tour.page} could not be walked through:\n{done.stderr}")
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _median(blocks: list[list[float]]) -> tuple[float, float, float]:
    """Return the median of each measure by itself."""
    held, cpu, wall = (median(values) for values in zip(*blocks, strict=True))
    return held, cpu, wall


def _print(medians: Medians) -> None:
    """Print the longest block of each deed: held ms and (CPU ms of the UI thread)."""
    print(f"{'longest block':<52}" + "".join(f"{deed:>12}" for deed in _DEEDS), file=sys.stderr)
    for place in dict.fromkeys(place for place, _deed in medians):
        cells = (
            _cell(*medians[place, deed]) if (place, deed) in medians else "" for deed in _DEEDS
        )
        print(f"{place:<52}" + "".join(f"{cell:>12}" for cell in cells), file=sys.stderr)


def _cell(held: float, cpu: float, _wall: float) -> str:
    return f"{held:.0f}{'!' if held > LIMIT_MS else ' '} ({cpu:.0f})"
