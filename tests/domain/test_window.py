"""Windows across the days on which the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.window import TimeRange, Window, is_ambiguous, to_utc
from app.errors import InvalidInput


def test_window_over_the_skipped_hour_lasts_less_than_the_wall_says() -> None:
    window = Window.from_wall(
        datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 4, 30), "Europe/Berlin"
    )
    assert window.span.duration == timedelta(hours=2)
    assert window.start_wall.hour == 1
    assert window.end_wall.hour == 4


def test_time_inside_the_skipped_hour_is_refused() -> None:
    with pytest.raises(InvalidInput, match="does not exist in Europe/Berlin"):
        to_utc(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")


def test_hour_that_comes_twice_is_ambiguous_and_fold_decides() -> None:
    wall = datetime(2026, 10, 25, 2, 30)
    assert is_ambiguous(wall, "Europe/Berlin")
    first, second = (to_utc(wall.replace(fold=fold), "Europe/Berlin") for fold in (0, 1))
    assert second - first == timedelta(hours=1)


def test_end_before_start_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ends before it starts"):
        Window.from_wall(datetime(2026, 1, 1, 2), datetime(2026, 1, 1, 1), "UTC")


def test_unknown_zone_is_named() -> None:
    with pytest.raises(InvalidInput, match="Mars/Olympus"):
        to_utc(datetime(2026, 1, 1), "Mars/Olympus")


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="without a zone"):
        TimeRange(datetime(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC))


def test_range_holds_its_start_and_not_its_end() -> None:
    span = TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    assert span.start in span
    assert span.end not in span


@given(
    wall=st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_every_accepted_wall_time_reads_the_same_again(wall: datetime, zone: str) -> None:
    try:
        instant = to_utc(wall, zone)
    except InvalidInput:
        return
    span = TimeRange(instant, instant + timedelta(hours=1))
    assert Window(span, zone).start_wall.replace(tzinfo=None, fold=0) == wall
