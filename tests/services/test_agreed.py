"""What people agreed to and no hash binds: the tests, the service, the time it is watched."""

from dataclasses import replace

import pytest

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.domain.people import Contact
from app.domain.review import TestCase
from app.domain.window import TimeRange, Window
from app.errors import IllegalMove
from app.services.approval.approvals import decide
from app.services.approval.quorum import standing_approvals
from app.services.change.changes import edit_change, move_change
from app.services.change.overrides import override_guard
from app.services.change.process import transition
from app.services.change.stamps import entered
from app.services.change.transitions import Facts
from tests.fakes import NOON
from tests.services.office import HOUR, Office, at_high_risk

S = ChangeState


@pytest.fixture
def office() -> Office:
    return Office()


def approved(office: Office):
    change = office.asked(business_service="Orders", monitor_days=5.0)
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    return office.now(change)


def test_nothing_is_weakened_between_the_question_and_the_answer_either(office):
    change = office.asked(business_service="Orders", monitor_days=5.0)
    for fields in ({"tests": ()}, {"monitor_days": 0.0}, {"business_service": "Mail"}):
        with pytest.raises(IllegalMove):
            office.edit(change, **fields)


WEAKER = [{}, {"title": "Open the page"}, {"expected": "An error"}, {"mandatory": False}]


@pytest.mark.parametrize("fields", WEAKER, ids=["gone", "title", "expected", "optional"])
def test_a_test_that_was_approved_stays_and_more_may_come(office, fields):
    change = approved(office)
    (case,) = change.tests
    tests = (replace(case, **fields),) if fields else ()
    with pytest.raises(IllegalMove, match="“Place an order” was shown to those who approve"):
        office.edit(change, tests=tests)
    more = office.edit(change, tests=(case, TestCase("t2", "Cancel an order")))
    assert standing_approvals(more) == ("Pieter",)
    assert office.edit(more, tests=(case,)).tests == (case,), "what nobody approved may go"


def test_nothing_is_weakened_while_another_edit_voids_the_approval_for_a_moment(office):
    change = approved(office)
    office.edit(change, backout_plan="Another way")
    assert standing_approvals(office.now(change)) == ()
    for fields in ({"tests": ()}, {"monitor_days": 0.0}, {"business_service": "Mail"}):
        with pytest.raises(IllegalMove):
            office.edit(change, **fields)
    back = office.edit(change, backout_plan=change.backout_plan)
    assert standing_approvals(back) == ("Pieter",)


def test_a_draft_that_was_taken_back_is_planned_anew(office):
    change = approved(office)
    move_change(change.id, S.DRAFT, desk=office.desk(), reason="The tests are wrong")
    anew = office.edit(change, tests=(), monitor_days=1.0, business_service="Mail")
    assert (anew.tests, anew.monitor_days, anew.business_service) == ((), 1.0, "Mail")


@pytest.mark.parametrize("state", [S.AUTHORIZE, S.SCHEDULED, S.IMPLEMENT, S.MONITOR, S.REVIEW])
def test_the_time_it_is_watched_never_becomes_shorter_once_approval_was_asked_for(office, state):
    change = office.put(office.draft(monitor_days=5.0), state=state)
    with pytest.raises(IllegalMove, match="as long as it was agreed, or longer"):
        office.edit(change, monitor_days=4.9)
    assert office.edit(change, monitor_days=8.0).monitor_days == 8.0


def test_the_owner_of_one_service_does_not_approve_the_work_on_another(office):
    with pytest.raises(IllegalMove, match="owner of this service is asked"):
        office.edit(approved(office), business_service="Mail")


def test_whoever_said_to_be_reachable_says_so_again_for_another_window(office):
    thabo = Contact("Thabo", confirmed_at=NOON, confirmed_by="Nomsa")
    change = office.draft(contacts=(thabo, Contact("Ayesha")))
    later = Window(TimeRange(change.window.span.start + HOUR, change.window.span.end + HOUR))
    assert office.edit(change, backout_plan="Another").contacts[0] == thabo
    fresh = replace(change.contacts[1], confirmed_at=NOON, confirmed_by="Nomsa")
    moved = office.edit(change, window=later, contacts=(thabo, fresh))
    assert [item.confirmed_at for item in moved.contacts] == [None, NOON], "the second is new"
    start = transition(S.SCHEDULED, S.IMPLEMENT)
    answers = {item.guard: item for item in start.answers(moved, Facts(NOON))}
    assert answers["contacts"].missing == "Not confirmed: Thabo"


@pytest.mark.parametrize(
    ("name", "state", "why"),
    [
        ("Nomsa", S.REVIEW, "nobody else reviews through you"),
        ("Sipho", S.REVIEW, "cannot review it"),
        (" sipho", S.MONITOR, "cannot review it"),
        ("Ayesha", S.TEST, "reviewed once it is watched"),
        ("Ayesha", S.DRAFT, "reviewed once it is watched"),
    ],
)
def test_a_review_is_given_by_whoever_acts_and_never_by_who_implements(office, name, state, why):
    change = office.put(office.draft(), state=state)
    said = name.strip().title() if name != "Nomsa" else "Ayesha"
    with pytest.raises(IllegalMove, match=why):
        edit_change(change.id, lambda c: replace(c, reviewed_by=said), desk=office.desk(name))


def test_a_review_from_before_the_roll_back_counts_no_longer(office):
    before = office.put(office.draft(), state=S.BACKOUT, reviewed_by="Ayesha", reviewed_at=NOON)
    after = entered(before, S.REVIEW, NOON, office.settings)
    assert (after.reviewed_by, after.reviewed_at) == ("", None)


def test_who_implements_does_not_do_without_an_approval_of_it(office):
    change = office.asked()
    high = office.put(change, risk=at_high_risk(change), requests=())
    decide(high.id, Decision.APPROVED, desk=office.desk("Pieter"))
    with pytest.raises(IllegalMove, match="without an approval of it"):
        override_guard(high.id, "second_approval", desk=office.desk("sipho"), reason="Busy")
    passed = override_guard(high.id, "second_approval", desk=office.desk(), reason="Busy")
    assert passed.overrides[-1].guard == "second_approval"
