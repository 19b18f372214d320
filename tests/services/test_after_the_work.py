"""After the work: actions, close codes, outages, reminders, and whether the gain lasts."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.benefit import DAYS, BenefitCheck, BenefitFinding, Due, Lasting, Repeats
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.ids import SampleSetId
from app.domain.lesson import ActionState, FollowUp, tags_of
from app.domain.metric import SampleSet, Series, WindowName
from app.domain.outage import Outage, OutageKind, downtime_s
from app.domain.verdict import Comparison, Verdict
from app.errors import Conflict, IllegalMove, InvalidInput
from app.services.metric import benefits
from app.services.metric.benefits import finding, overall, remeasure, skip
from app.services.review.learning import drop_action, finish_action, open_child, reopen_action
from app.services.review.reminders import first_due, reminders
from app.services.search.rows import ReminderKind
from app.tasks import TaskContext
from tests.examples import RESPONSE
from tests.fakes import NOON

S = ChangeState
ACTION = FollowUp("Write the index into the checklist", "Thabo", date(2026, 11, 20))


def judged(verdict, **fields):
    return Comparison("c:response", "c", "response", "Response time", verdict, **fields)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


# --- actions ---------------------------------------------------------------------------


def test_an_action_is_late_from_the_day_after():
    assert ACTION.state(date(2026, 11, 20)) is ActionState.OPEN
    assert ACTION.state(date(2026, 11, 21)) is ActionState.OVERDUE
    assert replace(ACTION, done=True).state(date(2027, 1, 1)) is ActionState.DONE
    assert replace(ACTION, dropped="no").state(date(2027, 1, 1)) is ActionState.DROPPED
    assert FollowUp("x").state(date(2027, 1, 1)) is ActionState.OPEN


def test_actions_of_a_closed_change_are_worked_off(opened, made, clock):
    change = made(S.CLOSED, actions=(ACTION,))
    desk = opened.desk
    with pytest.raises(InvalidInput, match="yet to come"):
        finish_action(change.id, 0, ACTION, date(2026, 11, 15), desk=desk)
    done = finish_action(change.id, 0, ACTION, date(2026, 11, 14), desk=desk).actions[0]
    assert (done.done, done.done_on) == (True, date(2026, 11, 14))
    with pytest.raises(Conflict, match="altered this action"):
        drop_action(change.id, 0, ACTION, "again", desk=desk)
    assert reopen_action(change.id, 0, done, desk=desk).actions[0] == ACTION
    with pytest.raises(InvalidInput, match="why"):
        drop_action(change.id, 0, ACTION, " ", desk=desk)
    assert drop_action(change.id, 0, ACTION, "Replaced", desk=desk).actions[0].dropped == "Replaced"
    with opened.new_uow() as uow:
        assert uow.changes.get(change.id).state is S.CLOSED
        kinds = [event.kind for event in uow.log.of(change.id)]
    assert kinds.count("action.settled") == 3


def test_an_action_becomes_a_change_of_its_own(opened, made):
    change = made(S.CLOSED, actions=(ACTION,), business_service="Orders")
    child = open_child(change.id, 0, ACTION, desk=opened.desk)
    assert child.title == ACTION.title
    assert (child.parent, child.business_service) == (change.id, "Orders")
    with opened.new_uow() as uow:
        linked = uow.changes.get(change.id).actions[0]
    assert linked.child == child.number
    with pytest.raises(InvalidInput, match=child.number):
        open_child(change.id, 0, linked, desk=opened.desk)


def test_tags_are_read_as_people_write_them():
    assert tags_of("#Index, query  Index,#DB") == ("index", "query", "db")


# --- outages ---------------------------------------------------------------------------

SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), min_size=1, max_size=12)


@given(SPANS)
def test_what_overlaps_counts_once(spans):
    outages = [Outage(OutageKind.PLANNED, "s", at(b), at(b + n)) for b, n in spans]
    minutes = {minute for b, n in spans for minute in range(b, b + n)}
    assert downtime_s(outages, (OutageKind.PLANNED,)) == len(minutes) * 60


def test_a_degraded_service_is_not_down_and_a_lasting_outage_has_no_length():
    degraded = Outage(OutageKind.DEGRADATION, "s", at(0), at(5))
    lasting = Outage(OutageKind.UNPLANNED, "s", at(0))
    assert not OutageKind.DEGRADATION.is_down
    down = [kind for kind in OutageKind if kind.is_down]
    assert downtime_s((degraded,), down) is None
    assert downtime_s((degraded, lasting), down) is None


# --- again, days later -----------------------------------------------------------------


def test_each_agreed_day_is_waiting_due_missed_or_done():
    def states(now, *checks):
        return [item.state for item in Repeats(NOON, DAYS, checks).dates(now)]

    days = timedelta(days=1)
    assert states(NOON + 6 * days) == [Due.WAITING] * 3
    assert states(NOON + 7 * days) == [Due.DUE, Due.WAITING, Due.WAITING]
    assert states(NOON + 15 * days) == [Due.MISSED, Due.WAITING, Due.WAITING]
    done = BenefitCheck(7, NOON, "N", Lasting.LASTED)
    skipped = BenefitCheck(30, NOON, "N", skipped="Host is gone")
    assert states(NOON + 120 * days, done, skipped) == [Due.DONE, Due.SKIPPED, Due.MISSED]
    assert Repeats(NOON, DAYS, (done,)).next_due == NOON + 30 * days
    assert Repeats(NOON, (7,), (done,)).next_due is None
    endless = Repeats(NOON, (10**10,))
    assert endless.next_due.year == 9999
    assert [item.state for item in endless.dates(NOON)] == [Due.WAITING]


def test_a_day_is_done_only_when_every_measure_was_looked_at_or_left_out():
    days = timedelta(days=1)
    one = BenefitFinding(
        "CPU", "%", Lasting.LASTED, Verdict.IMPROVED, Verdict.IMPROVED, metric_id="cpu"
    )
    part = BenefitCheck(7, NOON, "N", Lasting.LASTED, (one,))

    def day(now, check, metrics=("cpu", "orders")):
        return Repeats(NOON, (7,), (check,), metrics).dates(now)[0]

    soon, late = NOON + 8 * days, NOON + 15 * days
    assert (day(soon, part).state, day(soon, part).left) == (Due.PARTLY, ("orders",))
    assert (day(late, part).late, day(late, part).is_open) == (True, True)
    assert Repeats(NOON, (7, 30), (part,), ("cpu", "orders")).next_due == NOON + 7 * days
    assert day(late, part, ("cpu",)).state is Due.DONE
    assert day(late, replace(part, skipped="The export is gone")).state is Due.DONE
    old = replace(part, findings=(replace(one, metric_id=""),))
    assert day(late, old).state is Due.DONE


@pytest.mark.parametrize(
    ("now", "first", "target_met", "expected"),
    [
        (Verdict.IMPROVED, Verdict.IMPROVED, True, Lasting.LASTED),
        (Verdict.IMPROVED, Verdict.IMPROVED, False, Lasting.PARTLY),
        (Verdict.NO_MATERIAL_CHANGE, Verdict.IMPROVED, True, Lasting.GONE),
        (Verdict.NO_MATERIAL_CHANGE, Verdict.NO_MATERIAL_CHANGE, True, Lasting.UNCHANGED),
        (Verdict.REGRESSED, Verdict.IMPROVED, True, Lasting.WORSE),
        (Verdict.NOT_ENOUGH_DATA, Verdict.IMPROVED, True, Lasting.CANNOT_TELL),
        (Verdict.IMPROVED, None, True, Lasting.LASTED),
    ],
)
def test_what_became_of_a_gain(now, first, target_met, expected):
    level = 250.0 if target_met else 350.0
    item = judged(now, target=RESPONSE.target, after=level)
    assert finding(item, judged(first) if first else None).lasting is expected


def test_the_worst_key_measure_decides():
    def one(lasting, key):
        return replace(finding(judged(Verdict.IMPROVED), None), lasting=lasting, key=key)

    assert overall([one(Lasting.LASTED, True), one(Lasting.GONE, False)]) is Lasting.LASTED
    assert overall([one(Lasting.LASTED, False), one(Lasting.GONE, False)]) is Lasting.GONE


@pytest.fixture
def watched(opened, made, ssh_host):
    """Return a closed change whose response time was 400 before and 200 right after."""

    def make(**fields):
        metric = replace(RESPONSE, query="cpu", source="host", host=ssh_host.id)
        change = made(
            S.CLOSED,
            **{"metrics": (metric,), "work_start": at(0), "work_end": at(10), "baseline_s": 600.0,
               **fields},
        )  # fmt: skip
        put(opened, change, WindowName.BEFORE, 400.0, start=at(-70))
        return change

    return make


def put(opened, change, window, level, start):
    rng = np.random.default_rng(5)
    at_s = start.timestamp() + np.arange(0.0, 3600.0, 10.0)
    series = Series(at_s, level * np.exp(rng.normal(0, 0.05, len(at_s))))
    item = SampleSet(
        SampleSetId(f"{window.value}-{level:g}"), change.id, "response", window, start,
        start + timedelta(hours=1), len(at_s), opened.series.put(series), query="cpu",
    )  # fmt: skip
    with opened.new_uow() as uow:
        uow.samples.add(item)
        from app.domain.event import NewEvent

        uow.log.append(NewEvent("metrics.frozen", "x", change.id))
        uow.commit()
    return item


@pytest.mark.parametrize(
    ("level", "lasting"),
    [(200.0, Lasting.LASTED), (400.0, Lasting.GONE), (800.0, Lasting.WORSE)],
)
def test_the_same_queries_again_say_whether_the_gain_lasted(
    opened, watched, clock, monkeypatch, level, lasting
):
    change = watched()
    first = judged(Verdict.IMPROVED, key=True, after=200.0)
    with opened.new_uow() as uow:
        from app.domain.event import NewEvent

        uow.comparisons.add(replace(first, id=f"{change.id}:response", change=change.id))
        uow.log.append(NewEvent("metrics.judged", "x", change.id))
        uow.commit()
    clock.pass_by(days=7, hours=1)
    asked = []

    def sample(change_id, window, *, with_, context, only):
        assert only == ("response",)
        asked.append(window)
        return (put(opened, change, window, level, start=clock.at),)

    monkeypatch.setattr(benefits, "measure", sample)
    check = remeasure(change.id, 7, with_=opened.measuring, context=TaskContext())
    assert asked == [WindowName.REPEATED]
    assert check.lasting is lasting
    (found,) = check.findings
    assert (found.first, found.after) == (Verdict.IMPROVED, 200.0)
    assert found.level == pytest.approx(level, rel=0.1)
    with opened.new_uow() as uow:
        kept = uow.changes.get(change.id)
        assert uow.comparisons.get(f"{change.id}:response").after == 200.0
    assert (kept.state, kept.benefit_checks) == (S.CLOSED, (check,))
    with pytest.raises(IllegalMove, match="done already"):
        remeasure(change.id, 7, with_=opened.measuring, context=TaskContext())


def test_a_host_is_really_measured_again(opened, watched, clock):
    change = watched(baseline_s=2.0)
    with pytest.raises(IllegalMove, match=r"from Mon 14 Dec 2026 on"):
        remeasure(change.id, 30, with_=opened.measuring, context=TaskContext())
    clock.pass_by(days=31)
    check = remeasure(change.id, 30, with_=opened.measuring, context=TaskContext())
    assert check.lasting is not None
    with opened.new_uow() as uow:
        again = [s for s in uow.samples.list(change=change.id) if s.window is WindowName.REPEATED]
    assert [item.id for item in again] == list(check.samples)
    assert again[0].n > 0


def test_a_day_is_left_out_only_with_a_reason(opened, watched):
    change = watched()
    with pytest.raises(InvalidInput, match="why"):
        skip(change.id, 7, "  ", desk=opened.desk)
    with pytest.raises(InvalidInput, match="none of its dates"):
        skip(change.id, 8, "x", desk=opened.desk)
    assert skip(change.id, 7, "Host is gone", desk=opened.desk).skipped == "Host is gone"


@pytest.mark.parametrize("fields", [{"backed_out": True}, {"work_end": None}, {"metrics": ()}])
def test_what_was_taken_back_or_never_measured_is_not_measured_again(opened, watched, fields):
    with pytest.raises(IllegalMove, match="not measured again"):
        skip(watched(**fields).id, 7, "x", desk=opened.desk)


# --- reminders -------------------------------------------------------------------------


def test_what_is_due_is_found_over_all_changes_and_nothing_else(opened, watched, made, clock):
    late = watched(actions=(ACTION, replace(ACTION, title="Done", done=True)))
    made(S.CLOSED, actions=(replace(ACTION, due=date(2027, 6, 1)),), work_end=None)
    assert opened.first.home(clock.at).due == ()
    clock.pass_by(days=8)
    found = opened.first.home(clock.at).due
    assert [(item.kind, item.what, item.late) for item in found] == [
        (ReminderKind.ACTION, ACTION.title, True),
        (ReminderKind.BENEFIT, "Measure again, 7 days after the work", False),
    ]
    assert {item.number for item in found} == {late.number}
    clock.pass_by(days=8)
    assert all(item.late for item in opened.first.home(clock.at).due)
    skip(late.id, 7, "No time", desk=opened.desk)
    with opened.new_uow() as uow:
        change = uow.changes.get(late.id)
    finish_action(change.id, 0, ACTION, date(2026, 11, 21), desk=opened.desk)
    assert opened.first.home(clock.at).due == ()


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.booleans())))
def test_the_date_kept_for_finding_is_never_later_than_what_is_due(actions):
    items = tuple(FollowUp("x", due=due, done=done) for due, done in actions)
    change = Change("c", "CHG-1", "x", state=S.CLOSED, actions=items)
    due = first_due(change)
    found = reminders(change, NOON)
    assert bool(found) == (due is not None and due <= NOON)


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, True),
        ({"state": S.MONITOR}, False),
        ({"state": S.CLOSED}, False),
        ({"reviewed_by": "Ayesha"}, False),
        ({"type": ChangeType.STANDARD}, False),
        ({"type": ChangeType.STANDARD, "retrospective": True}, True),
        ({"type": ChangeType.EMERGENCY}, True),
        ({"state_since": None}, False),
    ],
)
def test_a_review_is_asked_for_where_the_process_needs_one(fields, asked):
    change = replace(Change("c", "CHG-1", "x", state=S.REVIEW, state_since=NOON), **fields)
    assert (change.review_due_at is not None) is asked


def test_lessons_and_actions_are_listed_over_all_changes(opened, made):
    from app.domain.lesson import Lesson

    lesson = Lesson("No index", "Nobody looked", tags=("sql",))
    first = made(S.CLOSED, lessons=(lesson,), actions=(ACTION,))
    made(S.CLOSED)
    found = opened.queries.learned()
    assert [(row.number, row.lesson) for row in found.lessons] == [(first.number, lesson)]
    assert [(row.id, row.action) for row in found.actions] == [(f"{first.id}/0", ACTION)]
