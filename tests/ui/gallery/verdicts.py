"""Every verdict on a measure, judged for real: its row, and the card that opens beside it."""

from dataclasses import replace
from functools import cache

import numpy as np
from PySide6.QtWidgets import QWidget

from app.analysis.windows import Layout
from app.domain.ids import ChangeId
from app.domain.metric import Metric, MetricKind, Series, Target, WorseWhen
from app.domain.objective import Objective
from app.domain.verdict import Caveat, Comparison, Gate, Parameters
from app.services.metric.around import Around
from app.services.metric.comparison import compare_metric, compare_under_load, unmeasured
from app.services.metric.objectives import Stretch, bad_share_rises, budget_use
from tests.analysis.simulate import Case, Scenario, simulate
from tests.analysis.trials import samples
from tests.ui.gallery.sample import ZONE, sheet
from ui.models.rows import RowsModel
from ui.operations.metrics import MetricView
from ui.pages.metrics.detail import MetricDetail
from ui.pages.metrics.rows import COLUMNS
from ui.widgets.layout import column, panel, row
from ui.widgets.table import Rows, Table

PLAIN = Scenario(level=412.0)
LATENCY = Metric(
    "m", "Checkout response time, p95", "ms", MetricKind.LATENCY, margin=0.10, key=True
)
ERRORS = Metric("e", "Share of failed orders", kind=MetricKind.RATIO, margin=0.1, key=True)
MEMORY = Metric("g", "Memory in use", "GB", worse_when=WorseWhen.EITHER, margin=0.05)
PROCESSOR = Metric("p", "Processor load", "%", margin=0.05, load="t", key=True)
ORDERS = replace(ERRORS, id="o", margin=1.0, objective=Objective(0.995))
TRAFFIC = Metric("t", "Orders per minute", "/min", worse_when=WorseWhen.LOWER, margin=0.05)


def _made(scenario: Scenario, seed: int = 1) -> Case:
    return simulate(scenario, np.random.default_rng(seed))


def layout_of(case: Case) -> Layout:
    """Where the windows of a made metric lie."""
    s = case.scenario
    parameters = Parameters(window_s=s.window_s, settle_s=s.settle_s, zone=s.zone)
    return Layout.around(case.start_s, case.end_s, parameters)


def judged(metric: Metric, case: Case, around: Around = Around()) -> Comparison:
    return compare_metric(
        metric, samples(case), layout_of(case), change=ChangeId("c"), around=around
    )


def _only(case: Case, kept: np.ndarray) -> Case:
    return replace(case, at_s=case.at_s[kept], value=case.value[kept])


def _one_sided(*, is_before: bool) -> Case:
    """What was measured on one side of the change only."""
    case = _made(PLAIN.but(days=0))
    return _only(case, (case.at_s < case.start_s) == is_before)


def _thin() -> Case:
    """A window after the change of which the second half is missing."""
    case, after = _made(PLAIN), layout_of(_made(PLAIN)).after
    return _only(case, case.at_s < (after.start_s + after.end_s) / 2)


def _under_load() -> Comparison:
    """Judge processor load after half of the users have gone."""
    work, users = (
        _made(PLAIN.but(level=level, effect=effect), seed)
        for level, effect, seed in ((48.0, -0.2, 1), (900.0, -0.5, 2))
    )
    traffic, change = (TRAFFIC, samples(users)), ChangeId("c")
    return compare_under_load(PROCESSOR, samples(work), traffic, layout_of(work), change=change)


def _with_budget() -> Comparison:
    """Judge a share whose move is small for its margin and still breaks what was promised."""
    case = _made(Scenario(kind="ratio", rate=0.004, effect=0.5))
    seen, layout = samples(case), layout_of(case)
    shares = Series(seen.at_s, seen.part / seen.whole)
    spans = (
        (layout.before.start_s, layout.before.end_s),
        (layout.start_s, layout.after.start_s),
        (layout.after.start_s, layout.after.end_s),
    )
    rises = bad_share_rises(ORDERS, seen, layout)
    stretches = (Stretch(span, shares) for span in spans)
    return replace(judged(ORDERS, case), budget=budget_use(ORDERS, *stretches, rises=rises))


@cache
def cases() -> tuple[tuple[Metric, Case, Around], ...]:
    """One made metric for each thing that can be said of one, with what else is known of it."""
    goal = replace(LATENCY, target=Target(350.0))
    away = Around(("Another change ran on app-01 in these hours.",), (Caveat.DISTURBED,))
    early = Around(caveats=(Caveat.PRELIMINARY,))
    wanted = (
        (LATENCY, PLAIN.but(effect=0.2, rhythm=0.3), Around()),
        (goal, PLAIN.but(effect=-0.3), Around()),
        (MEMORY, PLAIN.but(level=41.2, effect=0.2), Around()),
        (LATENCY, PLAIN, Around()),
        (LATENCY, PLAIN.but(effect=0.03, noise=0.03), Around()),
        (LATENCY, PLAIN.but(phi=0.97, days=8), Around()),
        (LATENCY, PLAIN.but(effect=0.2, days=0), away),
        (ERRORS, Scenario(kind="ratio", rate=0.004, effect=1.5), Around()),
        (LATENCY, PLAIN.but(effect=0.07), Around()),
        (LATENCY, PLAIN.but(days=0, phi=0.995, window_s=1800.0), Around()),
        (LATENCY, PLAIN.but(days=0, trend=9.0, noise=0.01), Around()),
        (LATENCY, PLAIN.but(missing=0.8), Around()),
        (LATENCY, PLAIN.but(effect=0.2), early),
        (replace(LATENCY, strict=True), PLAIN.but(effect=0.3), Around()),
        (LATENCY, PLAIN.but(effect=0.2), Around(gates=(Gate.OTHER_SERIES,))),
    )
    whole = tuple((metric, _made(scenario), around) for metric, scenario, around in wanted)
    parts = (_one_sided(is_before=True), _one_sided(is_before=False), _thin())
    return (*whole, *((LATENCY, part, Around()) for part in parts))


@cache
def found() -> tuple[tuple[Metric, Comparison], ...]:
    """The verdict on each, and those that need more than one metric."""
    told = [(metric, judged(metric, case, around)) for metric, case, around in cases()]
    told += [(PROCESSOR, _under_load()), (ORDERS, _with_budget())]
    missing = unmeasured((), (replace(TRAFFIC, key=True),))
    return (*told, *((TRAFFIC, item) for item in missing))


def views() -> list[MetricView]:
    """What the page would show of each."""
    return [
        MetricView(replace(metric, id=str(n)), "app-01", item, None, None, None)
        for n, (metric, item) in enumerate(found())
    ]


def verdicts() -> QWidget:
    """All rows in one table, and all cards in two columns."""
    table = Table(RowsModel(COLUMNS), rows=Rows.VERDICT, margin=24)
    table.set_rows(views())
    table.setFixedHeight(72 + 57 * len(views()))
    cards = []
    for view in views():
        card = MetricDetail()
        card.show_metric(view, ZONE)
        cards.append(card)
    half = -(-len(cards) // 2)
    sides = row(*(column(*part, None) for part in (cards[:half], cards[half:])), gap=24)
    for place in (0, 1):
        sides.setStretch(place, 1)
    return sheet(table, panel(sides), width=1160)
