"""Charts of one metric as data: timeline, overlay, distribution, response over rate."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.chart_distribution import DistributionInput, quantile_plot, shift_plot
from app.analysis.chart_labels import Box
from app.analysis.chart_plot import (
    Axis,
    Counts,
    Level,
    Plot,
    Tone,
    Trace,
    elapsed_ticks,
    logit,
    share_of,
    side_by_side,
    value_axis,
)
from app.analysis.chart_rate import rate_plot
from app.analysis.chart_timeline import (
    EarlierDay,
    TimelineInput,
    days_words,
    overlay_plot,
    timeline_plot,
)
from app.analysis.chart_words import labelled, words_for
from app.domain.loadtest import LoadPoint
from app.domain.metric import Series, Target
from app.domain.verdict import QuantileMove

T0 = datetime(2026, 11, 12, 9, 0, tzinfo=UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0
STEP = 60.0


def steady(start: float, end: float, level: float) -> Series:
    at_s = np.arange(start, end, STEP)
    return Series(at_s, np.full(at_s.size, level))


def timeline(**more) -> TimelineInput:
    days = tuple(
        EarlierDay(
            (T0 - back * DAY, T0 + HOUR - back * DAY),
            (T0 + 2 * HOUR - back * DAY, T0 + 3 * HOUR - back * DAY),
            "a holiday" if back == 3 else "",
        )
        for back in (1, 2, 3)
    )
    given_data = {
        "name": "Response", "unit": "ms",
        "before": steady(T0, T0 + HOUR, 400.0),
        "after": steady(T0 + 2 * HOUR, T0 + 3 * HOUR, 300.0),
        "before_window": (T0, T0 + HOUR), "after_window": (T0 + 2 * HOUR, T0 + 3 * HOUR),
        "change": (T0 + HOUR, T0 + 1.5 * HOUR),
        "earlier": steady(T0 - 3 * DAY, T0, 390.0),
        "around": steady(T0 + HOUR, T0 + 2 * HOUR, 700.0),
        "days": days, "target": Target(350.0),
    }  # fmt: skip
    return TimelineInput(**(given_data | more))


def test_a_timeline_holds_everything_and_shades_only_the_days_that_were_used():
    plot = timeline_plot(timeline())
    assert [trace.tone for trace in plot.traces] == [
        Tone.EARLIER, Tone.BEFORE, Tone.PLAIN, Tone.AFTER
    ]  # fmt: skip
    assert (plot.x.low, plot.x.high) == (T0 - 3 * DAY, T0 + 3 * HOUR)
    assert sum(field.tone is Tone.EARLIER for field in plot.fields) == 4
    change = plot.fields[-1]
    assert (change.start, change.end, change.text) == (
        T0 + HOUR,
        T0 + 1.5 * HOUR,
        "change 10:00–10:30",
    )
    assert plot.sentence == "Timeline of Response, 2 comparison days, 1 day left out"
    assert plot.level.value == 350.0
    assert plot.y.low == 0.0
    assert plot.y.high >= 700


def test_the_words_of_a_timeline_say_why_a_day_was_left_out():
    words = days_words(timeline().days, "UTC")
    assert words == (
        "Grey fields: the same hours on 2 comparison days. Left out: Mon 9 Nov (a holiday)."
    )
    assert days_words((), "UTC") == ""


def test_the_crosshair_of_a_timeline_says_the_nearest_sample_and_nothing_in_a_gap():
    plot = timeline_plot(timeline(around=None))
    (reading,) = plot.readings(T0 + 2.5 * HOUR + 7)
    assert (reading.x, reading.y, reading.text) == (T0 + 2.5 * HOUR, 300.0, "after 300.0\u202fms")
    assert plot.title(reading.x, (reading,)) == "Thu 12 Nov 11:30:00"
    assert plot.readings(T0 + 1.5 * HOUR) == (), "nothing was measured in between"
    assert plot.title(T0, ()) == "Thu 12 Nov 09:00:00"


def test_an_overlay_counts_both_windows_from_their_start():
    plot = overlay_plot(timeline())
    tones = [trace.tone for trace in plot.traces]
    assert tones == [Tone.EARLIER, Tone.EARLIER, Tone.BEFORE, Tone.AFTER]
    assert all(trace.x[0] == 0 for trace in plot.traces)
    assert plot.x.high == HOUR
    assert {reading.y for reading in plot.readings(1800.0)} == {390.0, 400.0, 300.0}
    assert plot.x.words(1800.0) == "30:00 into the window"
    assert [words.text for words in plot.words] == ["2 earlier days", "before", "after"]


def test_without_samples_there_is_no_overlay_but_a_timeline_of_nothing():
    nothing = timeline(before=None, after=None, earlier=None, around=None, days=())
    assert overlay_plot(nothing) is None
    plot = timeline_plot(nothing)
    assert plot.traces == ()
    assert (plot.x.low, plot.x.high) == (T0, T0 + 3 * HOUR)


def test_figures_are_written_with_their_instants_and_gaps_left_out():
    gap = Series(np.array([T0, T0 + 60, T0 + 120]), np.array([1.0, np.nan, 3.0]))
    rows = list(timeline_plot(timeline(before=gap, after=None, earlier=None, around=None)).rows())
    assert rows == [
        ("line", "time", "value ms"),
        ("before", "2026-11-12T09:00:00.000+00:00", "1.0"),
        ("before", "2026-11-12T09:02:00.000+00:00", "3.0"),
    ]


def distribution(before, after, moves=()) -> DistributionInput:
    return DistributionInput("Response", "ms", before, after, moves, margin=0.1)


def test_quantiles_of_both_sides_are_drawn_and_read():
    rng = np.random.default_rng(1)
    before, after = rng.lognormal(6, 0.3, 4000), rng.lognormal(6.2, 0.5, 4000)
    plot = quantile_plot(distribution(before, after))
    readings = plot.readings(logit(0.90))
    assert [reading.y for reading in readings] == pytest.approx(
        [np.quantile(before, 0.9), np.quantile(after, 0.9)]
    )
    assert plot.title(logit(0.9), readings) == "90.0 in 100 are at most"
    assert [tick.text for tick in plot.x.ticks][-1] == "p99"
    rows = list(plot.rows())
    assert rows[1][:2] == ("before", "0.01")
    assert len(rows) == 1 + 2 * 99


def test_too_few_samples_give_no_curve_and_no_shift():
    few = np.arange(1.0, 10.0)
    assert quantile_plot(distribution(few, few)) is None
    assert shift_plot(distribution(few, few)) is None


def test_shifts_show_their_likely_range_beside_the_margin():
    moves = (
        QuantileMove(0.5, 400.0, 404.0, 0.01, (-0.02, 0.04), 4.0, (-8.0, 16.0)),
        QuantileMove(0.95, 700.0, 910.0, 0.3, (0.2, 0.41), 210.0, (140.0, 287.0)),
    )
    plot = shift_plot(distribution(np.empty(0), np.empty(0), moves))
    (trace,) = plot.traces
    assert trace.y.tolist() == [0.01, 0.3]
    assert (trace.low.tolist(), trace.high.tolist()) == ([-0.02, 0.2], [0.04, 0.41])
    assert plot.zone_of_margin == (-0.1, 0.1)
    (reading,) = plot.readings(logit(0.95))
    assert reading.text == "shift: +30\u202f%, likely +20 to +41\u202f% (700 → 910\u202fms)"
    assert "p95 +30" in plot.sentence


def test_where_there_is_no_ratio_shifts_are_differences():
    moves = (QuantileMove(0.5, 0.0, 4.0, None, None, 4.0, (1.0, 7.0)),)
    plot = shift_plot(distribution(np.empty(0), np.empty(0), moves))
    assert plot.zone_of_margin is None
    assert plot.traces[0].y.tolist() == [4.0]
    assert (
        plot.readings(0.0)[0].text == "shift: +4.0\u202fms, likely +1.0 to +7.0 (0 → 4.0\u202fms)"
    )


def points(*pairs):
    return tuple(LoadPoint(rate, p95, 0.01, 100) for rate, p95 in pairs)


def test_response_over_rate_says_every_point_and_the_target():
    plot = rate_plot(points((10, 60), (20, 80)), points((10, 90), (20, 200)), 150.0)
    assert [trace.dashed for trace in plot.traces] == [True, False]
    readings = plot.readings(19.0)
    assert [reading.text for reading in readings] == [
        "before: p95 80.0\u202fms, 1.0\u202f% failed, 100 samples",
        "after: p95 200\u202fms, 1.0\u202f% failed, 100 samples",
    ]
    assert plot.level.text == "target ≤ 150\u202fms"
    assert rate_plot((), ()) is None
    assert len(rate_plot(points((1, 2)), ()).traces) == 1


def test_a_part_of_an_axis_has_ticks_of_its_own():
    day = Axis(0.0, DAY, (), counts=Counts.INSTANTS)
    assert {tick.text for tick in day.between(3600.0, 7200.0)} >= {"Thu 01:00", "01:10"}
    assert [tick.text for tick in elapsed_ticks(5400.0)] == [
        "0:00",
        "0:15",
        "0:30",
        "0:45",
        "1:00",
        "1:15",
        "1:30",
    ]
    assert [tick.text for tick in elapsed_ticks(20.0)] == ["0:00", "0:05", "0:10", "0:15", "0:20"]
    values = value_axis([np.array([3.0, 9.0])], "ms")
    assert all(4.0 <= tick.at <= 5.0 for tick in values.between(4.0, 5.0))


@given(st.floats(0.001, 0.999))
def test_a_place_on_the_axis_of_quantiles_is_the_share_it_was(share):
    assert share_of(logit(share)) == pytest.approx(share)


@given(st.lists(st.floats(-1e5, 1e5), min_size=2, max_size=60))
def test_words_stay_inside_the_plot(values):
    y = np.array(values)
    trace = Trace("after", Tone.AFTER, np.arange(y.size, dtype=float), y)
    x = Axis(0.0, float(y.size - 1), ())
    axis = value_axis([y], "")
    for words in labelled([trace], [(0, "after", "")], x, axis):
        assert x.low <= words.x <= x.high
        assert axis.low <= words.y <= axis.high


@given(st.floats(0.1, 0.32), st.floats(0.1, 0.3))
def test_words_of_a_medium_with_larger_type_never_cover_each_other(wide, high):
    x, lines = np.arange(60.0), [10.0, 30.0, 50.0]
    traces = [Trace(str(n), Tone.AFTER, x, np.full(60, level)) for n, level in enumerate(lines)]
    across, up = Axis(0.0, 59.0, ()), Axis(0.0, 60.0, ())
    texts = [(n, "words", "a note") for n in range(3)]
    plot = Plot(across, up, tuple(traces), "", words=labelled(traces, texts, across, up))
    placed = words_for(plot, lambda _words: (wide, high))
    boxes = [Box(w.x / 59, w.y / 60 - high, w.x / 59 + wide, w.y / 60) for w in placed]
    assert [w.trace for w in placed] == [0, 1, 2]
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
    assert all(box.x1 <= 1 and box.y0 >= -1e-9 for box in boxes)


def test_of_scattered_points_only_the_nearest_speaks():
    x = np.array([1.0, 2.0, 3.0])
    one = Trace("before", Tone.BEFORE, x, np.array([1.0, 9.0, 1.0]), line=False)
    two = Trace("after", Tone.AFTER, x, np.array([5.0, 1.0, 5.0]), line=False)
    plot = Plot(Axis(0.0, 4.0, ()), Axis(0.0, 10.0, ()), (one, two), "")
    assert [reading.text for reading in plot.readings(2.0, 8.9)] == ["before 9.000"]
    assert [reading.text for reading in plot.readings(2.0, 1.1)] == ["after 1.000"]
    assert plot.readings(2.5, 8.9) == (), "too far from any point"


def test_an_instant_is_told_where_the_axis_is_no_time():
    when = np.array([(datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=3)).timestamp()])
    point = Trace("after", Tone.AFTER, np.array([1.0]), np.array([2.0]), line=False, when=when)
    plot = Plot(Axis(0, 2, ()), Axis(0, 4, (), zone="Europe/Berlin"), (point,), "")
    assert plot.readings(1.0)[0].text == "after 2.000 at Mon 5 Jan 04:00"
    assert list(plot.rows())[1][-1] == "2026-01-05T03:00:00.000+00:00"


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(1, 1e4))
def test_two_names_share_a_line_and_a_short_one_is_never_cut(first, second, room):
    one, two = side_by_side(first, second, room)
    assert one + two <= room + 1e-6
    for wanted, taken in ((first, one), (second, two)):
        assert min(wanted, room / 2) - 1e-9 <= taken <= wanted
    if first + second <= room:
        assert (one, two) == pytest.approx((first, second))


def _gap(words, trace, plot, size):
    """How far the rectangle of words is from the nearest point, in shares of the plot."""
    left = (words.x - plot.x.low) / (plot.x.high - plot.x.low)
    top = (words.y - plot.y.low) / (plot.y.high - plot.y.low)
    x = (trace.x - plot.x.low) / (plot.x.high - plot.x.low)
    y = (trace.y - plot.y.low) / (plot.y.high - plot.y.low)
    across = np.maximum(0, np.maximum(left - x, x - left - size[0]))
    up = np.maximum(0, np.maximum(top - size[1] - y, y - top))
    return float(np.hypot(across, up).min())


@pytest.mark.parametrize("seed", range(12))
def test_words_stand_at_their_points_on_screen_and_paper(seed):
    rng = np.random.default_rng(seed)
    before, after = (
        (rng.gamma(9, 1.2, 150) + 8, rng.normal(20, 4, 150)),
        (rng.gamma(9, 0.15, 150), rng.normal(9, 3, 150)),
    )
    x = value_axis([before[0], after[0]], "ms", at_zero=False)
    y = value_axis([before[1], after[1]], "%", at_zero=False)
    dots = (
        Trace("before", Tone.BEFORE, *before, line=False),
        Trace("after", Tone.AFTER, *after, line=False),
    )
    curves = quantile_plot(DistributionInput("t", "ms", before[0], after[0]))
    texts = [(0, "before", ""), (1, "after", "")]
    for plot in (Plot(x, y, dots, "", words=labelled(dots, texts, x, y)), curves):
        for size in ((0.06, 0.05), (0.12, 0.11)):
            placed = words_for(plot, lambda _words, size=size: size)
            for words in placed:
                own, other = plot.traces[words.trace], plot.traces[1 - words.trace]
                assert _gap(words, own, plot, size) < 0.08, (seed, words.text)
                assert _gap(words, own, plot, size) <= _gap(words, other, plot, size)


@pytest.mark.parametrize("target", [40.0, 22.0, 12.0])
def test_words_keep_off_the_words_of_the_target(target):
    x = np.arange(60.0)
    traces = [
        Trace("before", Tone.BEFORE, x, np.full(60, 50.0)),
        Trace("after", Tone.AFTER, x, np.full(60, 10.0)),
    ]
    across, up = Axis(0.0, 59.0, ()), Axis(0.0, 60.0, ())
    level, size = Level(target, "target 40", 1.2), (0.3, 0.14)
    texts = [(0, "before", "mean 50"), (1, "after", "mean 10")]
    plot = Plot(
        across, up, tuple(traces), "", level=level, words=labelled(traces, texts, across, up)
    )
    box = Box(1.2 / 59, target / 60 - size[1], 1.2 / 59 + size[0], target / 60)
    for words in words_for(plot, lambda _words: size):
        left, top = words.x / 59, words.y / 60
        assert not box.overlaps(Box(left, top - size[1], left + size[0], top)), words.text
        assert not top - size[1] < target / 60 < top, "nor does the line strike them out"
