"""Which hours are compared, on earlier days and across changed clocks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.analysis.windows import Blocked, Layout
from app.domain.verdict import Parameters

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def layout(start: str, end: str, zone: str = "UTC", window_h: float = 3, **more: object) -> Layout:
    parameters = Parameters(window_s=window_h * 3600, zone=zone)
    return Layout.around(at(start, zone), at(end, zone), parameters, **more)  # type: ignore[arg-type]


def wall(at_s: float, zone: str = BERLIN) -> str:
    return f"{datetime.fromtimestamp(at_s, ZoneInfo(zone)):%a %d %b %H:%M}"


def test_windows_end_at_the_start_and_begin_after_the_settle_time() -> None:
    found = layout("2026-03-18T13:20", "2026-03-18T13:50")
    assert (found.before.start_s, found.before.end_s) == (
        at("2026-03-18T10:20"),
        at("2026-03-18T13:20"),
    )
    assert (found.after.start_s, found.after.end_s) == (
        at("2026-03-18T14:00"),
        at("2026-03-18T17:00"),
    )


@pytest.mark.parametrize(("window_h", "settle_min"), [(1, 10), (3, 10), (24, 72)])
def test_settle_time_is_ten_minutes_or_a_twentieth_of_the_window(
    window_h: float, settle_min: float
) -> None:
    assert Parameters(window_s=window_h * 3600).settle_used_s == settle_min * 60


def test_reference_days_are_of_the_same_type() -> None:
    days = list(layout("2026-03-18T13:20", "2026-03-18T13:50").daily())
    assert [day.back for day in days] == [1, 2, 5, 6, 7, 8, 9, 12, 13, 14]
    assert all(day.day.weekday() < 5 for day in days)
    weekend = list(layout("2026-03-21T13:20", "2026-03-21T13:50").daily())
    assert [day.day for day in weekend] == [
        date(2026, 3, 15), date(2026, 3, 14), date(2026, 3, 8), date(2026, 3, 7),
    ]  # fmt: skip


def test_a_night_into_the_weekend_is_only_like_other_such_nights() -> None:
    days = list(layout("2026-03-20T23:00", "2026-03-21T01:00").daily())
    assert [day.back for day in days] == [7, 14]


def test_weekly_search_goes_back_eight_weeks() -> None:
    found = layout("2026-03-21T13:20", "2026-03-21T13:50")
    assert [day.back for day in found.weekly()] == [21, 28, 35, 42, 49, 56]


def test_reference_hours_are_the_same_on_the_wall_before_the_clocks_changed() -> None:
    found = layout("2026-03-31T13:20", "2026-03-31T13:50", BERLIN)
    friday = next(day for day in found.daily() if day.back == 4)
    assert wall(friday.before.start_s) == "Fri 27 Mar 10:20"
    assert wall(friday.after.start_s) == "Fri 27 Mar 14:00"
    assert found.before.start_s - friday.before.start_s == 4 * 86400 - 3600


def test_a_window_over_the_skipped_hour_is_cut_and_compared_wall_hour_by_wall_hour() -> None:
    found = layout("2026-03-29T00:50", "2026-03-29T01:20", BERLIN)
    assert len(found.after.spans) == 2
    assert found.after.length_s == 3 * 3600
    earlier = found.earlier(found.after, 7)
    assert earlier is not None
    assert [(wall(a), wall(b)) for a, b in earlier.spans] == [
        ("Sun 22 Mar 01:30", "Sun 22 Mar 02:00"),
        ("Sun 22 Mar 03:00", "Sun 22 Mar 05:30"),
    ]


def test_days_on_which_the_clocks_change_in_these_hours_are_left_out_with_the_reason() -> None:
    found = layout("2026-04-05T00:50", "2026-04-05T01:20", BERLIN)
    changed = next(
        day for day in found.daily(any_type=True) if day.day == date(2026, 3, 28 + 0) or day.why
    )
    assert "clocks" in changed.why


def test_blocked_stretches_say_why() -> None:
    block = Blocked(at("2026-03-17T12:00"), at("2026-03-17T12:05"), "CHG-000041")
    found = layout("2026-03-18T13:20", "2026-03-18T13:50", blocked=(block,))
    assert [day.why for day in found.daily()][:2] == ["CHG-000041", ""]


def test_no_reference_reaches_into_the_change() -> None:
    found = layout("2026-03-18T01:00", "2026-03-19T13:00", window_h=24)
    assert all(day.after.end_s <= found.start_s for day in found.daily())
    assert next(iter(found.daily())).back > 1


def test_times_before_1970_are_no_trouble() -> None:
    start_s = datetime(1970, 1, 3, tzinfo=UTC).timestamp()
    found = Layout.around(start_s, start_s, Parameters())
    assert next(iter(found.daily())).before.start_s < start_s
    assert min(day.before.start_s for day in found.daily()) < 0
