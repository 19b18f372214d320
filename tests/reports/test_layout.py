"""Widths, time axes and value axes: nothing overlaps, nothing runs out of its place."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from app.analysis.chart_model import ChartInput, before_after_chart
from app.analysis.chart_plot import Axis, Plot
from app.domain.metric import Series, Target
from app.reports.charts import BeforeAfter, value_axis
from app.reports.flowables import Drawn
from app.reports.plot import PlotDrawing
from app.reports.sections.summary import _value
from app.reports.tables import fair_cap
from app.reports.theme import clipped, fitted, register_fonts, sheet, style, width_of
from app.reports.timescale import TimeScale
from app.services.report_content.common import Icon, Mark
from app.services.report_content.parts import MetricChart
from app.settings import PageSize

NIGHT = 1_794_690_000.0


def chart(before_at: float, length: float, level: float = 100.0, **more: object) -> MetricChart:
    """Return a chart whose windows are so long and begin so many seconds before the change."""
    at_s = np.arange(0, length, length / 50)
    change = (NIGHT, NIGHT + length / 2)
    after = change[1] + length / 10
    data = ChartInput(
        "Load",
        "%",
        Series(NIGHT - before_at + at_s, np.full(at_s.size, level)),
        Series(after + at_s, np.full(at_s.size, level * 1.02)),
        (NIGHT - before_at, NIGHT - before_at + length),
        (after, after + length),
        change,
        **more,  # type: ignore[arg-type]
    )
    mark = Mark(Icon.SAME, "Same")
    return MetricChart("Load", "main", mark, "", "", "", before_after_chart(data), "UTC")


@given(st.lists(st.floats(1, 500), min_size=1, max_size=9), st.floats(20, 500))
def test_columns_share_the_room_and_only_wide_ones_give_way(wanted, room):
    cap = fair_cap(wanted, room)
    taken = [min(width, cap) for width in wanted]
    assert sum(taken) <= max(room, 10.0 * len(wanted)) + 1e-6
    if sum(wanted) <= room:
        assert taken == wanted


@given(st.floats(1, 3e6), st.floats(1, 20_000))
def test_time_runs_from_left_to_right_and_stays_in_the_plot(gap_s, length_s):
    made = chart(length_s + gap_s, length_s)
    scale = TimeScale(made.model, "UTC", 26.0, 200.0)
    moments = np.linspace(made.model.x0, made.model.x1, 60)
    places = [scale.at(float(at)) for at in moments]
    assert places == sorted(places)
    assert places[0] >= 26.0
    assert places[-1] <= 200.0 + 1e-6
    for window in (made.model.before, made.model.after):
        assert scale.at(window.end) - scale.at(window.start) >= 0.1 * 174


def test_an_empty_week_between_the_windows_is_cut_and_the_cut_is_seen():
    scale = TimeScale(chart(7 * 86400.0, 12.0).model, "UTC", 0.0, 180.0)
    pieces = list(scale.stretches())
    assert len(pieces) == 2
    assert pieces[0][1] < pieces[1][0]
    assert len(list(scale.ticks())) >= 2


def test_the_value_axis_begins_at_zero_unless_all_lies_far_above():
    low, _high, ticks = value_axis(chart(3600.0, 1800.0, target=Target(20.0)))
    assert low == 0
    low, high, ticks = value_axis(chart(3600.0, 1800.0))
    assert 0 < low < 100
    assert high > 102
    assert 3 <= len(ticks) <= 7


def test_what_differs_by_rounding_only_is_drawn_as_constant():
    flat = chart(3600.0, 1800.0)
    lines = tuple(
        replace(line, y=100 + 1e-14 * np.arange(len(line.y))) for line in flat.model.lines
    )
    flat = replace(flat, model=replace(flat.model, lines=lines), before=100.0, after=100 + 1e-13,
                   range=None)  # fmt: skip
    low, _high, ticks = value_axis(flat)
    assert low == 0
    assert max(len(tick.text) for tick in ticks) <= 4


def test_a_chart_without_samples_still_has_an_axis():
    model = replace(chart(3600.0, 1800.0).model, lines=())
    low, high, ticks = value_axis(replace(chart(3600.0, 1800.0), model=model))
    assert low < high
    assert ticks


LEFT_PT, WIDTH_PT = 100.0, 240.0


def words_of(drawn: Drawn) -> list[tuple[float, float, str]]:
    """Return where each letter of a picture begins and ends, in points, as a reader finds them."""
    return [(box[0], box[2], letter) for box, letter in letters_of(drawn)]


def letters_of(drawn: Drawn) -> list[tuple[tuple[float, float, float, float], str]]:
    """Return each letter of a picture in its box (left, bottom, right, top), in points."""
    register_fonts()
    file = BytesIO()
    canvas = Canvas(file, (500, 400))
    drawn.wrapOn(canvas, WIDTH_PT, 300)
    drawn.drawOn(canvas, LEFT_PT, 100)
    canvas.save()
    document = pypdfium2.PdfDocument(file.getvalue())
    try:
        page = document[0].get_textpage()
        boxes = [
            (page.get_charbox(n), page.get_text_range(n, 1)) for n in range(page.count_chars())
        ]
    finally:
        document.close()
    return [(box, letter) for box, letter in boxes if letter.strip()]


@pytest.mark.parametrize("level", [1e-6, 100.0, 1e9, -3e12])
def test_the_figures_of_the_axis_stay_in_their_place_however_long_they_are(level):
    found = words_of(BeforeAfter(chart(3600.0, 1800.0, level=level)))
    assert found
    assert min(left for left, _right, _letter in found) >= LEFT_PT - 1
    assert max(right for _left, right, _letter in found) <= LEFT_PT + WIDTH_PT + 1


@pytest.mark.parametrize(
    ("upright", "level"), [("Mean", "Rate"), ("M" * 90, "R" * 90), ("M" * 90, "R"), ("M", "R" * 90)]
)
def test_the_names_of_both_axes_stand_apart(upright, level):
    axis = Axis(0.0, 1.0, (), "ms")
    plot = Plot(replace(axis, name=level), replace(axis, name=upright), (), "")
    found = letters_of(PlotDrawing(plot))
    whole = "".join(letter for _box, letter in found)
    for name in (upright, level):
        assert (f"{name},ms" in whole) is (len(name) < 90), "what fits is not cut"
    first = [box for box, letter in found if letter == "M"]
    second = [box for box, letter in found if letter == "R"]
    apart = max(box[2] for box in first) + 5 < min(box[0] for box in second)
    below = max(box[3] for box in second) < min(box[1] for box in first)
    assert apart if len(upright + level) < 90 else below
    assert max(box[2] for box, _letter in found) <= LEFT_PT + WIDTH_PT + 1


@given(st.text(max_size=300), st.floats(20, 300))
def test_a_line_is_cut_until_it_fits(text, room):
    assert width_of(fitted(text, room)) <= room + 0.1


def test_a_cut_text_says_how_much_is_missing():
    assert clipped("x" * 20, 10) == "x" * 10 + " … [+10]"
    assert clipped("short", 10) == "short"


@pytest.mark.parametrize("paper", list(PageSize))
def test_six_columns_and_their_gutters_fill_the_sheet(paper):
    page = sheet(paper)
    assert page.columns(6) == pytest.approx(page.live_width)
    assert 2 * page.columns(3) < page.live_width


@pytest.mark.parametrize("value", ["Yes", "L3 matches the source", "3 h 42 min 15 s"])
def test_the_value_of_a_tile_stays_on_one_line_where_any_size_allows_it(value):
    register_fonts()
    room = sheet(PageSize.A4).columns(2) * 0.86
    shown = _value(value, room)
    lines = round(shown.wrap(room, 1000)[1] / shown.style.leading)
    assert lines == 1
    large = style(big=True).fontSize
    assert shown.style.fontSize == large if value == "Yes" else 10 <= shown.style.fontSize <= large


def test_an_axis_that_does_not_begin_at_zero_says_so():
    broken = "".join(letter for _x0, _x1, letter in words_of(BeforeAfter(chart(3600.0, 1800.0))))
    assert "notfromzero" in "".join(broken.split())
    whole = BeforeAfter(chart(3600.0, 1800.0, target=Target(20.0)))
    assert "fromzero" not in "".join(
        letter for _x0, _x1, letter in words_of(whole) if letter.strip()
    )
