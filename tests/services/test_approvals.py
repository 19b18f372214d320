"""Approvals: bound to one plan in one revision, by steps, never by silence, never by oneself."""

from datetime import timedelta

import msgspec
import pytest

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState
from app.domain.people import Role
from app.domain.window import TimeRange, Window
from app.errors import GuardRefused, IllegalMove
from app.services.approval.approvals import ask_again, decide
from app.services.approval.quorum import fill, standing, standing_approvals, steps_of, void_reason
from app.services.change.changes import move_change, set_hold
from app.settings import RiskFrom, Settings
from tests.fakes import NOON
from tests.services.office import Office, at_high_risk

S = ChangeState
YES, NO = Decision.APPROVED, Decision.REJECTED


@pytest.fixture
def office() -> Office:
    return Office()


def approve(office: Office, change, *names: str) -> None:
    for name in names:
        decide(change.id, YES, desk=office.desk(name))


def test_asking_is_recorded_with_the_steps_the_risk_asks_for(office):
    change = office.asked()
    (asked,) = change.requests
    assert (asked.by, asked.plan_hash, asked.revision) == ("Nomsa", change.plan_hash, 1)
    assert [(step.role, step.quorum, step.hard) for step in asked.steps] == [
        (Role.APPROVER, 1, True)
    ]
    assert "approval.requested" in office.store.kinds_logged()
    (copy,) = office.store.kinds["plans"].values()
    assert (copy.plan_hash, copy.plan) == (change.plan_hash, change.plan_text)


def test_how_long_an_answer_took_is_known(office):
    change = office.asked()
    office.clock.pass_by(hours=5)
    (given,) = decide(change.id, YES, desk=office.desk("Pieter")).approvals
    assert given.requested_at == NOON
    assert given.waited_s == 5 * 3600


def test_nobody_approves_twice_and_names_are_compared_as_people_type_them(office):
    change = office.asked(implementer="Sipho  Dlamini")
    approve(office, change, "Pieter")
    with pytest.raises(IllegalMove, match="approved this plan already"):
        approve(office, change, " pieter ")
    with pytest.raises(IllegalMove, match="implements"):
        approve(office, change, "sipho dlamini")


def test_an_approver_who_becomes_the_implementer_no_longer_counts(office):
    change = office.asked()
    approve(office, change, "Pieter")
    changed = office.edit(change, implementer="Pieter")
    assert standing_approvals(changed) == ()
    assert "implements" in void_reason(changed.approvals[0], changed)


def test_who_approved_does_not_start_the_work(office):
    change = office.asked()
    office.equip(change)
    approve(office, change, "Pieter")
    move_change(change.id, S.SCHEDULED, desk=office.desk())
    with pytest.raises(GuardRefused, match="somebody else starts the work"):
        move_change(change.id, S.IMPLEMENT, desk=office.desk("Pieter"))
    assert move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho")).state is S.IMPLEMENT


def test_high_risk_asks_for_two_among_them_the_owner_of_the_service(office):
    office.person("Ayesha", Role.SERVICE_OWNER, services=("Orders",))
    office.person("Pieter", Role.APPROVER)
    office.person("Lerato", Role.APPROVER)
    change = office.draft(business_service="orders")
    change = office.edit(change, risk=at_high_risk(change))
    move_change(change.id, S.ASSESS, desk=office.desk())
    change = move_change(change.id, S.AUTHORIZE, desk=office.desk())
    approve(office, change, "Pieter", "Lerato")
    with pytest.raises(GuardRefused, match="Owner of the service: 0 of 1"):
        move_change(change.id, S.SCHEDULED, desk=office.desk())
    approve(office, change, "Ayesha")
    steps = fill(steps_of(office.now(change), office.settings), standing(office.now(change)))
    assert [(item.step.role, len(item.approvals)) for item in steps] == [
        (Role.SERVICE_OWNER, 1),
        (Role.APPROVER, 1),
    ]
    assert move_change(change.id, S.SCHEDULED, desk=office.desk()).state is S.SCHEDULED


def test_an_owner_of_another_service_is_not_the_owner(office):
    office.person("Ayesha", Role.SERVICE_OWNER, services=("Mail",))
    change = office.asked(business_service="Orders")
    (given,) = decide(change.id, YES, desk=office.desk("Ayesha")).approvals
    assert given.roles == ()


def test_once_people_are_listed_only_they_decide(office):
    office.person("Pieter", Role.APPROVER, title="Head of operations")
    office.person("Ayesha", Role.APPROVER, retired=True)
    change = office.asked()
    for name in ("Thabo", "Ayesha"):
        with pytest.raises(IllegalMove, match="not listed"):
            approve(office, change, name)
    (given,) = decide(change.id, YES, desk=office.desk("Pieter")).approvals
    assert (given.role, given.roles) == ("Head of operations", (Role.APPROVER,))


def test_steps_that_were_asked_for_hold_when_the_policy_changes_later(office):
    change = office.asked()
    office.settings = Settings(approvals_low=3)
    approve(office, change, "Pieter")
    assert move_change(change.id, S.SCHEDULED, desk=office.desk()).state is S.SCHEDULED


def test_the_policy_asks_for_the_owner_from_the_risk_it_names():
    office = Office(Settings(owner_approves=RiskFrom.ALWAYS))
    change = office.asked()
    (step,) = steps_of(change, office.settings)
    assert (step.role, step.hard) == (Role.SERVICE_OWNER, True)
    approve(office, change, "Pieter")
    with pytest.raises(GuardRefused, match="owner of the service has not approved"):
        move_change(change.id, S.SCHEDULED, desk=office.desk())


def test_an_edited_plan_is_asked_for_again_and_the_old_approval_says_why_it_is_void(office):
    change = office.asked()
    approve(office, change, "Pieter")
    with pytest.raises(IllegalMove, match="asked for already"):
        ask_again(change.id, desk=office.desk())
    edited = office.edit(change, backout_plan="Another way")
    assert void_reason(edited.approvals[0], edited) == "the plan was edited"
    asked = ask_again(change.id, desk=office.desk())
    assert [item.plan_hash for item in asked.requests] == [change.plan_hash, edited.plan_hash]
    assert len(office.store.kinds["plans"]) == 2
    approve(office, change, "Pieter")
    assert standing_approvals(office.now(change)) == ("Pieter",)


def test_going_back_to_the_draft_voids_what_was_approved_even_without_an_edit(office):
    change = office.asked()
    approve(office, change, "Pieter")
    back = move_change(change.id, S.DRAFT, desk=office.desk(), reason="Wait for the vendor")
    assert back.revision == 2
    assert void_reason(back.approvals[0], back) == "given for revision 1"
    move_change(change.id, S.ASSESS, desk=office.desk())
    move_change(change.id, S.AUTHORIZE, desk=office.desk())
    with pytest.raises(GuardRefused, match="not the one that was approved"):
        move_change(change.id, S.SCHEDULED, desk=office.desk())


def test_a_plan_that_was_never_approved_goes_back_without_a_new_revision(office):
    change = office.draft()
    move_change(change.id, S.ASSESS, desk=office.desk())
    assert move_change(change.id, S.DRAFT, desk=office.desk(), reason="more").revision == 1


def later_by(change, hours: float) -> Window:
    span, shift = change.window.span, timedelta(hours=hours)
    return Window(TimeRange(span.start + shift, span.end + shift), change.window.zone)


@pytest.mark.parametrize(("hours", "stands"), [(1.5, True), (-2, True), (2.5, False)])
def test_planning_again_keeps_the_approval_while_only_the_time_moves_a_little(hours, stands):
    office = Office(Settings(move_tolerance_h=2.0))
    change = office.asked()
    approve(office, change, "Pieter")
    move_change(change.id, S.SCHEDULED, desk=office.desk())
    move_change(change.id, S.ASSESS, desk=office.desk(), reason="The vendor comes later")
    moved = office.edit(change, window=later_by(change, hours))
    assert bool(standing_approvals(moved)) is stands


def test_the_tolerance_that_counts_is_the_one_that_was_approved():
    office = Office(Settings(move_tolerance_h=2.0))
    change = office.asked()
    approve(office, change, "Pieter")
    office.settings = Settings(move_tolerance_h=48.0)
    moved = office.edit(change, window=later_by(change, 24))
    assert standing_approvals(moved) == ()


def test_a_plan_nobody_has_approved_yet_is_bound_to_the_time_it_shows():
    office = Office(Settings(move_tolerance_h=2.0))
    change = office.asked()
    moved = office.edit(change, window=later_by(change, 1))
    assert moved.plan_hash != change.plan_hash
    approve(office, change, "Pieter")
    assert standing_approvals(office.now(change)) == ("Pieter",)


@pytest.mark.parametrize("comment", ["", "  \n"])
def test_a_rejection_without_a_word_is_refused_and_decides_nothing(office, comment):
    change = office.asked()
    with pytest.raises(IllegalMove, match="needs a comment"):
        decide(change.id, NO, desk=office.desk("Thabo"), comment=comment)
    assert office.now(change).approvals == ()
    assert office.now(change).state is S.AUTHORIZE
    assert decide(change.id, YES, desk=office.desk("Thabo"), comment=comment).approvals


def test_a_rejection_takes_the_change_back_in_one_go_with_its_comment(office):
    change = office.asked()
    back = decide(change.id, NO, desk=office.desk("Pieter"), comment="No rehearsal")
    assert back.state is S.REJECTED
    assert office.store.kinds_logged()[-2:] == ["plan.rejected", "change.moved"]
    revised = move_change(change.id, S.DRAFT, desk=office.desk(), reason="Rehearse first")
    assert (revised.revision, revised.state) == (2, S.DRAFT)


def test_nobody_decides_about_a_draft_or_a_held_change(office):
    draft = office.draft()
    with pytest.raises(IllegalMove, match="does not wait"):
        approve(office, draft, "Pieter")
    change = office.asked()
    set_hold(change.id, "Vendor is silent", desk=office.desk())
    with pytest.raises(IllegalMove, match="on hold: Vendor is silent"):
        approve(office, change, "Pieter")


def test_an_emergency_begins_before_its_approval_and_cannot_close_without_it(office):
    change = office.urgent()
    with pytest.raises(IllegalMove, match="needs a reason"):
        move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho"))
    begun = move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho"), reason="Data leaks")
    assert begun.approvals == ()
    decide(change.id, YES, desk=office.desk("Pieter"))
    assert standing_approvals(office.now(change)) == ("Pieter",)


def test_a_rejection_after_the_work_is_recorded_and_moves_nothing(office):
    change = office.urgent()
    move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho"), reason="Data leaks")
    said = decide(change.id, NO, desk=office.desk("Pieter"), comment="Could have waited")
    assert said.state is S.IMPLEMENT
    assert said.approvals[0].comment == "Could have waited"


def test_normal_work_is_not_decided_about_once_it_has_begun(office):
    change = office.put(office.asked(), state=S.TEST)
    with pytest.raises(IllegalMove, match="does not wait"):
        approve(office, change, "Pieter")


def test_an_approval_survives_being_written_and_read_back(office):
    change = office.asked()
    kept = decide(change.id, YES, desk=office.desk("Pieter"), comment="Go")
    again = msgspec.json.decode(msgspec.json.encode(kept), type=Change)
    assert again == kept
    assert standing_approvals(again) == ("Pieter",)
