"""How figures, times and sizes are written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wording
from app.wording import THIN


def plain(text: str) -> str:
    return text.replace(THIN, " ")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (412.3, "ms", "412 ms"),
        (0.803, "s", "0.80 s"),
        (9.96, "s", "10 s"),
        (41.24, "GB", "41 GB"),
        (1240, "", "1 240"),
        (0, "%", "0 %"),
        (-0.27, "pp", "−0.27 pp"),
        (0.00000123, "", "1.2×10⁻⁶"),
        (float("nan"), "ms", "–"),
        (None, "ms", "–"),
    ],
)
def test_a_figure_has_two_digits_and_its_unit(value: float | None, unit: str, text: str) -> None:
    assert plain(wording.number(value, unit)) == text


def test_differences_carry_their_sign() -> None:
    assert plain(wording.signed_percent(-0.268)) == "−27 %"
    assert plain(wording.signed_percent(0.09)) == "+9 %"
    assert plain(wording.signed_percent(0.012)) == "+1 %"
    assert plain(wording.signed_percent(0.0012)) == "+0.1 %"
    assert plain(wording.signed_percent(0.0097)) == "+1 %"
    assert plain(wording.signed_percent(-0.0004)) == "0 %"
    assert plain(wording.number(25.3, "1/s")) == "25 /s"
    assert wording.unit_words("1/s") == "/s", "as an axis says it"
    assert plain(wording.signed_percent(0.0)) == "0 %"
    assert plain(wording.percent_range(-0.33, -0.2)) == "−33 to −20 %"
    assert plain(wording.percent_range(-0.03, 0.04)) == "−3 to +4 %"
    assert plain(wording.number_range(301, 412, "ms")) == "301–412 ms"
    assert plain(wording.number_range(-1, 4, "ms")) == "−1.0 to 4.0 ms"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.012, "12 ms"),
        (2.83, "2.8 s"),
        (9.97, "10 s"),
        (59.6, "1 min"),
        (1926, "32 min 06 s"),
        (48000, "13 h 20 min"),
        (93 * 86400, "93 d"),
        (-90, "−1 min 30 s"),
        (None, "–"),
    ],
)
def test_lengths_of_time_take_two_units_at_most(seconds: float | None, text: str) -> None:
    assert plain(wording.duration(seconds)) == text


def test_running_times_read_like_a_clock() -> None:
    assert wording.clock_duration(5600) == "1:33:20"
    assert wording.clock_duration(190) == "3:10"
    assert wording.clock_duration(-20, signed=True) == "−0:20"
    assert wording.clock_duration(10, signed=True) == "+0:10"
    assert wording.clock_duration(0, signed=True) == "0:00"


def test_times_name_their_zone() -> None:
    at = datetime(2026, 11, 15, 0, 33, 20, tzinfo=UTC)
    assert wording.moment(at, "Africa/Johannesburg") == "Sun 15 Nov 2026 02:33 SAST"
    assert wording.zone_with_offset(at, "Africa/Johannesburg") == "SAST (UTC+2)"
    assert wording.zone_with_offset(at, "UTC") == "UTC"
    assert wording.zone_label(at, "Asia/Kathmandu") == "UTC+5:45"
    assert wording.moment(at, "Nowhere/Atall") == "Sun 15 Nov 2026 00:33 UTC"
    assert wording.moment(None) == "–"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 1, 2, tzinfo=UTC), "Fri 2 Jan"),
        (datetime(2025, 12, 31, tzinfo=UTC), "31 Dec 2025"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "Thu 1 Jan"),
        (datetime(2027, 5, 1, tzinfo=UTC), "Sat 1 May"),
        (datetime(2027, 5, 30, tzinfo=UTC), "30 May 2027"),
    ],
)
def test_a_day_of_another_year_is_written_with_it(at: datetime, text: str) -> None:
    now = datetime(2026, 11, 15, tzinfo=UTC)
    assert wording.near_day(at, "Africa/Johannesburg", now) == text


def test_windows_name_both_days_only_when_they_need_to() -> None:
    start = datetime(2026, 11, 14, 23, 0, tzinfo=UTC)
    end = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
    zone = "Africa/Johannesburg"
    assert wording.clock_span(start, end, zone) == "Sun 15 Nov 2026 01:00–04:00 SAST"
    assert wording.clock_span(start, end) == "Sat 14 Nov 23:00 to Sun 15 Nov 2026 02:00 UTC"


def test_a_window_across_the_end_of_summer_time_names_both_zones() -> None:
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    end = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    text = wording.clock_span(start, end, "Europe/Berlin")
    assert text == "Sun 25 Oct 2026 01:30 CEST–04:00 CET"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (17.94e9, "17.9 GB"), (168.2e9, "168 GB")],
)
def test_sizes_are_decimal(size: float, text: str) -> None:
    assert plain(wording.bytes_size(size)) == text


def test_shares_show_their_denominator() -> None:
    assert wording.count_of(17, 20) == "17 of 20"


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(1, 6))
def test_any_figure_can_be_written(value: float, digits: int) -> None:
    text = wording.number(value, "ms", digits)
    assert text
    assert "-" not in text


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_any_length_of_time_can_be_written(seconds: float) -> None:
    assert wording.duration(seconds)
    assert wording.clock_duration(seconds, signed=True)


def test_the_rest_of_some_work_is_told_in_whole_minutes() -> None:
    told = [plain(wording.time_left(left_s)) for left_s in (0, 60, 61, 3601, 7200)]
    assert told == [
        "less than a minute left", "less than a minute left", "about 2 min left",
        "about 1 h 01 min left", "about 2 h left",
    ]  # fmt: skip
