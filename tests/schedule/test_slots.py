"""The next free slot against trying every start by hand."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conflict import Reason
from app.domain.window import TimeRange, Window
from app.services.schedule.conflicts import Around, find_conflicts
from app.services.schedule.slots import GRID, HORIZON, find_slot, usual_length
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
    window,
)

DAYS = 14
SOON = TimeRange(at("2026-03-20"), at("2026-03-20") + timedelta(days=DAYS))
"""Over the night of 29 March, on which the clocks of Berlin change."""
WINDOWS = st.lists(
    st.builds(
        lambda rule, hour, hours, scope: window(
            rule, f"2026-03-01T{hour:02}:00", hours, applies_to=scope
        ),
        st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=TU,SU", "FREQ=DAILY;INTERVAL=5", ""]),
        st.sampled_from([0, 2, 13, 22]),
        st.sampled_from([1, 2, 4, 8]),
        st.sampled_from([only(DB), only(APP), only(tags=("web",))]),
    ),
    max_size=3,
)
FREEZES = st.lists(
    st.builds(
        lambda hour, hours: freeze(
            (SOON.start + timedelta(hours=hour)).replace(tzinfo=None).isoformat(), hours
        ),
        st.integers(-24, DAYS * 24),
        st.sampled_from([1, 24, 120, 24 * DAYS]),
    ),
    max_size=2,
)
RIVALS = st.lists(
    st.builds(
        lambda number, minutes, hours, host, person: change(
            number,
            (SOON.start + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat(),
            hours,
            hosts=(host,),
            implementer=person,
        ),
        st.integers(2, 99),
        st.integers(0, DAYS * 1440),
        st.sampled_from([0.2, 3, 24, 24 * DAYS]),
        st.sampled_from([DB.id, STANDBY.id, MAIL.id]),
        st.sampled_from(["Sipho", "Thabo"]),
    ),
    max_size=5,
)


@settings(max_examples=40)
@given(WINDOWS, FREEZES, RIVALS, st.sampled_from([0.25, 1, 3, 9]))
def test_a_slot_has_no_conflict_and_none_is_before_it(windows, freezes, rivals, hours):
    one = change(implementer="Sipho", hosts=(DB.id, APP.id), window=None)
    around = Around(HOSTS, tuple(rivals), (*windows, *freezes))
    length = timedelta(hours=hours)
    answer = find_slot(one, around, SOON, length, BERLIN)

    def free(start):
        wanted = Window(TimeRange(start, start + length), BERLIN)
        return not find_conflicts(one, wanted, around)

    by_hand = next((at for n in range(DAYS * 96) if free(at := SOON.start + n * GRID)), None)
    if answer.slot is None:
        assert by_hand is None
        assert sum(item.starts for item in answer.killed) == answer.tried >= DAYS * 96
    else:
        assert free(answer.slot.span.start)
        assert by_hand is None or answer.slot.span.start <= by_hand
        assert sum(item.starts for item in answer.killed) == answer.tried - 1


def ask(one, *windows, others=(), hours=2):
    around = Around(HOSTS, tuple(others), windows)
    within = TimeRange(at("2026-02-01"), at("2026-02-01") + HORIZON)
    return find_slot(one, around, within, timedelta(hours=hours), BERLIN)


def test_a_slot_says_why_it_fits_and_what_was_passed_over():
    patch = window("FREQ=MONTHLY;BYDAY=2TU", applies_to=only(DB))
    rival = change(2, "2026-02-10T21:00", 1.5)
    answer = ask(change(), patch, freeze("2026-02-12T00:00", 24), others=[rival])
    assert answer.slot.span == TimeRange(at("2026-02-10T22:30"), at("2026-02-11T00:30"))
    text = " ".join(answer.lines)
    assert "inside the maintenance windows of db-01" in text
    assert "keeps clear of the freeze “Year end”" in text
    assert "collide with CHG-000002 on the same host" in text
    assert {item.reason for item in answer.killed} == {Reason.OUTSIDE, Reason.SAME_HOST}


def test_no_slot_says_which_rule_ruled_out_how_many_and_what_to_do():
    patch = window("FREQ=WEEKLY", "2026-01-06T22:00", 2, applies_to=only(DB))
    answer = ask(change(), patch, hours=3)
    assert answer.slot is None
    assert answer.killed[0].starts == answer.tried
    assert plain(answer.lines[0]) == "None of 8 640 starts in 90 days leaves 3 h free."
    assert plain(answer.lines[-1]).startswith("The longest window of db-01 lasts 2 h")
    frozen = ask(change(), freeze("2026-01-01T00:00", 24 * 200))
    assert [(item.reason, item.subject) for item in frozen.killed] == [(Reason.FREEZE, "Year end")]


def test_without_any_window_the_next_quarter_of_an_hour_will_do():
    one = change(window=None)
    within = TimeRange(at("2026-02-01T10:07"), at("2026-02-02"))
    answer = find_slot(one, Around(HOSTS), within, timedelta(hours=2), "UTC")
    assert answer.slot.span.start == at("2026-02-01T10:15")
    assert answer.tried == 1


def test_the_usual_length_is_that_of_the_window_or_of_the_runbook():
    assert usual_length(change(hours=5)) == timedelta(hours=5)
    assert usual_length(replace(change(), window=None)) == timedelta(hours=3)
