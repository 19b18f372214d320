"""Check a log of 100 000 entries and the records it speaks of; the peer is the budget promised."""

from statistics import median
from time import process_time

from app.clock import SystemClock
from app.store.anchors import Anchors
from app.store.sqlite import FILE_NAME
from app.store.verify import verify_log
from tests.bench.harness import Result, seconds
from tests.bench.log import filled, folder

COUNT = 100_000
BUDGET_S = 10.0
ROUNDS = 3


def measure() -> Result:
    """Verify the same folder some times."""
    with folder() as place:
        data = filled(place, COUNT)
        anchors = Anchors(data, SystemClock())
        found = verify_log(data / FILE_NAME, anchors)
        assert found.intact, found.reason or found.bad_record
        began_cpu = process_time()
        times = [seconds(lambda: verify_log(data / FILE_NAME, anchors)) for _ in range(ROUNDS)]
        cpu_s = (process_time() - began_cpu) / ROUNDS
    note = (
        f"{found.entries} entries and {found.records} records, each hash computed;"
        f" {cpu_s:.1f} s of processor time"
    )
    return Result("verify", median(times), "s", "budget", BUDGET_S, 1.0, ROUNDS, note=note)
