"""Parents and children, work recorded afterwards, holding and reopening."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.domain.health import Phase
from app.domain.review import Attempt, CloseCode, TestCase, TestKind, TestResult
from app.domain.run import RunState
from app.errors import GuardRefused, IllegalMove, InvalidInput, NotFound
from app.services.approval.approvals import decide
from app.services.change.changes import edit_change, move_change, set_hold
from app.services.change.families import open_child, relatives, set_parent
from app.services.change.retrospective import record_afterwards, record_beforehand
from app.services.entries import write_entry
from app.settings import Settings
from tests.examples import DB, checked
from tests.fakes import NOON
from tests.services.office import Office, at_low_risk
from tests.services.process_cases import run_of

S = ChangeState
HOUR = timedelta(hours=1)


@pytest.fixture
def office() -> Office:
    return Office()


def test_what_comes_up_while_watching_is_a_child_on_the_same_hosts(office):
    change = office.put(office.draft(business_service="Orders"), state=S.MONITOR)
    with pytest.raises(IllegalMove, match="no way from there") as refusal:
        move_change(change.id, S.IMPLEMENT, desk=office.desk(), reason="one more thing")
    assert "child change" in refusal.value.hint
    child = open_child(change.id, "Raise the pool limit", desk=office.desk())
    assert (child.parent, child.state) == (change.id, S.DRAFT)
    assert (child.hosts, child.business_service) == ((DB.id,), "Orders")
    assert child.runbook.steps == ()
    with office.desk().new_uow() as uow:
        assert relatives(office.now(change), uow) == (None, (child,))
        assert relatives(child, uow) == (office.now(change), ())


def test_a_parent_is_neither_closed_nor_canceled_before_its_children(office):
    change = office.draft()
    child = open_child(change.id, "Second server", desk=office.desk())
    with pytest.raises(GuardRefused, match=child.number):
        move_change(change.id, S.CANCELED, desk=office.desk(), reason="given up")
    move_change(child.id, S.CANCELED, desk=office.desk(), reason="given up")
    over = move_change(change.id, S.CANCELED, desk=office.desk(), reason="given up")
    assert (over.state, over.close_code) == (S.CANCELED, CloseCode.CANCELED)


def test_changes_are_put_under_a_campaign_by_number_and_taken_out_again(office):
    campaign, part = office.draft(), office.draft()
    linked = set_parent(part.id, f" {campaign.number} ", desk=office.desk())
    assert linked.parent == campaign.id
    assert [event.text for event in office.store.log[-2:]] == [
        f"Belongs to {campaign.number}",
        f"{part.number} belongs to it now",
    ]
    assert set_parent(part.id, "", desk=office.desk()).parent is None


def test_there_is_one_level_and_no_circle(office):
    one, two, three = office.draft(), office.draft(), office.draft()
    set_parent(two.id, one.number, desk=office.desk())
    for change, parent, words in (
        (one, one, "belong to itself"),
        (one, two, "belongs to another change itself"),
        (three, two, "belongs to another change itself"),
        (one, three, "has children itself"),
    ):
        with pytest.raises(IllegalMove, match=words):
            set_parent(change.id, parent.number, desk=office.desk())
    with pytest.raises(NotFound):
        set_parent(three.id, "CHG-999999", desk=office.desk())
    with pytest.raises(IllegalMove, match="belongs to another change"):
        open_child(two.id, "Grandchild", desk=office.desk())
    office.put(one, state=S.CLOSED)
    with pytest.raises(IllegalMove, match="is closed"):
        set_parent(three.id, one.number, desk=office.desk())


def test_work_that_was_done_is_recorded_decided_about_and_reviewed(office):
    change = office.draft(implementation_plan="Restarted the service")
    now = office.clock.now()
    with pytest.raises(IllegalMove, match="no way from there"):
        move_change(change.id, S.REVIEW, desk=office.desk())
    record_afterwards(change.id, "It was Sunday night", now - 2 * HOUR, now, desk=office.desk())
    with pytest.raises(IllegalMove, match="no way from there"):
        move_change(change.id, S.ASSESS, desk=office.desk())
    review = move_change(change.id, S.REVIEW, desk=office.desk())
    assert (review.work_start, review.work_end) == (now - 2 * HOUR, now)
    edit_change(change.id, _closing, desk=office.desk())
    seen = replace(office.now(change), reviewed_by="Ayesha")
    with pytest.raises(IllegalMove, match="nobody else reviews through you"):
        edit_change(change.id, lambda _c: seen, desk=office.desk())
    edit_change(change.id, lambda _c: seen, desk=office.desk("Ayesha"))
    write_entry(change.id, "Restarted the service on Sunday night", desk=office.desk())
    with pytest.raises(GuardRefused, match="Approval afterwards"):
        move_change(change.id, S.CLOSED, desk=office.desk())
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    closed = move_change(change.id, S.CLOSED, desk=office.desk())
    assert (closed.state, closed.retrospective) == (S.CLOSED, True)


def _closing(change):
    return replace(
        change,
        close_code=CloseCode.WITH_ISSUES,
        close_notes="Nobody had measured before",
        no_lessons=True,
    )


def test_work_to_come_and_times_in_the_wrong_order_are_not_recorded_afterwards(office):
    change, now = office.draft(), office.clock.now()
    for start, end in ((now, now - HOUR), (now, now + HOUR), (now, now)):
        with pytest.raises(InvalidInput, match="have ended"):
            record_afterwards(change.id, "forgot", start, end, desk=office.desk())
    with pytest.raises(IllegalMove, match="Say why"):
        record_afterwards(change.id, " ", now - HOUR, now, desk=office.desk())
    record_afterwards(change.id, "forgot", now - HOUR, now, desk=office.desk())
    back = record_beforehand(change.id, desk=office.desk())
    assert (back.retrospective, back.work_start) == (False, None)
    move_change(change.id, S.ASSESS, desk=office.desk())
    with pytest.raises(IllegalMove, match="no draft"):
        record_afterwards(change.id, "forgot", now - HOUR, now, desk=office.desk())


def test_holding_and_releasing_need_a_reason_and_running_work_is_paused_instead(office):
    change = office.draft()
    with pytest.raises(IllegalMove, match="needs a reason"):
        set_hold(change.id, " ", desk=office.desk())
    assert set_hold(change.id, "Vendor is silent", desk=office.desk()).on_hold
    with pytest.raises(IllegalMove, match="there already"):
        set_hold(change.id, "again", desk=office.desk())
    with pytest.raises(IllegalMove, match="needs a reason"):
        set_hold(change.id, "", desk=office.desk(), held=False)
    free = set_hold(change.id, "They called", desk=office.desk(), held=False)
    assert (free.on_hold, free.on_hold_reason) == (False, "")
    assert office.store.log[-1].text == "Off hold: They called"
    office.put(change, state=S.IMPLEMENT)
    with pytest.raises(IllegalMove, match=r"work on .* has begun") as refusal:
        set_hold(change.id, "wait", desk=office.desk())
    assert "Pause the run" in refusal.value.hint


def test_reopening_asks_for_a_new_review_and_counts_as_an_addendum(office):
    change = office.put(
        office.draft(),
        state=S.CLOSED,
        reviewed_by="Ayesha",
        reviewed_at=office.clock.now(),
        closed_at=office.clock.now(),
        close_code=CloseCode.SUCCESSFUL,
    )
    with pytest.raises(IllegalMove, match="is closed"):
        office.edit(change, close_notes="Changed my mind")
    with pytest.raises(IllegalMove, match="needs a reason"):
        move_change(change.id, S.REVIEW, desk=office.desk())
    again = move_change(change.id, S.REVIEW, desk=office.desk(), reason="An incident came up")
    assert (again.reopened, again.reviewed_by, again.closed_at) == (1, "", None)
    assert again.close_code is CloseCode.SUCCESSFUL


def test_a_backed_out_change_proposes_its_close_code(office):
    change = office.put(office.draft(), state=S.BACKOUT, backed_out=True)
    office.equip(change)
    from dataclasses import replace

    run = run_of(change, RunState.BACKED_OUT)
    after = replace(checked(change), phase=Phase.AFTER, started_at=run.ended_at)
    office.store.kinds |= {"runs": {run.id: run}, "health": {"h1": after}}
    review = move_change(change.id, S.REVIEW, desk=office.desk())
    assert review.close_code is CloseCode.BACKED_OUT


@pytest.mark.parametrize(
    ("urgent", "high", "days"), [(False, False, 7.0), (False, True, 14.0), (True, True, 2.0)]
)
def test_how_long_it_is_watched_follows_from_type_and_risk(urgent, high, days):
    office = Office(Settings())
    change = office.draft()
    if not high:
        change = office.edit(change, risk=at_low_risk(change))
    change = office.urgent() if urgent else _asked(office, change)
    assert change.monitor_days == days


def _asked(office, change):
    move_change(change.id, S.ASSESS, desk=office.desk())
    return move_change(change.id, S.AUTHORIZE, desk=office.desk())


def test_days_that_were_typed_stay(office):
    change = office.draft(monitor_days=3.0)
    assert _asked(office, change).monitor_days == 3.0


def test_a_plan_is_fixed_from_the_first_step_on(office):
    change = office.put(office.draft(), state=S.IMPLEMENT)
    with pytest.raises(IllegalMove, match=r"plan .* is fixed"):
        office.edit(change, backout_plan="Another way")
    assert office.edit(change, close_notes="Remember the cake").close_notes


def test_a_failed_test_is_waived_by_name_and_never_made_to_disappear(office):
    case = TestCase("t", "Place an order").tried(Attempt(NOON, "Thabo", TestResult.FAILED))
    change = office.put(office.draft(), state=S.TEST, tests=(case,))
    easier = ({"mandatory": False}, {"expected": "An error"}, {"kind": TestKind.QA})
    for tests in ((), *((replace(case, **fields),) for fields in easier)):
        with pytest.raises(IllegalMove, match="“Place an order” has a result"):
            office.edit(change, tests=tests)
    assert office.edit(change, tests=(replace(case, steps="Twice"), TestCase("u", "More")))


def test_no_target_is_moved_to_where_the_result_fell(office):
    change = office.put(office.draft(), state=S.REVIEW)
    easier = tuple(replace(metric, target=1e9) for metric in change.metrics)
    with pytest.raises(IllegalMove, match=r"plan .* is fixed"):
        office.edit(change, metrics=easier)
