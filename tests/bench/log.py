"""The list of changes with very many of them: search as one types, first paint, jump, wheel.

The peer is the same SQL, taken from the engine as it runs, by the driver alone: what is above 1.0
is what the program adds. Window figures are of the real list in a window of its own process, whose
memory is counted. Filling a million changes takes minutes (`tests.bench.filling`); it is done once,
in a temporary folder that goes with the run; ``CHANGEDESK_BENCH_DATA`` names a folder to keep them
in between runs.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import event

from app.domain.filter import Asker, ChangeFilter
from app.services.finding import Query
from app.store import upgrade
from app.store.engine import open_engine
from app.store.finder import SqlFinder
from app.store.sqlite import FILE_NAME
from tests.bench.filling import NOW, fill, typed
from tests.bench.harness import Result, seconds

ROOT = Path(__file__).parents[2]
SIZES = tuple(int(n) for n in os.environ.get("CHANGEDESK_BENCH_SIZES", "100000,1000000").split(","))
WORDS = 24
AIM_MS = {"search p95": 50.0, "first paint": 300.0, "jump": 20.0}
AIM_MB = 250.0
RATIO = 1.5
LIMIT_S = 300.0


def measure() -> Result:
    """Measure every size; the last one, the largest, makes the result."""
    notes = []
    with folder() as place:
        for count in SIZES:
            data = filled(place, count)
            ours_ms, raw_ms, everything = search(data)
            window = in_window(data)
            notes.append(_note(count, everything, window))
    return Result(
        "log", ours_ms, "ms", "same SQL in sqlite3", raw_ms, RATIO, len(everything),
        note=f"[median of typing; {'; '.join(notes)}]",
    )  # fmt: skip


def _note(count: int, typing_ms: list[float], window: dict[str, float]) -> str:
    p95 = quantiles(typing_ms, n=20)[-1]
    figures = {"search p95": p95, **{name: window[name] for name in ("first paint", "jump")}}
    parts = [f"{count}: search p50 {median(typing_ms):.1f} ms (n = {len(typing_ms)})"]
    for name, figure in figures.items():
        met = "met" if figure <= AIM_MS[name] else "NOT MET"
        parts.append(f"{name} {figure:.1f} ms (aim ≤ {AIM_MS[name]:g}, {met})")
    met = "met" if window["memory"] <= AIM_MB else "NOT MET"
    parts.append(f"jump p95 {window['jump p95']:.1f} ms (n = {window['jumps']:.0f})")
    parts.append(f"wheel p95 {window['wheel p95']:.1f} ms (n = {window['wheels']:.0f})")
    parts.append(f"length known after {window['length']:.0f} ms")
    parts.append(f"memory {window['memory']:.0f} MB (aim ≤ {AIM_MB:g}, {met})")
    return ", ".join(parts)


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


def search(data: Path) -> tuple[float, float, list[float]]:
    """Type words key by key; return two medians for the ratio, and how long each key took.

    Each key is asked once as a person would; then ours and the driver in turns, both warm by then.
    """
    engine = open_engine(data / FILE_NAME, read_only=True)
    finder, asker = SqlFinder(engine), Asker(NOW, "Person 1")
    asked: list[tuple[str, tuple[object, ...]]] = []

    def remember(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    first, ours, raw = [], [], []
    with closing(sqlite3.connect(data / FILE_NAME)) as driver:
        finder.page(Query(ChangeFilter("warm"), asker))
        for turn, text in enumerate(typed(random.Random(7), WORDS)):
            page = partial(finder.page, Query(ChangeFilter(text), asker))
            asked.clear()
            first.append(1000 * seconds(page))
            again = _again(driver, tuple(asked))
            for work, times in ((page, ours), (again, raw))[:: -1 if turn % 2 else 1]:
                times.append(1000 * seconds(work))
    engine.dispose()
    return median(ours), median(raw), first


def _again(
    driver: sqlite3.Connection, asked: tuple[tuple[str, tuple[object, ...]], ...]
) -> Callable[[], object]:
    return lambda: [driver.execute(sql, values).fetchall() for sql, values in asked]


def in_window(data: Path) -> dict[str, float]:
    """Return what the window measured of itself, in milliseconds and megabytes."""
    env = {**os.environ}
    if not env.get("DISPLAY"):
        env["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "tests.bench.log_window", str(data)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=LIMIT_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The list did not answer:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def clock_ms() -> float:
    """Return a time that only moves forward, in milliseconds."""
    return time.perf_counter() * 1000
