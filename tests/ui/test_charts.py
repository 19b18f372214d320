"""Charts as they are used: a closer look by keys and mouse, values under a crosshair, files."""

import csv
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.analysis.chart_model import ChartInput, LineKind, before_after_chart
from app.domain.metric import Series, Target
from app.errors import InvalidInput
from ui.charts.before_after import BeforeAfterChart
from ui.charts.saving import save_chart

START = 1_773_824_400.0


def model(n=600):
    at_s = START + np.arange(n) * 10.0
    before, after = at_s[: n // 2 - 30], at_s[n // 2 + 30 :]
    return before_after_chart(
        ChartInput(
            "Response time", "ms",
            Series(before, np.full(before.size, 400.0)), Series(after, np.full(after.size, 300.0)),
            (before[0], before[-1]), (after[0], after[-1]), (before[-1], after[0]),
            target=Target(350.0),
        )
    )  # fmt: skip


@pytest.fixture
def chart(qtbot, theme):
    widget = BeforeAfterChart()
    qtbot.addWidget(widget)
    widget.resize(700, 400)
    widget.set_model(model())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def over(chart, share):
    """Return a place over the plot, at a share of its width."""
    area = chart.plot.geometry()
    return QPoint(area.left() + round(share * area.width()), area.center().y())


def test_keys_zoom_pan_and_show_everything(chart):
    whole = chart.explorer.span
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    start, end = chart.explorer.span
    assert whole[0] < start < end < whole[1]
    QTest.keyClick(chart, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert chart.explorer.span[0] > start
    assert chart.explorer.span[1] - chart.explorer.span[0] == pytest.approx(end - start)
    for _ in range(40):
        QTest.keyClick(chart, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert chart.explorer.span[1] == whole[1], "never beyond the end"
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.explorer.span == whole


def test_the_wheel_zooms_around_the_pointer(chart):
    place = over(chart, 0.25)
    before = chart.explorer._time(QPointF(place))
    event = QWheelEvent(
        QPointF(place), QPointF(chart.mapToGlobal(place)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(chart, event)
    assert chart.explorer.is_zoomed
    assert chart.explorer._time(QPointF(place)) == pytest.approx(before, abs=1.0)


def test_dragging_moves_and_a_double_click_shows_everything(chart):
    for _ in range(4):
        QTest.keyClick(chart, Qt.Key.Key_Plus)
    start, _end = chart.explorer.span
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=over(chart, 0.5))
    QTest.mouseMove(chart, over(chart, 0.3))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=over(chart, 0.3))
    assert chart.explorer.span[0] > start
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=over(chart, 0.3))
    assert not chart.explorer.is_zoomed


def test_the_crosshair_reads_the_nearest_sample_and_nothing_in_a_gap(chart):
    QTest.mouseMove(chart, over(chart, 0.2))
    assert chart.explorer.at is not None
    assert chart.model.value_at(LineKind.BEFORE, chart.explorer.at)[1] == 400.0
    assert chart.model.value_at(LineKind.AFTER, chart.explorer.at) is None
    change = chart.model.change
    assert chart.model.value_at(LineKind.BEFORE, (change.start + change.end) / 2) is None
    QTest.mouseMove(chart, QPoint(1, 1))
    assert chart.explorer.at is None


def test_the_arrows_walk_the_crosshair(chart):
    QTest.keyClick(chart, Qt.Key.Key_Right)
    first = chart.explorer.at
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.explorer.at < first


def test_a_closer_look_has_an_end(chart):
    for _ in range(200):
        QTest.keyClick(chart, Qt.Key.Key_Plus)
    start, end = chart.explorer.span
    assert end > start
    assert not chart.grab().isNull()


def test_a_chart_is_saved_as_picture_lines_and_figures(chart, tmp_path):
    for end in ("png", "svg", "csv"):
        save_chart(chart, chart.model, tmp_path / f"chart.{end}")
    picture = QImage(str(tmp_path / "chart.png"))
    assert (picture.width(), picture.height()) == (1400, 800)
    assert len({picture.pixel(x, y) for x in range(0, 1400, 7) for y in range(0, 800, 7)}) > 4
    svg = ET.fromstring((tmp_path / "chart.svg").read_text())
    words = " ".join(svg.itertext())
    assert "Chart of Response time" in words
    sizes = {float(part.get("font-size", "99")) for part in svg.iter() if part.get("font-size")}
    assert min(sizes) >= 11, "as large as on the screen, where its place was measured"
    with (tmp_path / "chart.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "time", "value ms"]
    assert len(rows) == 541
    assert rows[1] == ["before 1", "2026-03-18T09:00:00.000+00:00", "400.0"]


def test_what_cannot_be_written_is_said(chart, tmp_path):
    for name in ("chart.gif", "gone/chart.csv", "gone/chart.png"):
        with pytest.raises(InvalidInput):
            save_chart(chart, chart.model, tmp_path / name)


def test_the_bands_move_with_the_curves(chart):
    change = chart.model.change
    whole = chart.plot.grab().toImage()
    outside = QPoint(whole.width() // 4, whole.height() - 20)
    chart.explorer.zoom(0.05, (change.start + change.end) / 2)
    close = chart.plot.grab().toImage()
    assert whole.pixelColor(outside) != close.pixelColor(outside), "the band now fills the plot"
