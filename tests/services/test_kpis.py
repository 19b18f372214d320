"""Key figures from real records: what counts, in which period, and what never does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.analysis.kpi import Outcome
from app.analysis.kpi_table import kpi_of
from app.domain.approval import Approval, ApprovalRequest, Decision
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.filter import Asker
from app.domain.ids import RunId, new_id
from app.domain.kpi import Amount, ExceptionKind
from app.domain.review import CloseCode, Incident, Override
from app.domain.run import Deviation, DeviationKind, Run, RunMode, StepRun, StepState
from app.domain.runbook import Step, StepKind
from app.domain.window import TimeRange, Window
from app.errors import InvalidInput
from app.services.kpi import kpi_words, kpis
from app.services.kpi.kpis import Period, load_kpis, members, read_sample
from tests.fakes import NOON
from tests.store.conftest import keep_changes

ASKER = Asker(NOON, "Nomsa", "Africa/Johannesburg")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 14))


def closed(**fields):
    good = {"state": ChangeState.CLOSED, "close_code": CloseCode.SUCCESSFUL}
    return {"title": "A", "closed_at": NOON, "opened_at": NOON - timedelta(days=4)} | good | fields


@pytest.fixture
def sample(store):
    return lambda period=NOVEMBER: read_sample(period, reads=store.kpis, asker=ASKER)


def numbers(cases):
    return [each.number for each in cases]


def test_what_was_closed_in_the_period_counts_by_the_askers_days(store, sample):
    midnight = ASKER.start_of(date(2026, 11, 1))
    second = timedelta(seconds=1)
    keep_changes(
        store,
        [
            closed(closed_at=midnight),
            closed(closed_at=midnight - second),
            closed(closed_at=ASKER.start_of(date(2026, 11, 15))),
            closed(closed_at=ASKER.start_of(date(2026, 11, 15)) - second),
            closed(state=ChangeState.CANCELED),
            closed(state=ChangeState.REVIEW),
        ],
    )
    assert numbers(sample().closed) == [1, 4]
    assert len(sample().opened) == 6
    assert numbers(sample().open_now) == [6]


def test_a_step_outside_the_plan_keeps_a_change_from_being_clean(store, sample):
    changes = keep_changes(store, [closed(work_start=NOON, work_end=NOON) for _n in range(2)])
    beside = Deviation(DeviationKind.UNPLANNED, "", "Restarted the proxy", NOON)
    with store.unit_of_work() as uow:
        run = Run(RunId(new_id()), changes[0].id, "h", started_at=NOON, deviations=(beside,))
        uow.runs.add(run)
        uow.log.append(NewEvent("run.ended", "Ended", changes[0].id))
        uow.commit()
    cases = {case.number: case for case in sample().closed}
    assert cases[1].exceptions == {ExceptionKind.UNPLANNED}
    assert [cases[number].clean for number in (1, 2)] == [False, True]


def test_rehearsals_and_dry_runs_never_count(store, sample):
    (change,) = keep_changes(store, [closed(work_start=NOON, work_end=NOON)])
    step = StepRun(
        Step("s", "Step", StepKind.COMMAND, estimate_s=60), StepState.DONE,
        started_at=NOON, ended_at=NOON + timedelta(seconds=120),
    )  # fmt: skip
    skipped = Deviation(DeviationKind.SKIPPED, "s", "Skipped", NOON)
    with store.unit_of_work() as uow:
        for mode in RunMode:
            run = Run(RunId(new_id()), change.id, "h", steps=(step,), mode=mode)
            uow.runs.add(replace(run, deviations=() if mode is RunMode.LIVE else (skipped,)))
        uow.log.append(NewEvent("run.ended", "Ended", change.id))
        uow.commit()
    (case,) = sample().closed
    assert case.step_ratios == (2.0,)
    assert case.exceptions == frozenset()
    assert case.clean


def test_departures_make_a_success_unclean(store, sample):
    window = Window(TimeRange(NOON, NOON + timedelta(hours=1)), "UTC")
    late = {"work_start": NOON, "work_end": NOON + timedelta(hours=2), "window": window}
    incident = Incident("INC-1", "Down", 1, caused=True, detected_at=NOON)
    keep_changes(store, [closed(**late), closed(incidents=(incident,)), closed()])
    first, second, third = sample().closed
    assert first.exceptions == {ExceptionKind.OUTSIDE_WINDOW}
    assert second.exceptions == {ExceptionKind.INCIDENT}
    assert [each.clean for each in (first, second, third)] == [False, False, True]


def test_an_override_that_lapsed_does_not_count_against_a_change(store, sample):
    used = Override("conflict", "No conflict", "P", "agreed", NOON, move="a>b", used_at=NOON)
    lapsed = replace(used, used_at=None, revision=1)
    keep_changes(
        store,
        [closed(overrides=(used,)), closed(overrides=(lapsed,), revision=2)],
    )
    passed, without = sample().closed
    assert passed.exceptions == {ExceptionKind.OVERRIDE}
    assert without.clean


def test_the_wait_for_approval_ends_with_the_last_decision_on_that_plan(store, sample):
    asked = ApprovalRequest("r", NOON, "Nomsa", "plan")

    def decided(hours, plan):
        return Approval("P", "", Decision.APPROVED, NOON + timedelta(hours=hours), plan)

    fields = {"requests": (asked,), "approvals": (decided(1, "plan"), decided(3, "plan"),
                                                  decided(9, "other"))}  # fmt: skip
    keep_changes(store, [closed(**fields), closed(requests=(asked,))])
    first, second = sample().closed
    assert (first.approval_wait_s, second.approval_wait_s) == (3 * 3600.0, None)


def test_a_figure_leads_to_exactly_the_changes_it_counts(store):
    keep_changes(store, [closed(), closed(close_code=CloseCode.BACKED_OUT), closed()])
    found = members("success", NOVEMBER, reads=store.kpis, asker=ASKER)
    assert found == (1, 3)
    with pytest.raises(KeyError):
        members("mood", NOVEMBER, reads=store.kpis, asker=ASKER)


def test_the_period_before_is_as_long_and_ends_the_day_before(store):
    assert NOVEMBER.before == Period(date(2026, 10, 18), date(2026, 10, 31))
    keep_changes(store, [closed(), closed(closed_at=NOON - timedelta(days=14))])
    view = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER)
    assert len(view.now["success"].of) == len(view.before["success"].of) == 1
    assert "backlogged" not in view.before
    with pytest.raises(InvalidInput):
        Period(date(2026, 2, 1), date(2026, 1, 1))


def test_the_trend_counts_every_change_once_in_its_week_or_month(store):
    days = (1, 8, 9, 14)
    keep_changes(store, [closed(closed_at=NOON - timedelta(days=14 - day)) for day in days])
    view = load_kpis(NOVEMBER, reads=store.kpis, asker=ASKER)
    assert [(bucket.first.day, bucket.total) for bucket in view.buckets] == [(1, 1), (2, 1), (9, 2)]
    assert all(bucket.counts[Outcome.CLEAN] == bucket.total for bucket in view.buckets)
    year = Period(date(2025, 11, 15), date(2026, 11, 14))
    months = kpis.buckets(view.sample.closed, year, ASKER)
    assert (len(months), months[0].first, months[-1].total) == (13, date(2025, 11, 15), 4)


@pytest.mark.parametrize(("value", "written"), [(1.0, "+1"), (0.0, "0"), (-7.0, "−7")])
def test_the_backlog_grows_by_whole_changes(value, written):
    assert kpi_words.tell(kpi_of("growth"), Amount(value)).figure == written
