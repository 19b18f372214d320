"""Occurrences of recurring windows against dateutil and a search through every minute."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from app.analysis.recurrence import (
    first_start,
    local_rule,
    occurrences,
    parts_of,
    until_of,
    upcoming,
)
from app.domain.calendar import LengthRule, Moved
from app.domain.window import TimeRange
from app.errors import InvalidInput
from tests.schedule.examples import ZONES, at, span, window

RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=-1SU",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "FREQ=YEARLY;BYMONTH=10,11;BYDAY=-1SU,1SU",
    ]
)
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 6, 1)).map(
    lambda time: time.replace(second=0, microsecond=0, minute=time.minute // 15 * 15)
)
HOURS = st.sampled_from([0.5, 1, 2, 4, 10, 24, 60])


def readings(wall: datetime, zone: str) -> list[datetime]:
    """Return every instant at which the clocks of a zone show a time, found by looking."""
    there, utc = ZoneInfo(zone), wall.replace(tzinfo=UTC)
    tried = (utc + timedelta(minutes=15 * n) for n in range(-15 * 4, 15 * 4 + 1))
    return [each for each in tried if each.astimezone(there).replace(tzinfo=None, fold=0) == wall]


def instant(wall: datetime, zone: str) -> datetime:
    """Return what a wall time means: the first reading, or the offset from before the gap."""
    if found := readings(wall, zone):
        return found[0]
    day_before = readings(wall - timedelta(days=1), zone)[-1]
    return day_before + timedelta(days=1)


@given(
    rule=RULES,
    start=STARTS,
    hours=HOURS,
    zone=st.sampled_from(ZONES),
    length=st.sampled_from(LengthRule),
)
def test_occurrences_are_those_of_dateutil_read_on_the_clocks_of_the_zone(
    rule, start, hours, zone, length
):
    one = window(rule, start.isoformat(), hours, zone=zone, length=length)
    assume(first_start(one) is not None)
    looked = TimeRange(at("2026-03-01"), at("2026-04-20"))
    expected = []
    for wall in rrulestr(rule, dtstart=start).between(
        datetime(2026, 2, 20), datetime(2026, 4, 25), inc=True
    ):
        begins = instant(wall, zone)
        length_of_time = timedelta(hours=hours)
        ends = (
            begins + length_of_time
            if length is LengthRule.REAL
            else instant(wall + length_of_time, zone)
        )
        if begins < ends and begins < looked.end and ends > looked.start:
            expected.append((begins, ends))
    found = [(item.span.start, item.span.end) for item in occurrences(one, looked)]
    assert found == sorted(expected)


def test_across_midnight_and_by_the_wall_the_night_of_the_spring_change_is_an_hour_shorter():
    one = window("FREQ=DAILY", "2026-03-01T22:00", 6)
    night = occurrences(one, span("2026-03-28T23:00", 1))
    assert [item.span.duration for item in night] == [timedelta(hours=5)]
    real = replace(one, length=LengthRule.REAL)
    night = occurrences(real, span("2026-03-28T23:00", 1))
    assert [item.span.duration for item in night] == [timedelta(hours=6)]


def test_a_start_that_the_clocks_skip_comes_as_much_later_and_says_so():
    one = window("FREQ=WEEKLY", "2026-03-22T02:30", 3)
    first, second, third = upcoming(one, at("2026-03-01"), 3)
    assert [item.shifted for item in (first, second, third)] == [False, True, False]
    assert second.span == TimeRange(at("2026-03-29T01:30"), at("2026-03-29T03:30"))
    assert second.wall == datetime(2026, 3, 29, 2, 30)


def test_a_window_that_ends_before_the_clocks_let_it_begin_does_not_take_place():
    one = window("FREQ=WEEKLY", "2026-03-22T02:30", 0.5)
    walls = [item.wall.day for item in upcoming(one, at("2026-03-20"), 3)]
    assert walls == [22, 5, 12]


def test_a_time_that_comes_twice_in_autumn_is_the_first_of_both():
    one = window("FREQ=WEEKLY", "2026-10-18T02:30", 1)
    night = occurrences(one, span("2026-10-25T00:00", 3))
    assert [item.span for item in night] == [
        TimeRange(at("2026-10-25T00:30"), at("2026-10-25T02:30"))
    ]


def test_skipped_and_moved_occurrences():
    skipped, moved = datetime(2026, 2, 10, 22), datetime(2026, 3, 10, 22)
    one = window(
        "FREQ=MONTHLY;BYDAY=2TU",
        skipped=(skipped,),
        moved=(Moved(moved, datetime(2026, 3, 11, 20), 7200.0),),
    )
    found = upcoming(one, at("2026-01-01"), 3)
    assert [(item.wall, item.moved) for item in found] == [
        (datetime(2026, 1, 13, 22), False), (moved, True), (datetime(2026, 4, 14, 22), False)
    ]  # fmt: skip
    assert found[1].span == TimeRange(at("2026-03-11T19:00"), at("2026-03-11T21:00"))
    far = replace(one, moved=(Moved(moved, datetime(2026, 9, 1, 20), 7200.0),))
    assert [item.wall for item in occurrences(far, span("2026-09-01T17:00", 4))] == [moved]
    stray = replace(one, moved=(Moved(datetime(2026, 3, 11, 22), datetime(2026, 9, 1), 60.0),))
    assert not any(item.moved for item in upcoming(stray, at("2026-01-01"), 12))


def test_rare_occurrences_are_looked_for_far_ahead_and_none_is_an_end():
    leap = window("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29T22:00")
    assert [item.wall.year for item in upcoming(leap, at("2026-01-01"), 3)] == [2028, 2032, 2036]
    over = window("FREQ=DAILY;COUNT=2")
    assert len(upcoming(over, at("2026-01-01"), 5)) == 2
    assert upcoming(window(), at("2027-01-01"), 5) == ()


@pytest.mark.parametrize(
    "rule",
    [
        "nonsense", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=1,2", "FREQ=DAILY;FREQ=WEEKLY", "BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;INTERVAL=0", "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;INTERVAL=99999",
        "FREQ=DAILY\nEXDATE:20260101", "FREQ=MONTHLY;BYDAY=" + ",".join(["MO"] * 200), ";;;", "",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_an_example(rule):
    with pytest.raises(InvalidInput) as told:
        parts_of(rule)
    assert "FREQ=MONTHLY;BYDAY=2TU" in told.value.hint


@given(st.text(max_size=60))
def test_any_text_is_a_rule_that_can_be_used_or_refused(text):
    try:
        rule = local_rule(text, "Europe/Berlin")
    except InvalidInput:
        return
    if rule:
        upcoming(window(rule), at("2026-01-01"), 2)


def test_the_end_of_a_rule_is_a_wall_time():
    assert local_rule("freq=daily;until=20260329T003000Z", "Europe/Berlin").endswith(
        "UNTIL=20260329T013000"
    )
    assert until_of("20260131") == datetime(2026, 1, 31, 23, 59, 59)
    assert local_rule("RRULE:FREQ=DAILY;UNTIL=20260131", "UTC").endswith("UNTIL=20260131T235959")
    assert local_rule("  ", "UTC") == ""
