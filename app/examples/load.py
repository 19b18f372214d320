"""Made-up results of load tests: a rate that rises in steps, and pages that slow down with it.

As with the samples, the parameters stand in the names and in the code beside; whether the change
made anything faster is not decided here: `app.services.loadtests` judges what it finds.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.change import Change
from app.domain.loadtest import LoadTerms
from app.domain.metric import WindowName
from app.examples.stage import ZONE, Stage
from app.services.loadtests.keeping import NewRun, keep_run

RUNS = 3
"""Runs on each side: as many as the comparison of runs needs at least."""
TERMS = LoadTerms(apdex_ms=250.0, p95_target_ms=400.0, zone=ZONE)
_RATES_PER_S = (10, 20, 30, 40)
_STEP_S = 60
_HEADER = "timeStamp,elapsed,label,responseCode,success,bytes,allThreads"
_BROKEN = 0.0004


@dataclass(frozen=True, slots=True)
class Page:
    """A page under load: ``level_ms`` when nobody else is there, ``knee`` the rate that doubles it.

    ``after`` is what the level is multiplied with once the work is done.
    """

    label: str
    level_ms: float
    knee_per_s: float
    after: float = 1.0


def load_test(stage: Stage, change: Change, side: WindowName, pages: tuple[Page, ...]) -> None:
    """Run the load test of one side on the test system, as often as a comparison needs."""
    folder = stage.folder / "samples"
    folder.mkdir(exist_ok=True)
    for number in range(1, RUNS + 1):
        stage.clock.let_pass(20 * 60)
        path = folder / f"{change.number}-{side.value}-{number}.jtl"
        path.write_text("\n".join(_lines(pages, side, number, stage.clock.now())), "utf-8")
        new = NewRun(change.id, side, path, TERMS, "JMeter, test system")
        keep_run(new, with_=stage.services.load_testing, context=stage.context)


def _lines(pages: tuple[Page, ...], side: WindowName, number: int, end: datetime) -> Iterator[str]:
    rng = random.Random(f"{side.value} {number}")  # noqa: S311 - no secret
    at = end - timedelta(seconds=_STEP_S * len(_RATES_PER_S))
    day = rng.gauss(1.0, 0.015)  # no two runs go quite alike
    yield _HEADER
    for rate in _RATES_PER_S:
        for n in range(rate * _STEP_S):
            page = pages[n % len(pages)]
            level = page.level_ms * (page.after if side is WindowName.AFTER else 1.0)
            busy = 1 + (rate / page.knee_per_s) ** 3
            took = round(level * busy * day * rng.lognormvariate(0.0, 0.28))
            good = rng.random() >= _BROKEN * busy
            began = round(at.timestamp() * 1000) + round((n + rng.random()) * 1000 / rate)
            code, word = ("200", "true") if good else ("500", "false")
            yield f"{began},{took},{page.label},{code},{word},2048,{rate}"
        at += timedelta(seconds=_STEP_S)
