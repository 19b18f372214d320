"""What is suggested while a change is written: time of a question among 100 000 changes."""

from collections.abc import Iterator
from statistics import median, quantiles

from app.domain.ids import HostId
from app.domain.need import NeedCategory
from app.services.precedents import Likeness
from app.store.engine import open_engine
from app.store.precedents import SqlPrecedents
from app.store.sqlite import FILE_NAME
from tests.bench.filling import NOW
from tests.bench.harness import Result, seconds
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
        typed_ms = [_ask(reads, like) for like in typed()]
        whole_ms = [_ask(reads, like) for like in known()]
        engine.dispose()
    note = (
        f"with all facets, p95 {quantiles(whole_ms, n=20)[-1]:.1f} ms; while a title is typed"
        f" p50 {median(typed_ms):.1f}, p95 {quantiles(typed_ms, n=20)[-1]:.1f} ms"
    )
    n = len(typed_ms) + len(whole_ms)
    return Result("suggest", median(whole_ms), "ms", "budget", BUDGET_MS, 1.0, n, note=note)


def typed() -> Iterator[Likeness]:
    """Yield what is known after each key of a title."""
    return (Likeness(TITLE[:length]) for length in range(3, len(TITLE) + 1))


def known() -> Iterator[Likeness]:
    """Yield changes of which everything is known, on sixty hosts."""
    for number in range(60):
        yield Likeness(
            TITLE, (HostId(f"host-{number}"),), (f"Service {number}",), NeedCategory.OUTDATED
        )


def _ask(reads: SqlPrecedents, like: Likeness) -> float:
    return 1000 * seconds(lambda: reads.precedents(like, NOW))
