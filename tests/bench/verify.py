"""Check a whole log and the records it speaks of: time, and memory that does not grow with it.

The peer of the time is the budget promised for a hundred thousand entries; a log ten times as long
may take ten times as long. Each size is checked in a process of its own, whose memory is told.
``CHANGEDESK_BENCH_SIZES`` names other sizes.

``python -m tests.bench.verify DATA`` checks one folder and prints one JSON object.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from app.clock import SystemClock
from app.store.anchors import Anchors
from app.store.sqlite import FILE_NAME
from app.store.verify import verify_log
from tests.bench.harness import Result, memory_mb
from tests.bench.log import ROOT, SIZES, filled, folder

BUDGET_S, BUDGET_ENTRIES = 10.0, 100_000
MEMORY_MB = 150.0
ROUNDS = 3
_LIMIT_S = 900.0


def measure() -> Iterator[Result]:
    """Verify the folder of each size some times."""
    with folder() as place:
        for count in SIZES:
            data = filled(place, count)
            yield from _of(count, [_checked(data) for _round in range(ROUNDS)])


def _of(count: int, found: list[dict[str, Any]]) -> Iterator[Result]:
    size = f"{count // 1000}k"
    note = (
        f"{found[0]['entries']} entries and {found[0]['records']} records, each hash computed;"
        f" {median(one['cpu_s'] for one in found):.1f} s of processor time"
    )
    took_s, budget_s = median(one["wall_s"] for one in found), BUDGET_S * count / BUDGET_ENTRIES
    yield Result(f"verify {size}", took_s, "s", "budget", budget_s, 1.0, len(found), note=note)
    most_mb = max(one["memory_mb"] for one in found)
    yield Result(f"verify {size} memory", most_mb, "MB", "", None, MEMORY_MB, len(found))


def _checked(data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.verify", str(data)],
        capture_output=True, text=True, cwd=ROOT, timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"The log was not checked:\n{done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def main(data: Path) -> int:
    """Check one folder and print how long it took."""
    anchors = Anchors(data, SystemClock())
    began_s, began_cpu_s = perf_counter(), process_time()
    found = verify_log(data / FILE_NAME, anchors)
    said = {"wall_s": perf_counter() - began_s, "cpu_s": process_time() - began_cpu_s}
    if not found.intact:
        print(found.reason or found.bad_record, file=sys.stderr)
        return 1
    said |= {"entries": found.entries, "records": found.records, "memory_mb": memory_mb("VmHWM")}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
