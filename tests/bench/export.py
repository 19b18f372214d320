"""A list of 100 000 changes as a file, each kind of file in a process of its own.

Whole is from the wish until the file has its name. Memory is what the process holds at its highest
beyond what it held before: a list is written as it is read, so it is the same for any length.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

from tests.bench.harness import Result, memory_mb
from tests.bench.log import ROOT, filled, folder

COUNT = 100_000
BUDGETS_S = {"csv": 15.0, "json": 20.0, "xlsx": 60.0}
MEMORY_MB = 32.0
LIMIT_S = 600.0


def measure() -> Iterator[Result]:
    """Write the list of all changes as each kind of file."""
    with folder() as place:
        data = filled(place, COUNT)
        for kind, budget_s in BUDGETS_S.items():
            found = _in_process(data, kind)
            note = (
                f"{found['cpu']:.1f} s of processor time, a file of {found['size']:.0f} MB;"
                f" {found['held']:.0f} MB before"
            )
            n = int(found["rows"])
            yield Result(f"export {kind}", found["took"], "s", "", None, budget_s, n, note=note)
            yield Result(f"export {kind}", found["more"], "MB", "", None, MEMORY_MB, n)


def _in_process(data: Path, kind: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.export", str(data), kind]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=LIMIT_S, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The list was not written:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Write one file and print what it took, as one JSON object."""
    from app.bootstrap import Surroundings, open_services
    from app.domain.filter import ChangeFilter
    from app.services.exports import ExportFormat, ExportWish, export_list
    from app.services.search.finding import Query

    data, kind = Path(sys.argv[1]), ExportFormat(sys.argv[2])
    services = open_services(data, Surroundings(read_only=True))
    query, held_mb = Query(ChangeFilter(), services.asker), 0.0
    with tempfile.TemporaryDirectory(prefix="changedesk-bench-") as name:
        target = Path(name) / f"list.{kind}"
        for wanted in (Query(ChangeFilter(numbers=()), services.asker), query):
            held_mb = memory_mb("VmHWM")  # after a list of nothing, which loads what it takes
            began, began_cpu = perf_counter(), process_time()
            made = export_list(
                wanted, target, ExportWish(kind), finder=services.finder,
                open_table=services.open_table,
            )  # fmt: skip
            took_s, cpu_s = perf_counter() - began, process_time() - began_cpu
        size_mb = target.stat().st_size / 1e6
    services.close()
    more_mb = memory_mb("VmHWM") - held_mb
    found = {"took": took_s, "cpu": cpu_s, "rows": made.rows, "size": size_mb}
    print(json.dumps(found | {"held": held_mb, "more": more_mb}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
