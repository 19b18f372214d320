"""Which hours are compared, on earlier days and across changed clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.analysis.windows import Blocked, Layout
from app.domain.verdict import Parameters
from tests.analysis.simulate import Scenario, simulate
from tests.analysis.trials import judged

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


@pytest.mark.parametrize(
    ("start", "day", "spans", "places_h"),
    [
        ("2026-04-05T01:20", "29 Mar", ["01:30-01:59", "03:00-04:29"], [0, 1.5]),  # skipped
        ("2026-11-01T01:20", "25 Oct", ["01:30-01:59", "03:00-04:29"], [0, 1.5]),  # came twice
        ("2026-11-01T02:20", "25 Oct", ["03:00-05:29"], [0.5]),
        ("2026-11-01T23:20", "25 Oct", ["23:30-02:29"], None),  # of the evening before
        ("2026-04-05T22:50", "29 Mar", ["23:00-01:59"], None),
    ],
)
def test_of_an_earlier_day_only_the_hour_in_which_the_clocks_changed_is_left_out(
    start: str, day: str, spans: list[str], places_h: list[float] | None
) -> None:
    found = layout(start, start, BERLIN)
    then = found.earlier(found.after, 7)
    assert then is not None
    assert [f"{wall(a)[-5:]}-{wall(b - 60)[-5:]}" for a, b in then.spans] == spans
    assert wall(then.start_s)[4:10] == day
    assert then.length_s == 3 * 3600
    assert then.lacks_an_hour is bool(places_h)
    if places_h:
        assert [at_s / 3600 for at_s, _from, _to in then.laid] == places_h


@pytest.mark.parametrize("zone", [BERLIN, "Australia/Lord_Howe", "America/New_York", "UTC"])
def test_hour_by_hour_an_earlier_day_has_the_same_time_on_the_wall(zone: str) -> None:
    for month, day in ((3, 9), (3, 30), (4, 6), (10, 5), (10, 26), (11, 2)):
        for hour in range(24):
            start = f"2026-{month:02}-{day:02}T{hour:02}:40"
            found = layout(start, start, zone, window_h=5)
            for slot in (found.before, found.after):
                if len(slot.spans) > 1 or (then := found.earlier(slot, 1)) is None:
                    continue
                begin = datetime.fromtimestamp(slot.start_s, ZoneInfo(zone)).replace(tzinfo=None)
                for place_s, from_s, to_s in then.laid:
                    for inner_s in (0.0, to_s - from_s - 1):
                        there = datetime.fromtimestamp(from_s + inner_s, ZoneInfo(zone))
                        wanted = begin + timedelta(seconds=place_s + inner_s, days=-1)
                        assert there.replace(tzinfo=None) == wanted
                        if then.lacks_an_hour:  # what came twice is not among it
                            other = there.replace(fold=1 - there.fold)
                            assert other.utcoffset() == there.utcoffset()
                assert sum(b - a for _at, a, b in then.laid) <= 5 * 3600


def test_a_window_within_the_hour_that_was_skipped_has_nothing_on_that_day() -> None:
    found = layout("2026-04-05T01:50", "2026-04-05T01:50", BERLIN, window_h=0.5)
    assert found.earlier(found.after, 7) is None
    left_out = {day.day: day.why for day in found.daily(any_type=True)}
    assert left_out[date(2026, 3, 29)] == "the clocks were changed in these hours"


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


@pytest.mark.parametrize(("window_h", "is_used"), [(6, True), (3, False)])
def test_a_day_of_changed_clocks_serves_without_that_hour_where_enough_of_it_is_left(
    window_h: float, is_used: bool
) -> None:
    night = Scenario(
        step_s=300.0, rhythm=0.3, zone="Europe/Berlin", days=57, gap_s=1200.0,
        when="2026-04-05T00:30", window_s=window_h * 3600,
    )  # fmt: skip
    found = judged(simulate(night, np.random.default_rng(2)))
    days = {day.day: day for day in found.days}
    clocks = days[date(2026, 3, 28)]  # of the night to the 29th
    assert (clocks.used, clocks.why) == (
        (True, "") if is_used else (False, "the clocks were changed in these hours")
    )
    if is_used:
        others = [day.effect for day in found.days if day is not clocks]
        assert min(others) - 0.05 < clocks.effect < max(others) + 0.05
