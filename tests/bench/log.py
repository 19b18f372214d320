"""The list of changes with very many of them: search as one types, first paint, jump, wheel.

The peer is the same SQL, taken from the finder as it runs, by the driver alone on a kept
connection, each row read into a tuple: what is above 1.0 is what the program adds. Window figures
are of the real list in a window of its own process, whose memory is counted. Filling a million
changes takes minutes (`tests.bench.filling`); it is done once, in a temporary folder that goes with
the run; ``CHANGEDESK_BENCH_DATA`` names a folder to keep them in between runs, and
``CHANGEDESK_BENCH_SIZES`` other sizes.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from app.store import upgrade
from app.store.sqlite import FILE_NAME
from tests.bench.filling import fill
from tests.bench.harness import Result, seconds
from tests.bench.log_search import Found, Kind, searched

ROOT = Path(__file__).parents[2]
SIZES = tuple(int(n) for n in os.environ.get("CHANGEDESK_BENCH_SIZES", "100000,1000000").split(","))
SEARCH_MS, PAINT_MS, JUMP_MS, MEMORY_MB, RATIO = 50.0, 300.0, 20.0, 250.0, 1.5
"""What is promised, whatever the size; a search and a jump by their slowest twentieth."""
PAINTS = 5
"""So many windows are opened, each in a process of its own: the first paint is but one in each."""
LIMIT_S = 600.0


def measure() -> Iterator[Result]:
    """Measure every size, one result after the other."""
    with folder() as place:
        for count in SIZES:
            data = filled(place, count)
            yield from _of_searches(_short(count), searched(data / FILE_NAME))
            paints = [in_window(data, "paint")["paint"] for _ in range(PAINTS - 1)]
            yield from _of_window(_short(count), in_window(data), paints)


def _of_searches(size: str, found: Found) -> Iterator[Result]:
    """Yield the time of searches, and what the program adds to SQLite's own time."""
    for name, kinds in (("search", found.typing), ("hard", found.hard)):
        worst = max(kinds, key=lambda kind: kind.p95_ms)
        note = _lines("p95 of each kind:", kinds)
        yield Result(
            f"log {size} {name}", worst.p95_ms, "ms", "", None, SEARCH_MS, worst.n, note=note
        )
    for kind in (*found.typing, *found.pages):
        note = f"medians of {kind.name}: {kind.ratios()}"
        yield Result(
            f"log {size} ratio", kind.ours_ms, "ms", "same SQL in sqlite3", kind.raw_ms, RATIO,
            kind.n, note=note,
        )  # fmt: skip


def _lines(head: str, kinds: Sequence[Kind]) -> str:
    return "\n    ".join((head, *(kind.told() for kind in kinds)))


def _of_window(size: str, window: dict[str, Any], paints: list[Any]) -> Iterator[Result]:
    """Yield what the window says of itself, and its first paint among those of others."""
    paint, length, jump, wheel = (window[name] for name in ("paint", "length", "jump", "wheel"))
    walls, cpus = (sorted(each[kind] for each in (paint, *paints)) for kind in ("p50", "cpu p50"))
    note = (
        f"median (CPU {median(cpus):.0f}), from {walls[0]:.0f} to {walls[-1]:.0f} ms"
        f" (CPU {cpus[0]:.0f} to {cpus[-1]:.0f}); length known after {_both(length, 'p50')}"
    )
    yield Result(
        f"log {size} paint", median(walls), "ms", "", None, PAINT_MS, len(walls), note=note
    )
    note = (
        f"p95 (CPU {jump['cpu p95']:.1f}); p50 {_both(jump, 'p50')}, worst {_both(jump, 'worst')};"
        f" wheel p95 {_both(wheel, 'p95')}, n = {wheel['n']}"
    )
    yield Result(f"log {size} jump", jump["p95"], "ms", "", None, JUMP_MS, jump["n"], note=note)
    before = f"{window['memory before']:.0f} MB before the list"
    memory = window["memory"]
    yield Result(f"log {size} memory", memory, "MB", "", None, MEMORY_MB, 1, note=before)


def _both(times: dict[str, float], figure: str) -> str:
    return f"{times[figure]:.1f} ms (CPU {times[f'cpu {figure}']:.1f})"


def _short(count: int) -> str:
    return f"{count // 1_000_000}M" if count % 1_000_000 == 0 else f"{count // 1000}k"


@contextmanager
def folder() -> Iterator[Path]:
    """Give the folder for the data: a lasting one where it is named, else a temporary one."""
    if kept := os.environ.get("CHANGEDESK_BENCH_DATA"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
    else:
        with tempfile.TemporaryDirectory(prefix="changedesk-bench-") as name:
            yield Path(name)


def filled(place: Path, count: int) -> Path:
    """Return a data folder with so many changes, filled unless it is there already."""
    data = place / str(count)
    if (data / FILE_NAME).exists():
        if upgrade.current_revision(data / FILE_NAME) != upgrade.HEAD:
            upgrade.upgrade_database(data / FILE_NAME)
    else:
        took_s = seconds(lambda: fill(data, count))
        each_us = took_s / count * 1e6
        print(f"filled {count} changes in {took_s:.0f} s, {each_us:.0f} µs each", file=sys.stderr)
    return data


def in_window(data: Path, *only: str) -> dict[str, Any]:
    """Return what the window measured of itself, in milliseconds and megabytes."""
    env = {**os.environ}
    if not env.get("DISPLAY"):
        env["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "tests.bench.log_window", str(data), *only]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=LIMIT_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The list did not answer:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
