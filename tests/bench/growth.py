"""How the store grows: its size, opening it, and a search, with ten times as many changes.

There is no peer: the figure is the start with the most changes, held against the start with the
fewest, and shall be flat. Each start opens the store in a process of its own, as a command does.
"""

import os
import random
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median

from app.domain.filter import Asker, ChangeFilter
from app.services.search.finding import Query
from app.store.engine import open_engine
from app.store.finder import SqlFinder
from app.store.sqlite import FILE_NAME
from tests.bench.filling import NOW, typed
from tests.bench.harness import Result, in_turns, seconds
from tests.bench.log import ROOT, filled, folder

SIZES = tuple(
    int(n) for n in os.environ.get("CHANGEDESK_BENCH_SIZES", "10000,100000,1000000").split(",")
)
ROUNDS = 5
AIM = 1.1
WORDS = 12
_OPEN = """
import sys, time
from pathlib import Path
from app.bootstrap import Surroundings, open_services
begun = time.perf_counter()
services = open_services(Path(sys.argv[1]), Surroundings(read_only=True))
services.first.settings()
print(time.perf_counter() - begun)
services.close()
"""


def measure() -> Result:
    """Open and search stores of every size in turns."""
    with folder() as place:
        datas = [filled(place, count) for count in SIZES]
        in_turns(1, *(partial(start_s, data) for data in datas))
        starts = in_turns(ROUNDS, *(partial(start_s, data) for data in datas))
        notes = [
            _note(count, data, start)
            for count, data, start in zip(SIZES, datas, starts, strict=True)
        ]
    return Result(
        "growth", starts[-1], "s", f"{SIZES[0]} changes", starts[0], AIM, ROUNDS,
        note=f"[opening the store; {'; '.join(notes)}]",
    )  # fmt: skip


def _note(count: int, data: Path, start: float) -> str:
    size_mb = sum(path.stat().st_size for path in data.glob("changedesk.db*")) / 1e6
    each = 1e6 * size_mb / count
    return (
        f"{count}: {size_mb:.0f} MB ({each:.0f} B each), open {1000 * start:.0f} ms,"
        f" search {1000 * search_s(data):.1f} ms"
    )


def start_s(data: Path) -> float:
    """Return the seconds in which a fresh process opens the store."""
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, str(data)],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=True,
    )  # fmt: skip
    return float(done.stdout)


def search_s(data: Path) -> float:
    """Return the median of a search as one types, in seconds."""
    engine = open_engine(data / FILE_NAME, read_only=True)
    finder, asker = SqlFinder(engine), Asker(NOW, "Person 1")
    finder.page(Query(ChangeFilter("warm"), asker))
    times = [
        seconds(partial(finder.page, Query(ChangeFilter(text), asker)))
        for text in typed(random.Random(11), WORDS)
    ]
    engine.dispose()
    return median(times)
