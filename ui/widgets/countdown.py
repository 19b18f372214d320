"""A running clock: time left to a deadline, or time since a start."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from app.i18n import _
from app.wording import clock_duration
from ui.paint import Painted, Style, line_height, write
from ui.theme import BOLD, FIGURE, SMALL


class Countdown(Painted):
    """Label, big figure, one line below; ticks once a second while it is visible.

    ``now`` gives the time, so that the window and its tests share one clock.
    """

    WATCH_S = 600

    def __init__(self, label: str, now: Callable[[], datetime], *, upwards: bool = False) -> None:
        super().__init__()
        self._label, self._now, self._upwards = label, now, upwards
        self._at: datetime | None = None
        self._note, self._note_tone = "", "ink2"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(1000)
        self.tick()

    def set_target(self, at: datetime | None, note: str = "", tone: str = "ink2") -> None:
        """Count to a deadline, or since a start when it counts upwards; None stops."""
        self._at, self._note, self._note_tone = at, note, tone
        self.tick()

    @Slot()
    def tick(self) -> None:
        """Look at the clock."""
        self._figure, self._tone = "–", "ink3"
        if self._at is not None:
            left_s = (self._at - self._now()).total_seconds()
            if self._upwards:
                self._figure, self._tone = clock_duration(max(0.0, -left_s)), "ink"
            else:
                self._figure = clock_duration(left_s)
                self._tone = "bad" if left_s <= 0 else "watch" if left_s < self.WATCH_S else "ink"
        self.say(_("{label}: {time}").format(label=self._label, time=self._figure))

    def sizeHint(self) -> QSize:
        """Three lines, as wide as the widest."""
        small = Style(size=SMALL)
        width = max(
            small.width(self._label),
            small.width(self._note),
            Style(size=FIGURE, weight=BOLD).width("0:00:00"),
        )
        tall = round(Style(size=FIGURE, weight=BOLD).metrics().height())
        lines = 2 if self._note else 1
        return QSize(round(width) + 4, round(tall + lines * line_height(small)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the three lines."""
        painter, small = QPainter(self), line_height(Style(size=SMALL))
        figure = Style(self._tone, FIGURE, BOLD)
        tall = round(figure.metrics().height())
        write(painter, QRectF(0, 0, self.width(), small), self._label, Style("ink2", SMALL))
        write(painter, QRectF(0, small, self.width(), tall), self._figure, figure)
        area = QRectF(0, small + tall, self.width(), small)
        write(painter, area, self._note, Style(self._note_tone, SMALL))
