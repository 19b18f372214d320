"""Key figures against cases counted by hand, and their statistics against other programs' words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis import kpi
from app.analysis.kpi import Outcome
from app.analysis.kpi_table import KPIS, kpi_of
from app.domain.change import ChangeType
from app.domain.kpi import (
    Amount,
    Case,
    CausedIncident,
    Down,
    ExceptionKind,
    NewCase,
    OpenCase,
    Part,
    Rate,
    Sample,
    Spread,
)
from app.domain.need import NeedCategory
from app.domain.outage import OutageKind
from app.domain.review import CloseCode

START = datetime(2026, 9, 1, tzinfo=UTC)
END = datetime(2026, 10, 1, tzinfo=UTC)
E, C = ExceptionKind, CloseCode


def hours(n):
    return START + timedelta(hours=n)


def case(number, code=C.SUCCESSFUL, *exceptions, **more):
    base = Case(number, ChangeType.NORMAL, code, hours(0), hours(100), work_start=hours(50),
                work_end=hours(52))  # fmt: skip
    return replace(base, exceptions=frozenset(exceptions), **more)


GRAVE = CausedIncident(1, hours(53), hours(55))
SMALL = CausedIncident(3, hours(60), None)
CASES = (
    case(1),
    case(2),
    case(3, C.SUCCESSFUL, E.OVERRIDE, type=ChangeType.EMERGENCY, mends=True, unauthorised=True),
    case(4, C.SUCCESSFUL, E.OUTSIDE_WINDOW, work_end=hours(58)),
    case(5, C.SUCCESSFUL, E.INCIDENT, incidents=(GRAVE, SMALL)),
    case(6, C.WITH_ISSUES, E.SKIPPED, E.OVERRUN, category=NeedCategory.OUTDATED, mends=True),
    case(7, C.UNSUCCESSFUL, category=NeedCategory.OUTDATED, lead_s=7200.0, allowed_s=360_000.0),
    case(8, C.BACKED_OUT, backed_out=True, restored=True, planned_outside=True, lead_s=3600.0),
    case(9, work_start=None, work_end=None, closed_at=hours(10)),
    case(10, step_ratios=(1.0, 2.0), restored=True, approval_wait_s=7200.0, reviewed_late=True),
    case(
        11,
        step_ratios=(4.0,),
        approval_wait_s=3600.0,
        reviewed_late=False,
        planned_outside=False,
        allowed_s=720_000.0,
    ),
)
OPEN = (OpenCase(12, hours(0), overdue=True), OpenCase(13, hours(200), False, review_late=True),
        OpenCase(14, None, False, review_late=False))  # fmt: skip
NEW = (NewCase(1), NewCase(2, urgent=True), NewCase(12), NewCase(13))
P, U = OutageKind.PLANNED, OutageKind.UNPLANNED
DOWNS = (
    Down(8, "Shop", P, hours(10), hours(12)),
    Down(7, "shop ", U, hours(11), hours(14)),  # one hour of it lies in the planned outage
    Down(5, "Shop", U, hours(13), hours(15)),
    Down(5, "Mail", U, hours(-5), hours(1)),  # began before the period
    Down(6, "Mail", U, hours(238), hours(999)),  # the period reaches to now, hour 240
)
SAMPLE = Sample(
    START, END, CASES, NEW, OPEN, hours(240), rejected=(15,), downs=DOWNS, services=("mail", "shop")
)


def measure(kpi_id, sample=SAMPLE):
    return kpi_of(kpi_id).measure(sample)


@pytest.mark.parametrize(
    ("kpi_id", "hits", "of"),
    [
        ("success", (1, 2, 3, 4, 5, 9, 10, 11), 11),
        ("clean", (1, 2, 9, 10, 11), 11),
        ("issues", (6,), 11),
        ("failed", (7, 8), 11),
        ("backed_out", (8,), 11),
        ("incidents", (5,), 10),
        ("dora_fail", (5, 7, 8), 10),
        ("outside", (4,), 10),
        ("overrides", (3,), 11),
        ("emergency", (3,), 11),
        ("restored", (8, 10), 11),
        ("review_late", (10,), 2),
        ("rejected", (15,), 12),
        ("urgent", (2,), 4),
        ("unauthorised", (3,), 10),
        ("planned_outside", (8,), 2),
        ("rework", (3,), 10),
        ("backlogged", (12,), 3),
        ("review_overdue", (13,), 2),
    ],
)
def test_rates_counted_by_hand(kpi_id, hits, of):
    found = measure(kpi_id)
    assert isinstance(found, Rate)
    assert (found.hits, len(found.of)) == (hits, of)


def test_durations_counted_by_hand():
    closing = measure("closing")
    assert isinstance(closing, Spread)
    assert (closing.median, len(closing.values)) == (100 * 3600.0, 11)
    working = measure("working")
    assert (working.median, len(working.values)) == (2 * 3600.0, 10)
    assert working.p90 == pytest.approx(2 * 3600 + 0.1 * 6 * 3600)
    steps = measure("estimates")
    assert (steps.median, steps.unit, steps.numbers) == (2.0, "×", (10, 11))
    waiting = measure("waiting")
    assert (waiting.median, waiting.p90) == (5400.0, 3600 + 0.9 * 3600)
    restoring = measure("restoring")
    assert (restoring.values, restoring.numbers) == ((7200.0,), (5,))
    lead = measure("lead")
    assert (lead.values, lead.numbers) == ((7200.0, 3600.0), (7, 8))
    assert measure("age").values == (240 * 3600.0, 40 * 3600.0)


def test_amounts_counted_by_hand():
    assert measure("growth") == Amount(4 - 11, "", (1, 2, 12, 13))
    assert measure("frequency").value == pytest.approx(10 / (30 / 7))


def test_hours_of_service_counted_by_hand():
    """Two services over 240 hours; shop: 2 h planned and 3 h more; mail: 1 h and 2 h."""
    hour = 3600.0
    assert measure("down_planned") == Part(2 * hour, 480 * hour, (8,), by_amount=True)
    assert measure("down_unplanned") == Part(7 * hour, 480 * hour, (7, 5, 6), by_amount=True)
    found = measure("availability")
    assert (found.part_s, found.whole_s) == (472 * hour, 478 * hour)
    assert found.share == pytest.approx(472 / 478)
    office = measure("availability", replace(SAMPLE, service_hours=40.0, downs=DOWNS[:1]))
    assert office.whole_s == pytest.approx((480 * 40 / 168 - 2) * hour)
    over = measure("down_unplanned", replace(SAMPLE, now=hours(9999)))
    assert over.whole_s == 2 * 720 * hour


@given(st.lists(st.tuples(st.integers(-50, 800), st.integers(0, 200), st.booleans()), max_size=12))
def test_downtime_is_what_counting_hour_by_hour_gives(spans):
    downs = tuple(
        Down(at, "Shop", P if planned else U, hours(begin), hours(begin + length))
        for at, (begin, length, planned) in enumerate(spans)
    )
    sample = Sample(START, END, (), (), downs=downs, services=("shop",))
    inside = range(720)
    planned = {h for h in inside for d in downs if d.kind is P and d.begin <= hours(h) < d.end}
    lost = {h for h in inside for d in downs if d.kind is U and d.begin <= hours(h) < d.end}
    found = measure("availability", sample)
    assert found.whole_s == (720 - len(planned)) * 3600
    assert found.part_s == (720 - len(planned | lost)) * 3600


def test_the_time_used_to_close_is_the_average_spent_of_the_average_allowed():
    found = measure("closing_rate")
    assert found == Part(360_000.0, 540_000.0, (7, 11), 2)
    assert found.share is None
    ten = replace(SAMPLE, closed=tuple(case(n, allowed_s=720_000.0) for n in range(10)))
    assert measure("closing_rate", ten).share == 0.5


def test_of_fewer_than_ten_only_counts_are_told():
    few = replace(SAMPLE, closed=CASES[:9])
    rate = measure("success", few)
    assert (rate.share, kpi.interval(rate)) == (None, None)
    ten = replace(SAMPLE, closed=CASES[:10])
    assert measure("success", ten).share == 0.7


def test_nothing_closed_breaks_no_figure():
    empty = Sample(START, END, (), ())
    for each in KPIS:
        found = each.measure(empty)
        match found:
            case Rate():
                assert (found.hits, found.of, found.share) == ((), (), None)
            case Spread():
                assert (found.median, found.p90) == (None, None)
            case Amount():
                assert found.value == 0
            case Part():
                assert (found.part_s, found.share) == (0, None)


def exact_wilson(hits, n):
    """The bounds as the roots of (p - share)² = z² p (1 - p) / n, in 50 digits."""
    getcontext().prec = 50
    z2 = Decimal("1.959963984540054235524594430520551527955550182640") ** 2
    share = Decimal(hits) / n
    a, b, c = 1 + z2 / n, -(2 * share + z2 / n), share * share
    root = (b * b - 4 * a * c).sqrt()
    return float((-b - root) / (2 * a)), float((-b + root) / (2 * a))


@given(st.integers(10, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(pair):
    hits, n = pair
    found = kpi.interval(Rate(tuple(range(hits)), tuple(range(n))))
    low, high = exact_wilson(hits, n)
    assert found == pytest.approx((max(0.0, low), min(1.0, high)), abs=1e-12)
    assert found[0] <= hits / n + 1e-12
    assert hits / n <= found[1] + 1e-12


def test_a_published_interval_comes_out():
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 and 15 of 148."""
    for hits, n, published in ((81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605))):
        found = kpi.interval(Rate(tuple(range(hits)), tuple(range(n))))
        assert found == pytest.approx(published, abs=5e-5)


VALUES = st.lists(st.floats(0, 1e9), min_size=1, max_size=40)


@given(VALUES, st.floats(0, 1))
def test_quantiles_are_numpys(values, share):
    assert kpi.quantile(values, share) == pytest.approx(float(np.quantile(values, share)))


def test_every_closed_change_counts_in_one_outcome():
    assert [kpi.outcome(each) for each in CASES[:9]] == [
        Outcome.CLEAN, Outcome.CLEAN, Outcome.EXCEPTION, Outcome.EXCEPTION, Outcome.EXCEPTION,
        Outcome.ISSUES, Outcome.FAILED, Outcome.FAILED, Outcome.CLEAN,
    ]  # fmt: skip


def test_a_pareto_counts_from_the_most_frequent_on():
    assert kpi.pareto(("b", "a", "c", "a", "b", "a")) == (
        ("a", 3, 0.5),
        ("b", 2, 5 / 6),
        ("c", 1, 1.0),
    )
    assert kpi.pareto(()) == ()
    assert kpi.causes(CASES[5]) == ("overrun", "skipped", "successful_with_issues")
    assert kpi.causes(CASES[0]) == ()


def test_every_figure_says_what_it_counts_and_has_its_own_name():
    assert len({each.id for each in KPIS}) == len({each.title for each in KPIS}) == len(KPIS)
    assert all(len(each.text) > 30 for each in KPIS)
