"""What the sheets of the gallery share: one invented change."""

from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QWidget

from ui.widgets.layout import column, panel

ZONE = "Africa/Johannesburg"
START = datetime(2026, 11, 14, 23, 0, tzinfo=UTC)
NOW = START + timedelta(hours=1, minutes=33, seconds=20)
STAGES = (
    "Identify",
    "Communicate",
    "Plan",
    "Agree",
    "Schedule",
    "Implement",
    "Test",
    "Monitor",
    "Document",
    "Evaluate",
)


def now() -> datetime:
    return NOW


def sheet(*items: QWidget | None, width: int) -> QWidget:
    widget = panel(column(*items, gap=16, margins=(24, 20, 24, 20)), "surface")
    widget.setFixedWidth(width)
    return widget
