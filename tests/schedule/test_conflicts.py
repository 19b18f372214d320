"""What is in the way of a change, what a name on it is worth, and for how long."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import LengthRule
from app.domain.change import ChangeType
from app.domain.conflict import Acknowledgement, Reason
from app.domain.people import Contact
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.window import TimeRange, WallTime, Window
from app.services.schedule.conflicting import Booked, conflicting
from app.services.schedule.conflicts import (
    Around,
    conflict_sentence,
    find_conflicts,
    is_accepted,
    unaccepted,
)
from app.services.schedule.slots import find_slot
from tests.schedule.examples import (
    APP,
    BERLIN,
    DB,
    HOSTS,
    MAIL,
    STANDBY,
    at,
    change,
    freeze,
    only,
    plain,
    span,
    window,
)


def found(one, *windows, others=(), hosts=HOSTS):
    return find_conflicts(one, one.window, Around(hosts, tuple(others), windows))


def reasons(conflicts):
    return [(item.reason, item.subject) for item in conflicts]


def test_nothing_declared_and_nobody_else_is_no_conflict():
    assert found(change()) == ()
    assert found(replace(change(), window=None)) == ()


def test_the_same_host_a_related_host_and_a_person_are_in_the_way_for_the_shared_time():
    one = change(1, implementer="Sipho", coordinator="Nomsa")
    others = [
        change(2, "2026-02-10T23:00", hosts=(DB.id,)),
        change(3, "2026-02-10T21:00", hosts=(APP.id, STANDBY.id, MAIL.id)),
        change(4, "2026-02-10T22:30", hosts=(MAIL.id,), implementer=" nomsa"),
        change(5, "2026-02-11T00:00", hosts=(DB.id,), implementer="Sipho"),
    ]
    conflicts = found(one, others=others)
    assert reasons(conflicts) == [
        (Reason.SAME_HOST, "db-01"),
        (Reason.RELATED_HOST, "app-01"),
        (Reason.RELATED_HOST, "db-02"),
        (Reason.PERSON, "Nomsa"),
    ]
    assert conflicts[0].overlap == span("2026-02-10T23:00", 1)
    assert conflicts[1].note == "app-01 depends on db-01."
    assert conflicts[2].note == "db-01 and db-02 are both in orders."
    assert plain(conflict_sentence(conflicts[3], BERLIN)) == (
        "Nomsa is needed by CHG-000004 too, 1 h 30 min from Tue 10 Feb 2026 23:30 CET."
        " Here: coordinates; there: implements."
    )


def test_owners_of_steps_who_answers_gates_and_who_must_be_present_can_be_in_one_place_only():
    copy = Step("a", "Copy the data", StepKind.MANUAL, owner="Sipho")
    gate = Step("b", "Go on", StepKind.GATE, approver="Lerato", owner="Sipho")
    one = change(
        1, runbook=Runbook((copy, gate)),
        contacts=(Contact("Thabo", "Vendor", present=True), Contact("Zola", "On call")),
    )  # fmt: skip
    rivals = [
        change(2, hosts=(MAIL.id,), implementer="sipho"),
        change(3, hosts=(MAIL.id,), runbook=Runbook((replace(gate, owner=""),))),
        change(4, hosts=(MAIL.id,), contacts=(Contact("thabo", present=True),)),
        change(5, hosts=(MAIL.id,), coordinator="Zola"),
    ]
    conflicts = found(one, others=rivals)
    assert [(c.reason, c.subject, c.other_number) for c in conflicts] == [
        (Reason.PERSON, "Sipho", "CHG-000002"),
        (Reason.PERSON, "Lerato", "CHG-000003"),
        (Reason.PERSON, "Thabo", "CHG-000004"),
    ]
    assert conflicts[0].note == "Here: owns “Copy the data” and 1 more; there: implements."
    assert conflicts[2].note == "Here: Vendor; there: must be present."


def test_a_free_slot_keeps_clear_of_everybody_who_is_needed():
    own = Runbook((Step("a", "Copy", StepKind.MANUAL, owner="Sipho"),))
    one = change(1, runbook=own)
    rival = change(2, hosts=(MAIL.id,), coordinator=" SIPHO")
    within = TimeRange(rival.window.span.start, rival.window.span.end + timedelta(days=1))
    answer = find_slot(one, Around(HOSTS, (rival,), ()), within, timedelta(hours=1), BERLIN)
    assert answer.slot.span.start == rival.window.span.end
    assert {item.reason for item in answer.killed} == {Reason.PERSON}


MOMENTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8), st.sets(st.sampled_from((DB, APP, MAIL))),
              st.sampled_from(("", "Sipho", "Nomsa")), st.booleans()),
    max_size=8,
)  # fmt: skip


@given(MOMENTS, st.booleans())
def test_the_sweep_finds_what_asking_for_each_change_finds(moments, frozen):
    windows = (freeze("2026-02-10T23:30", 3),) if frozen else ()
    made = [
        change(n, hosts=tuple(h.id for h in hosts), coordinator=who,
               window=Window(span("2026-02-10T18:00", 1), BERLIN))
        for n, (_at, _long, hosts, who, _accepted) in enumerate(moments)
    ]  # fmt: skip
    for n, (begins, long, _hosts, _who, _accepted) in enumerate(moments):
        start = at("2026-02-10T18:00") + timedelta(hours=begins)
        time = TimeRange(start, start + timedelta(hours=long))
        made[n] = replace(made[n], window=Window(time, BERLIN))
    for n, moment in enumerate(moments):
        if moment[4]:
            accepted = tuple(
                Acknowledgement(c.key, "P", "R", at("2026-02-01"), made[n].window.span, c.overlap)
                for c in found(made[n], *windows, others=[o for o in made if o is not made[n]])
            )
            made[n] = replace(made[n], acknowledged=accepted)
    one_by_one = {
        n for n, each in enumerate(made)
        if unaccepted(each, found(each, *windows, others=[o for o in made if o is not each]))
    }  # fmt: skip
    booked = [Booked(n, each) for n, each in enumerate(made)]
    assert set(conflicting(booked, HOSTS, windows)) == one_by_one


def test_a_declared_window_binds_its_hosts_and_nobody_else():
    patch = window("FREQ=MONTHLY;BYDAY=2TU", applies_to=only(DB))
    assert found(change(start="2026-02-10T21:00", hours=4), patch) == ()
    late = found(change(start="2026-02-10T23:00", hours=3), patch)
    assert reasons(late) == [(Reason.OUTSIDE, "db-01")]
    assert late[0].overlap == span("2026-02-11T01:00", 1)
    assert found(change(start="2026-02-12T23:00", hosts=(MAIL.id,)), patch) == ()
    by_tag = replace(patch, applies_to=only(tags=("database",)))
    assert reasons(found(change(start="2026-02-12T23:00"), by_tag)) == [(Reason.OUTSIDE, "db-01")]
    by_service = replace(patch, applies_to=only(services=("Shop",)))
    shop = change(start="2026-02-12T23:00", hosts=(), business_service="Shop")
    assert reasons(found(shop, by_service)) == [(Reason.OUTSIDE, "Shop")]


def test_windows_that_touch_are_one():
    first = window("", "2026-02-10T20:00", 3)
    second = window("", "2026-02-10T23:00", 3)
    assert found(change(start="2026-02-10T19:30", hours=5), first, second) == ()


def test_a_freeze_beats_a_window_that_covers_the_same_time_and_every_type_of_change():
    patch, year_end = window("FREQ=DAILY"), freeze("2026-02-10T23:30", 72, condition="P1 only.")
    for kind in ChangeType:
        conflicts = found(change(start="2026-02-10T22:00", type=kind), patch, year_end)
        assert reasons(conflicts) == [(Reason.FREEZE, "Year end")]
        assert conflicts[0].overlap == TimeRange(at("2026-02-10T23:30"), at("2026-02-11T00:00"))
    assert plain(conflict_sentence(conflicts[0], "UTC")) == (
        "The freeze “Year end” covers 30 min from Tue 10 Feb 2026 23:30 UTC. It allows: P1 only."
    )
    elsewhere = replace(year_end, applies_to=only(MAIL))
    assert found(change(), patch, elsewhere) == ()


def test_a_name_holds_for_these_times_and_no_others():
    one, rival = change(1), change(2, "2026-02-10T23:00")
    (conflict,) = found(one, others=[rival])
    given = Acknowledgement(conflict.key, "Nomsa", "Agreed with Sipho", at("2026-02-01"),
                            one.window.span, conflict.overlap)  # fmt: skip
    one = replace(one, acknowledged=(given,))
    assert is_accepted(one, conflict)
    assert unaccepted(one, [conflict]) == ()
    moved = replace(one, window=Window(span("2026-02-10T22:30"), BERLIN))
    assert unaccepted(moved, found(moved, others=[rival]))
    rival_moved = replace(rival, window=Window(span("2026-02-10T22:30"), BERLIN))
    assert unaccepted(one, found(one, others=[rival_moved]))
    back = replace(moved, window=one.window)
    assert unaccepted(back, found(back, others=[rival])) == ()


def test_a_time_whose_clock_rules_were_altered_later_is_flagged_and_says_both_readings():
    """As a country gives up summer time: 22:00 as typed was 20:00 UTC, and is 21:00 UTC by now."""
    typed = WallTime(at("2026-02-10T22:00").replace(tzinfo=None))
    one = change(window=Window(span("2026-02-10T20:00"), BERLIN, typed))
    (conflict,) = found(one)
    assert (conflict.reason, conflict.subject) == (Reason.CLOCKS, BERLIN)
    assert "22:00 as typed is now Tue 10 Feb 2026 21:00 UTC, not Tue 10 Feb 2026 20:00 UTC" in (
        conflict.note
    )
    assert one.window.by_the_clock.span == span("2026-02-10T21:00")
    assert found(replace(one, window=one.window.by_the_clock)) == ()


def test_a_freeze_in_real_time_is_as_long_as_it_says():
    spring = freeze("2026-03-28T23:00", 24, zone=BERLIN, length=LengthRule.REAL)
    (conflict,) = found(change(start="2026-03-29T21:30"), spring)
    assert conflict.overlap == TimeRange(at("2026-03-29T21:30"), at("2026-03-29T22:00"))
