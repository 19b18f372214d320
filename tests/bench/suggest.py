"""What is suggested while a change is written: time of a question among 100 000 changes."""

from collections.abc import Iterator
from statistics import median, quantiles
from time import perf_counter, thread_time

from app.domain.ids import HostId
from app.domain.need import NeedCategory
from app.services.search.precedents import Likeness
from app.store.engine import open_engine
from app.store.precedents import SqlPrecedents
from app.store.sqlite import FILE_NAME
from tests.bench.filling import NOW
from tests.bench.harness import Result
from tests.bench.log import filled, folder

COUNT = 100_000
BUDGET_MS = 50.0
TITLE = "Upgrade the orders database of postgresql"


def measure() -> Result:
    """Type a title key by key, then say host, service and need."""
    with folder() as place:
        engine = open_engine(filled(place, COUNT) / FILE_NAME, read_only=True)
        reads = SqlPrecedents(engine)
        reads.precedents(Likeness(TITLE), NOW)
        keys = [_ask(reads, like) for like in typed()]
        whole = [_ask(reads, like) for like in known()]
        engine.dispose()
    note = f"with all facets, {_told(whole)}; while a title is typed, {_told(keys)}"
    figure = quantiles((wall for wall, _cpu in whole), n=20, method="inclusive")[-1]
    n = len(keys) + len(whole)
    return Result("suggest", figure, "ms", "", None, BUDGET_MS, n, note=note)


def _told(asked: list[tuple[float, float]]) -> str:
    walls, cpus = ([each[at] for each in asked] for at in (0, 1))
    return (
        f"p50 {median(walls):.1f}, p95 {quantiles(walls, n=20, method='inclusive')[-1]:.1f} ms"
        f" (CPU {median(cpus):.1f}, {quantiles(cpus, n=20, method='inclusive')[-1]:.1f})"
    )


def typed() -> Iterator[Likeness]:
    """Yield what is known after each key of a title."""
    return (Likeness(TITLE[:length]) for length in range(3, len(TITLE) + 1))


def known() -> Iterator[Likeness]:
    """Yield changes of which everything is known, on sixty hosts."""
    for number in range(60):
        yield Likeness(
            TITLE, (HostId(f"host-{number}"),), (f"Service {number}",), NeedCategory.OUTDATED
        )


def _ask(reads: SqlPrecedents, like: Likeness) -> tuple[float, float]:
    """Return how long an answer takes, and the processor time in it, in milliseconds."""
    began, began_cpu = perf_counter(), thread_time()
    reads.precedents(like, NOW)
    return 1000 * (perf_counter() - began), 1000 * (thread_time() - began_cpu)
