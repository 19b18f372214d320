"""Charts of any kind as they are used: keys, pointer, crosshair, files, the small ones too."""

import csv
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu

from app.analysis.chart_plot import Axis, Field, Plot, Shape, Tone, Trace, instants_axis, value_axis
from tests.ui.test_charts import model as windows_model
from ui.cells import Badge, Mark
from ui.charts.glance import GlanceTile
from ui.charts.plot import PlotChart
from ui.charts.saving import save_chart
from ui.operations.plot_panel import PlotPanel
from ui.theme import tokens

START = 1_773_824_400.0


def timeline() -> Plot:
    at_s = START + 60.0 * np.arange(300)
    before = Trace("=before()", Tone.BEFORE, at_s[:100], np.full(100, 400.0), dashed=True)
    after = Trace("after", Tone.AFTER, at_s[200:], np.full(100, 300.0))
    fields = (
        Field(at_s[0], at_s[99], Tone.BEFORE, "before"),
        Field(at_s[100], at_s[200], Tone.CHANGE, "change"),
        Field(at_s[200], at_s[-1], Tone.AFTER, "after"),
    )
    return Plot(
        instants_axis(at_s[0], at_s[-1], "UTC"), value_axis([np.array([400.0])], "ms"),
        (before, after), "Timeline of Response", fields,
    )  # fmt: skip


def scatter() -> Plot:
    x = np.array([1.0, 5.0, 9.0])
    points = [
        Trace(name, tone, x, x + up, line=False, shape=shape)
        for name, tone, shape, up in (
            ("before", Tone.BEFORE, Shape.RING, 0), ("after", Tone.AFTER, Shape.SQUARE, 8)
        )
    ]  # fmt: skip
    return Plot(Axis(0, 10, (), "%", "CPU"), Axis(0, 20, (), "ms", "Response"), tuple(points), "s")


@pytest.fixture
def chart(qtbot, theme):
    widget = PlotChart()
    qtbot.addWidget(widget)
    widget.resize(700, 400)
    widget.set_plot(timeline())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def over(chart, share, height=0.5):
    area = chart.plot.geometry()
    return QPoint(
        area.left() + round(share * area.width()), area.top() + round(height * area.height())
    )


def test_a_ring_shows_where_the_keyboard_is(chart, qtbot):
    def corner() -> QColor:
        """The colour of the edge of the plot, half way up."""
        area = chart.plot.geometry()
        image = chart.grab().toImage()
        ratio = image.devicePixelRatio()
        return image.pixelColor(round((area.left() + 1) * ratio), round(area.center().y() * ratio))

    assert corner() != tokens().accent
    chart.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(chart.hasFocus)
    assert corner() == tokens().accent


def test_everything_works_by_keyboard(chart):
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert chart.explorer.is_zoomed
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert not chart.explorer.is_zoomed
    QTest.keyClick(chart, Qt.Key.Key_Right)
    first = chart.explorer.at
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.explorer.at < first
    assert chart.accessibleName() == "Timeline of Response"


def test_the_crosshair_is_drawn_and_goes_away(chart):
    plain = chart.plot.grab().toImage()
    QTest.mouseMove(chart, over(chart, 0.2))
    pointed = chart.plot.grab().toImage()
    assert plain != pointed
    (reading,) = chart.model.readings(chart.explorer.at)
    assert reading.y == 400.0
    QTest.mouseMove(chart, QPoint(1, 1))
    assert chart.explorer.at is None


def test_of_scattered_points_the_pointer_picks_the_one_below_it(chart):
    chart.set_plot(scatter())
    for height, name in ((1 - 13 / 20, "after"), (1 - 5 / 20, "before")):
        QTest.mouseMove(chart, over(chart, 0.5, height))
        share = 1 - chart.pointer_y / chart.plot.geometry().height()
        (reading,) = chart.model.readings(chart.explorer.at, 20 * share)
        assert reading.text.startswith(name)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.pointer_y is None, "keys move along the axis only"


def test_it_is_saved_as_picture_lines_and_figures_and_starts_no_formula(chart, tmp_path):
    for end in ("png", "svg", "csv"):
        save_chart(chart, chart.model, tmp_path / f"chart.{end}")
    assert QImage(str(tmp_path / "chart.png")).width() == 1400
    assert "Timeline of Response" in " ".join(
        ET.fromstring((tmp_path / "chart.svg").read_text()).itertext()
    )
    with (tmp_path / "chart.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "time", "value ms"]
    assert rows[1] == ["'=before()", "2026-03-18T09:00:00.000+00:00", "400.0"]
    assert len(rows) == 201


def test_a_look_at_part_has_ticks_of_its_own_and_every_look_can_be_drawn(chart):
    whole = {tick.text for tick in chart._x_ticks}
    for _ in range(8):
        QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert {tick.text for tick in chart._x_ticks} != whole
    for plot in (timeline(), scatter()):
        chart.set_plot(plot)
        assert not chart.grab().isNull()


def test_the_menu_of_a_panel_saves_what_is_shown(qtbot, theme, tmp_path, monkeypatch):
    panel = PlotPanel("Title")
    qtbot.addWidget(panel)
    panel.show_plot(timeline(), "A note")
    panel.resize(600, 400)
    panel.show()
    path = tmp_path / "figures.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: (str(path), ""))
    panel.chart.menu_wanted.emit(QPoint(5, 5))
    menu = panel.findChild(QMenu)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Save the picture (PNG)", "Save as lines (SVG)", "Save the figures (CSV)",
        "Show everything",
    ]  # fmt: skip
    menu.actions()[2].trigger()
    menu.hide()
    assert path.read_text().startswith("line,time,value ms")
    panel.show_plot(None, "Nothing yet")
    assert not panel.chart.isVisible()


@pytest.fixture
def tile(qtbot, theme):
    made = GlanceTile("m", "Response", Badge(Mark.GOOD, "Improved"), ("400 → 300 ms", "−25 %"))
    qtbot.addWidget(made)
    made.resize(320, 172)
    made.set_model(windows_model())
    made.show()
    return made


def test_a_tile_points_and_opens_by_keyboard_and_mouse(qtbot, tile):
    with qtbot.waitSignal(tile.pointed) as told:
        QTest.keyClick(tile, Qt.Key.Key_Right)
    tile.point(told.args[0])
    assert tile._said() == "no value here", "the middle is the change"
    area = tile._area()
    with qtbot.waitSignal(tile.pointed) as told:
        QTest.mouseMove(tile, QPoint(round(area.left() + 20), round(area.center().y())))
    tile.point(told.args[0])
    assert tile._said() == "before 400.0\u202fms"
    with qtbot.waitSignal(tile.opened) as told:
        QTest.keyClick(tile, Qt.Key.Key_Return)
    assert told.args == ["m"]
    assert tile.accessibleName() == "Response, Improved, 400 → 300 ms, −25 %"
    assert not tile.grab().isNull()
