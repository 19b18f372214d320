"""Terms are agreed in time, wrong runs are withdrawn for good, capacity says up to which rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.capacity import capacity
from app.domain.change import ChangeState
from app.domain.loadtest import Capacity, LoadPoint, LoadTerms
from app.domain.metric import WindowName
from app.errors import IllegalMove, InvalidInput
from app.services.change import changes
from app.services.loadtests.capacities import SideCapacity, capacity_sentence
from app.services.loadtests.keeping import NewRun, keep_run
from app.services.loadtests.terms import agree_terms, terms_of, why_fixed
from app.services.loadtests.withdrawing import withdraw_run
from tests.loadtests.jtl import BEGIN_MS, Sample, as_csv
from tests.loadtests.test_comparing import write
from tests.loadtests.test_keeping import change, records, testing

__all__ = ["change", "testing"]  # fixtures

TERMS = LoadTerms(apdex_ms=70.0, margin=0.2, warm_up=0.2, p95_target_ms=200.0)


def keep(testing, change, side, path):
    return keep_run(NewRun(change.id, side, path), with_=testing)


def both(testing, change, tmp_path):
    return (
        keep(testing, change, WindowName.BEFORE, write(tmp_path / "before.jtl")),
        keep(testing, change, WindowName.AFTER, write(tmp_path / "after.jtl", level=80, seed=1)),
    )


def rising(path, *, slow_from: float):
    """Write a run whose rate rises from 10 to 60 a second; answers are slow from a rate on."""
    rng = np.random.default_rng(1)
    samples, at_ms = [], BEGIN_MS
    for step in range(60):
        rate = 10 + 50 * step / 59
        for _each in range(int(rate)):
            took = rng.gamma(20, 5) * (4 if rate > slow_from else 1)
            samples.append(Sample(int(at_ms), int(took) + 1, "home", ok=True))
            at_ms += 1000 / rate
    path.write_bytes(as_csv(samples))
    return path


def test_agreed_terms_hold_for_every_run_and_are_logged(testing, change, tmp_path):
    keep(testing, change, WindowName.BEFORE, write(tmp_path / "before.jtl"))
    agree_terms(change.id, TERMS, desk=testing.desk)
    keep(testing, change, WindowName.AFTER, write(tmp_path / "after.jtl", level=70, seed=1))
    _runs, verdict, _events = records(testing, change)
    assert verdict.found.terms == TERMS
    with testing.desk.new_uow() as uow:
        texts = [event.text for event in uow.log.of(change.id)]
    assert any("slower or more faulty by 20\u202f% matters" in text for text in texts)


def test_after_a_run_from_after_nobody_chooses_terms_not_even_when_it_is_withdrawn(
    testing, change, tmp_path
):
    _before, after = both(testing, change, tmp_path)
    with pytest.raises(IllegalMove, match="stay as they were"):
        agree_terms(change.id, TERMS, desk=testing.desk)
    withdraw_run(after.id, "wrong server", with_=testing)
    with pytest.raises(IllegalMove, match="stay as they were"):
        agree_terms(change.id, TERMS, desk=testing.desk)


def test_terms_are_part_of_the_plan_and_fixed_once_the_work_begins(testing, change):
    agreed = agree_terms(change.id, TERMS, desk=testing.desk)
    assert agreed.plan_hash != change.plan_hash
    with testing.desk.new_uow() as uow:
        changes.moved(agreed, ChangeState.IMPLEMENT, uow, desk=testing.desk)
        uow.commit()
    with pytest.raises(IllegalMove, match="fixed"):
        agree_terms(change.id, LoadTerms(), desk=testing.desk)


def test_without_agreed_terms_those_of_the_first_run_hold(testing, change, tmp_path):
    usual = LoadTerms(zone="Europe/Berlin")
    assert terms_of(change, (), usual) == usual
    keep(testing, change, WindowName.BEFORE, write(tmp_path / "before.jtl"))
    runs = records(testing, change)[0]
    assert terms_of(change, runs, usual) == LoadTerms()
    assert why_fixed(change, runs) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"apdex_ms": 0.0}, {"margin": 0.0}, {"margin": float("nan")}, {"rate_margin": 99.0},
        {"floor_ms": -1.0}, {"warm_up": 0.9}, {"most_errors": 1.0}, {"p95_target_ms": 0.0},
    ],
)  # fmt: skip
def test_terms_that_mean_nothing_are_refused(testing, change, wrong):
    with pytest.raises(InvalidInput):
        agree_terms(change.id, LoadTerms(**wrong), desk=testing.desk)


def test_a_withdrawn_run_counts_no_longer_and_stays_with_its_reason(testing, change, tmp_path):
    before, after = both(testing, change, tmp_path)
    right = keep(testing, change, WindowName.AFTER, write(tmp_path / "right.jtl", seed=2))
    withdraw_run(after.id, "  ran against the old server ", with_=testing)
    runs, verdict, events = records(testing, change)
    kept = next(run for run in runs if run.id == after.id)
    assert (kept.withdrawn.reason, kept.withdrawn.by) == ("ran against the old server", "Nomsa")
    assert [facts.sha256 for facts in verdict.found.after] == [right.sha256]
    assert verdict.rests_on(runs)
    withdrawn = next(event for event in events if event.kind == "loadtest.withdrawn")
    assert withdrawn.refs == (after.id, after.sha256)
    assert testing.files.get(after.sha256), "the evidence stays"
    with pytest.raises(IllegalMove, match="already"):
        withdraw_run(after.id, "again", with_=testing)
    assert before.counts


def test_a_side_that_loses_its_only_run_has_no_verdict(testing, change, tmp_path):
    _before, after = both(testing, change, tmp_path)
    with pytest.raises(InvalidInput, match="reason"):
        withdraw_run(after.id, " ", with_=testing)
    withdraw_run(after.id, "wrong plan", with_=testing)
    runs, verdict, _events = records(testing, change)
    assert not verdict.rests_on(runs), "what was found before speaks of another set of runs"


def test_a_closed_change_keeps_its_runs(testing, change, tmp_path):
    _before, after = both(testing, change, tmp_path)
    with testing.desk.new_uow() as uow:
        changes.moved(uow.changes.get(change.id), ChangeState.CLOSED, uow, desk=testing.desk)
        uow.commit()
    with pytest.raises(IllegalMove, match="closed"):
        withdraw_run(after.id, "too late", with_=testing)


def test_capacity_says_up_to_which_rate_answers_came_in_time(testing, change, tmp_path):
    agree_terms(change.id, TERMS, desk=testing.desk)
    for side, slow_from in ((WindowName.BEFORE, 45.0), (WindowName.AFTER, 30.0)):
        path = rising(tmp_path / f"{side.value}.jtl", slow_from=slow_from)
        keep(testing, change, side, path)
    found = records(testing, change)[1].found
    served = [
        capacity(runs[-1].points, TERMS.p95_target_ms).rate_per_s
        for runs in (found.before, found.after)
    ]
    assert 35 < served[0] <= 46
    assert 22 < served[1] <= 31
    words = capacity_sentence(found)
    assert f"{served[0]:.0f}\u202f/s before, {served[1]:.0f}\u202f/s after." in words
    assert "within 200\u202fms and at most 1\u202f% failed" in words


def side(*rates, reached=True):
    return SideCapacity(tuple(Capacity(200.0, rate, reached) for rate in rates))


def test_a_side_of_several_runs_says_their_range():
    assert side(120.0, 140.0).words == "120–140\u202f/s (2 runs)"
    assert side(120.0, reached=False).words == "at least 120\u202f/s"
    assert side(None).words == "not even the lowest rate was in time"
    assert SideCapacity(()).words == "not known"


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(1, 900)), min_size=1, max_size=12))
def test_capacity_never_lies_beyond_a_rate_that_was_too_slow(pairs):
    points = [LoadPoint(rate, p95, 0.0, 50) for rate, p95 in sorted(pairs)]
    found = capacity(points, 300.0)
    slow = [point.rate_per_s for point in points if point.p95_ms > 300.0]
    assert found.is_reached is bool(slow)
    if found.rate_per_s is not None:
        assert all(found.rate_per_s <= rate for rate in slow)
