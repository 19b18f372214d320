"""Charts as data: axes, gaps, labels, thinning."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.chart_axes import share_ticks, time_ticks, value_ticks
from app.analysis.chart_labels import Box, free_place
from app.analysis.chart_model import (
    ChartInput,
    Line,
    LineKind,
    before_after_chart,
    with_gaps,
)
from app.analysis.placebo_strip import placebo_strip
from app.domain.metric import Series, Target

DAY = 86400.0
T0 = datetime(2026, 11, 13, 23, 0, tzinfo=UTC).timestamp()


def series(start: float, values) -> Series:
    values = np.asarray(values, dtype=float)
    return Series(start + 300.0 * np.arange(values.size), values)


def chart(**changes):
    given_data = {
        "name": "Checkout time", "unit": "ms",
        "before": series(T0, [400.0] * 288), "after": series(T0 + DAY + 7680, [300.0] * 288),
        "before_window": (T0, T0 + DAY), "after_window": (T0 + DAY + 7680, T0 + 2 * DAY + 7680),
        "change": (T0 + DAY, T0 + DAY + 7080), "zone": "Africa/Johannesburg",
    }  # fmt: skip
    return before_after_chart(ChartInput(**(given_data | changes)))


def test_values_begin_at_zero_and_end_round():
    made = chart()
    assert (made.y0, made.y1) == (0.0, 400.0)
    assert [tick.text for tick in made.y_ticks] == ["0", "100", "200", "300", "400"]


def test_windows_and_change_are_named():
    made = chart()
    assert made.before.text.replace("\u202f", " ") == "before, 24 h"
    assert made.change.text == "change 01:00–02:58"
    assert made.sentence.replace("\u202f", " ") == (
        "Chart of Checkout time, before: mean 400 ms, after: mean 300 ms, change 01:00–02:58"
    )


def test_the_figures_of_the_verdict_win_over_the_samples():
    made = chart(before_value=412.0, after_value=301.0, statistic="median")
    assert [label.note.replace("\u202f", " ") for label in made.labels] == [
        "median 412 ms",
        "median 301 ms",
    ]


def test_the_target_is_inside_the_axis():
    made = chart(target=Target(900.0))
    assert made.target is not None
    assert made.target.text.replace("\u202f", " ") == "target ≤ 900 ms"
    assert made.y1 >= 900
    assert made.x0 <= made.target.x <= made.x1


def test_a_chart_without_samples_is_empty_but_whole():
    made = chart(before=None, after=None)
    assert made.lines == ()
    assert made.labels == ()
    assert made.y1 > made.y0
    nothing = series(T0, [float("nan")] * 5)
    assert chart(before=nothing, after=None).lines == ()


def test_flat_zero_and_negative_values_have_an_axis():
    assert chart(before=series(T0, [0.0] * 9), after=None).y1 == 1.0
    below = chart(before=series(T0, [-5.0, 5.0] * 9), after=None)
    assert below.y0 <= -5


def test_earlier_days_lie_behind_and_are_counted():
    made = chart(references=(series(T0, [390.0] * 288),) * 3)
    assert [line.kind for line in made.lines][:3] == [LineKind.REFERENCE] * 3
    assert made.labels[-1].text == "3 earlier days"


def test_labels_do_not_cover_each_other():
    made = chart(target=Target(350.0), references=(series(T0, [390.0] * 600),) * 2)
    width, height = made.x1 - made.x0, made.y1 - made.y0
    boxes = [
        Box((label.x - made.x0) / width, (label.y - made.y0) / height - 0.1,
            (label.x - made.x0) / width + 0.17, (label.y - made.y0) / height)
        for label in made.labels
    ]  # fmt: skip
    pairs = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :]]
    assert not any(a.overlaps(b) for a, b in pairs)


def test_a_long_pause_is_a_gap_and_order_does_not_matter():
    at = np.array([0.0, 10, 20, 30, 100, 110])
    shuffled = np.array([3, 0, 5, 1, 4, 2])
    x, y = with_gaps(Series(at[shuffled], at[shuffled]))
    assert np.isnan(y).sum() == 1
    assert x[np.isnan(y)][0] == pytest.approx(30, abs=1e-3)
    assert Line(LineKind.AFTER, x, y).segments() == (
        ((0.0, 0.0), (10.0, 10.0), (20.0, 20.0), (30.0, 30.0)),
        ((100.0, 100.0), (110.0, 110.0)),
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(10, 400))
def test_thinning_keeps_the_peaks(values, most):
    y = np.array(values)
    line = Line(LineKind.AFTER, np.arange(y.size, dtype=float), y)
    kept = [point for part in line.segments(most) for point in part]
    assert len(kept) <= max(most, y.size if y.size <= most else 0) + 2
    assert max(value for _, value in kept) == y.max()
    assert min(value for _, value in kept) == y.min()
    assert [x for x, _ in kept] == sorted(x for x, _ in kept)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_enclose_any_range(low, size):
    high = low + size
    ticks = value_ticks(low, high)
    close = max(1e-6 * size, 4 * np.spacing(max(abs(low), abs(high))))
    assert ticks[0].at <= low + close
    assert ticks[-1].at >= high - close
    assert 2 <= len(ticks) <= 10
    assert len({tick.text for tick in ticks}) == len(ticks)


@pytest.mark.parametrize("ends", [(float("nan"), 1.0), (5.0, 5.0), (0.0, 0.0), (3.0, 1.0)])
def test_an_impossible_range_still_has_an_axis(ends):
    assert len(value_ticks(*ends)) >= 2


@given(st.floats(-1e9, 1e9).filter(lambda value: abs(value) > 1e-6))
def test_a_value_that_never_changes_lies_within_its_axis(value):
    ticks = value_ticks(value, value)
    assert ticks[0].at < value < ticks[-1].at


def test_small_ticks_have_the_decimals_they_need():
    assert [tick.text for tick in value_ticks(0, 1)] == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert value_ticks(0, 1.6)[1].text == "0.25"


def test_times_are_round_in_their_zone_and_name_the_day_once():
    ticks = time_ticks(T0, T0 + 2 * DAY, "Africa/Johannesburg")
    assert [tick.text for tick in ticks] == ["Sat 12:00", "Sun 00:00", "12:00", "Mon 00:00"]
    short = time_ticks(T0 + 3, T0 + 23, "UTC")
    assert [tick.text for tick in short] == ["Fri 23:00:05", "23:00:10", "23:00:15", "23:00:20"]


def test_times_stay_round_across_the_end_of_summer_time():
    start = datetime(2026, 10, 24, 12, 0, tzinfo=UTC).timestamp()
    ticks = time_ticks(start, start + 2 * DAY, "Europe/Berlin")
    assert {tick.text.split()[-1] for tick in ticks} <= {"00:00", "12:00"}


@given(st.floats(0, 2e9), st.floats(1, 3e7))
def test_any_stretch_of_time_has_few_ticks(start, length):
    ticks = time_ticks(start, start + length, "UTC")
    assert len(ticks) <= 16
    assert all(start - 1 <= tick.at <= start + length + 1 for tick in ticks)


def test_words_go_where_no_line_is():
    x = np.linspace(0, 1, 200)
    low = np.full(200, 0.1)
    left, top = free_place((x, low), [(x, low)], [], (0.0, 1.0), (0.2, 0.1))
    assert top - 0.1 > 0.1 or top < 0.1
    taken = [Box(0, 0, 1, 0.9)]
    _, top = free_place((x, low), [(x, low)], taken, (0.0, 1.0), (0.2, 0.08))
    assert top - 0.08 >= 0.89
    assert 0 <= left <= 0.8


def test_the_strip_holds_every_mark():
    strip = placebo_strip(-0.27, (-0.33, -0.2), (-0.05, 0.02), 0.1)
    assert strip.low < -0.33
    assert strip.high > 0.1
    assert "0\u202f%" in {tick.text for tick in strip.ticks}
    assert share_ticks(-0.004, 0.004)[0].text.startswith("−0.4")


def test_words_keep_clear_of_a_spike_between_two_samples():
    x = np.linspace(0.0, 1.0, 41)
    y = np.full(41, 0.1)
    y[20] = 1.0  # its flanks are drawn between the samples
    left, top = free_place((x, y), [(x, y)], [], (0.0, 1.0), (0.3, 0.15))
    flanks = (x[19], x[21])
    assert left + 0.3 < flanks[0] or left > flanks[1] or top < 0.1
