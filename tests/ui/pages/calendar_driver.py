"""Drives the calendar page by keys and mouse."""

from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.domain.calendar import ScheduleWindow, WindowKind
from app.domain.ids import WindowId, new_id
from app.domain.window import TimeRange, Window
from tests.fakes import NOON
from tests.ui.pages.conftest import with_fields

LEFT = Qt.MouseButton.LeftButton
MONDAY = NOON.replace(hour=0) - timedelta(days=NOON.weekday())


def at(days, hours):
    return MONDAY + timedelta(days=days, hours=hours)


def on(days, hours, length=2.0):
    """Return an edit that puts the window on a day of this week."""
    start = at(days, hours)
    span = TimeRange(start, start + timedelta(hours=length))
    return with_fields(window=Window(span, "UTC"))


def window(name="Patch night", **more):
    base = ScheduleWindow(
        WindowId(new_id()), WindowKind.MAINTENANCE, name, "UTC", datetime(2026, 11, 1, 22),
        4 * 3600.0, rule="FREQ=DAILY",
    )  # fmt: skip
    return replace(base, **more)


def canvas(driver):
    return driver.page.board.stage.canvas


def key(driver, *keys, modifier=Qt.KeyboardModifier.NoModifier):
    for each in keys:
        QTest.keyClick(canvas(driver), each, modifier)
        driver.settle()


def box_of(driver, change):
    return next(box for entry, box in canvas(driver).boxes() if entry.id == change.id)


def drag(driver, start, by):
    """Press, carry and let go, as a hand does."""
    first, last = start.toPoint(), (start + by).toPoint()
    widget = canvas(driver)
    QTest.mousePress(widget, LEFT, pos=first)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(widget, first + QPoint(*(round(x * share) for x in by.toTuple())))
    carried = widget.ghost
    QTest.mouseRelease(widget, LEFT, pos=last)
    driver.settle()
    return carried


def by_hours(driver, hours, days=0):
    """Return how far a hand goes for so many hours down and days to the right."""
    hour_px = canvas(driver).height() / 24
    width = (canvas(driver).width() - 58) / driver.page.board.period.count
    return QPointF(days * width, hours * hour_px)
