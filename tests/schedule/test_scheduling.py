"""Moving a change, accepting what is in the way, and what becomes of approvals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.domain.conflict import Reason
from app.domain.window import TimeRange, WallTime, Window
from app.errors import GuardRefused, IllegalMove, InvalidInput, NotFound
from app.services.approval import approvals
from app.services.approval.quorum import standing_approvals
from app.services.change import changes, overrides
from app.services.schedule.scheduling import (
    acknowledge,
    check_now,
    missed,
    preview_move,
    reschedule,
    settle_clocks,
)
from app.services.schedule.slots import next_free_slot
from app.services.schedule.windows import retire_window, save_window
from tests.schedule.conftest import read
from tests.schedule.examples import BERLIN, at, freeze, only, span, window


def later(change, **by):
    """Return the window of a change, moved."""
    one = change.window.span
    moved = TimeRange(one.start + timedelta(**by), one.end + timedelta(**by))
    return Window(moved, change.window.zone)


def log_of(services, change):
    return [event.text for event in services.queries.events(change=change.id)]


def test_a_move_checks_the_calendar_and_is_logged_with_both_times(services, made):
    one, rival = made(), made("2026-02-11T22:00")
    assert one.schedule_check.span == one.window.span
    moved = reschedule(one.id, later(one, days=1), desk=services.desk)
    assert [item.other for item in moved.schedule_check.found] == [rival.id, rival.id, rival.id]
    assert {item.reason for item in moved.schedule_check.found} == {
        Reason.SAME_HOST, Reason.PERSON
    }  # fmt: skip
    event = services.queries.events(change=one.id)[0]
    assert "Moved the window to Wed 11 Feb 23:00 to Thu 12 Feb 2026 01:00 CET" in event.text
    assert "2026-02-10T22:00" in dict(event.data)["change.window"]


@pytest.mark.parametrize("state", [ChangeState.IMPLEMENT, ChangeState.REVIEW, ChangeState.CLOSED])
def test_what_has_begun_is_not_moved(services, made, state):
    one = made(state=state)
    assert "history" in preview_move(one.id, later(one, days=1), desk=services.desk).refused
    with pytest.raises(IllegalMove, match=r"history|is closed"):
        reschedule(one.id, later(one, days=1), desk=services.desk)
    assert read(services, one.id) == one


def test_a_window_without_length_is_refused(services, made):
    one = made()
    nothing = Window(TimeRange(one.window.span.start, one.window.span.start), BERLIN)
    with pytest.raises(InvalidInput):
        reschedule(one.id, nothing, desk=services.desk)


def approved(services, made):
    one = made(state=ChangeState.AUTHORIZE)
    approvals.decide(one.id, Decision.APPROVED, desk=services.acting("Pieter").desk)
    return read(services, one.id)


def test_a_move_voids_approvals_and_says_so_before(services, made):
    one = approved(services, made)
    move = preview_move(one.id, later(one, hours=1), desk=services.desk)
    assert (move.approvals, move.kept) == (("Pieter",), False)
    assert "Pieter no longer counts" in " ".join(move.lines)
    assert standing_approvals(reschedule(one.id, move.window, desk=services.desk)) == ()
    back = reschedule(one.id, one.window, desk=services.desk)
    assert standing_approvals(back) == ("Pieter",)


def test_a_move_within_the_tolerance_keeps_approvals_but_many_small_ones_do_not_add_up(
    services, made
):
    services.save_settings(replace(services.settings, move_tolerance_h=4.0))
    one = approved(services, made)
    move = preview_move(one.id, later(one, hours=3), desk=services.desk)
    assert move.kept
    assert "stays" in " ".join(move.lines)
    moved = reschedule(one.id, move.window, desk=services.desk)
    assert standing_approvals(moved) == ("Pieter",)
    assert moved.plan_hash == one.plan_hash
    again = preview_move(one.id, later(moved, hours=3), desk=services.desk)
    assert not again.kept
    assert standing_approvals(reschedule(one.id, again.window, desk=services.desk)) == ()
    home = reschedule(one.id, one.window, desk=services.desk)
    assert standing_approvals(home) == ("Pieter",)
    assert home.agreed_window is None


def test_another_length_is_another_plan_whatever_the_tolerance(services, made):
    services.save_settings(replace(services.settings, move_tolerance_h=48.0))
    one = approved(services, made)
    longer = Window(span("2026-02-10T22:00", 3), BERLIN)
    assert not preview_move(one.id, longer, desk=services.desk).kept


def test_an_open_freeze_stops_scheduling_until_somebody_accepts_it_by_name(services, made):
    save_window(freeze("2026-02-10T00:00", 48), desk=services.desk)
    one = approved(services, made)
    approvals.decide(one.id, Decision.APPROVED, desk=services.acting("Ayesha").desk)
    with pytest.raises(GuardRefused, match="No freeze: The freeze “Year end”"):
        changes.move_change(one.id, ChangeState.SCHEDULED, desk=services.desk)
    with pytest.raises(IllegalMove, match="cannot be overridden"):
        overrides.override_guard(one.id, "freeze", desk=services.desk, reason="I must")
    (conflict,) = check_now(one.id, desk=services.desk).schedule_check.found
    with pytest.raises(IllegalMove, match="needs a reason"):
        acknowledge(one.id, conflict.key, desk=services.desk, reason=" ")
    acknowledge(one.id, conflict.key, desk=services.desk, reason="Board of 3 Feb agreed")
    assert log_of(services, one)[0].startswith("Accepted: The freeze “Year end”")
    scheduled = changes.move_change(one.id, ChangeState.SCHEDULED, desk=services.desk)
    assert scheduled.state is ChangeState.SCHEDULED

    moved = reschedule(one.id, later(one, hours=1), desk=services.desk)
    with services.new_uow() as uow:
        facts = changes.gather_facts(moved, uow, desk=services.desk)
    assert [item.reason for item in facts.conflicts] == [Reason.FREEZE]
    move = changes.transition(ChangeState.SCHEDULED, ChangeState.IMPLEMENT)
    open_ones = {item.guard for item in move.answers(moved, facts) if not item.met}
    assert "freeze_now" in open_ones


def test_an_acceptance_of_what_is_gone_is_refused(services, made):
    kept = save_window(freeze("2026-02-10T00:00", 48), desk=services.desk)
    one = made()
    (conflict,) = one.schedule_check.found
    retire_window(kept.id, desk=services.desk)
    with pytest.raises(NotFound, match="not in the way any more"):
        acknowledge(one.id, conflict.key, desk=services.desk, reason="Agreed")


def test_the_next_free_slot_is_found_in_the_store_and_can_be_taken(services, made):
    save_window(window("FREQ=MONTHLY;BYDAY=2TU", applies_to=only(*_db())), desk=services.desk)
    made("2026-02-10T21:00", hours=1)
    one = made("2026-02-20T10:00")
    answer = next_free_slot(one.id, desk=services.desk)
    assert answer.slot.span == span("2026-02-10T22:00", 2)
    moved = reschedule(one.id, answer.slot, desk=services.desk)
    assert moved.schedule_check.found == ()
    after = next_free_slot(one.id, desk=services.desk, after=at("2026-03-01"))
    assert after.slot.span.start == at("2026-03-10T21:00")
    with pytest.raises(InvalidInput):
        next_free_slot(one.id, desk=services.desk, length=timedelta(days=32))


def _db():
    from tests.schedule.examples import DB

    return (DB,)


@pytest.mark.parametrize(("keep", "start"), [(True, "20:00"), (False, "21:00")])
def test_altered_clock_rules_are_settled_by_a_person(services, made, keep, start):
    typed = WallTime(at("2026-02-10T22:00").replace(tzinfo=None))
    one = made(window=Window(span("2026-02-10T20:00"), BERLIN, typed))
    assert [item.reason for item in one.schedule_check.found] == [Reason.CLOCKS]
    settled = settle_clocks(one.id, desk=services.desk, keep_instant=keep)
    assert settled.window.span == span(f"2026-02-10T{start}")
    assert not settled.window.moved_by
    with pytest.raises(NotFound):
        settle_clocks(one.id, desk=services.desk, keep_instant=keep)


def test_a_window_that_went_by_without_a_start_is_missed(made):
    one = made()
    assert not missed(one, one.window.span.start)
    assert missed(one, one.window.span.end)
    assert not missed(replace(one, state=ChangeState.CANCELED), one.window.span.end)


def test_a_change_without_a_window_has_nothing_to_check(services, made):
    one = made(state=ChangeState.ASSESS)
    changes.edit_change(one.id, lambda c: replace(c, window=None), desk=services.desk)
    assert read(services, one.id).schedule_check is None
    with pytest.raises(IllegalMove, match="no window"):
        check_now(one.id, desk=services.desk)
