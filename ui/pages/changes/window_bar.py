"""A maintenance window at a glance: the way forward, what is left, the reserve for the way back."""

from datetime import timedelta

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent

from app.domain.window import Window
from app.i18n import _
from app.wording import clock
from ui.operations.changes import ChangeView
from ui.paint import RIGHT, Painted, Style, line_height, vline, write
from ui.theme import SMALL, faded, tokens


class WindowBar(Painted):
    """One bar over the window; the red line is the latest start of a roll-back."""

    def __init__(self) -> None:
        super().__init__()
        self._window: Window | None = None
        self._forward = self._back = 0.0

    def show_window(self, view: ChangeView, window: Window) -> None:
        """Show a window with the plan of a change inside it."""
        self._window = window
        whole = max(window.span.duration, timedelta(seconds=1)).total_seconds()
        self._forward = min(1.0, view.change.runbook.forward_estimate_s / whole)
        self._back = min(1.0, view.rollback.total_s / whole)
        self.say(
            _("From {start} to {end}: forward {a:.0%}, reserve for the way back {b:.0%}").format(
                start=clock(window.span.start, window.zone),
                end=clock(window.span.end, window.zone),
                a=self._forward,
                b=self._back,
            )
        )

    def sizeHint(self) -> QSize:
        """A line of words, a bar, a line of times."""
        return QSize(400, round(2 * line_height(Style(size=SMALL))) + 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bar, line and times."""
        if self._window is None:
            return
        painter, look = QPainter(self), tokens()
        small = line_height(Style(size=SMALL))
        bar = QRectF(0, small + 4, self.width(), 10)
        painter.fillRect(bar, look.line if look.dark else look.sunken)
        painter.fillRect(QRectF(0, bar.top(), bar.width() * self._forward, 10), look.ink2)
        edge = bar.width() * (1 - self._back)
        painter.fillRect(QRectF(edge, bar.top(), bar.width() - edge, 10), faded(look.bad, 0.28))
        vline(painter, min(edge, bar.width() - 2), bar.top() - 4, bar.bottom() + 4, look.bad, 2)
        self._paint_words(painter, edge, small)

    def _paint_words(self, painter: QPainter, edge: float, small: float) -> None:
        window = self._window
        if window is None:
            return
        plain, bad = Style("ink2", SMALL), Style("bad", SMALL)
        write(painter, QRectF(0, 0, edge - 8, small), _("runbook as planned"), plain)
        deadline = window.span.end - self._back * window.span.duration
        text = _("{time} roll back at the latest").format(time=clock(deadline, window.zone))
        width = bad.width(text) + 2
        left = min(max(plain.width(_("runbook as planned")) + 12, edge - width / 2),
                   self.width() - width)  # fmt: skip
        write(painter, QRectF(left, 0, width, small), text, bad)
        below = QRectF(0, small + 18, self.width(), small)
        write(painter, below, clock(window.span.start, window.zone), plain)
        write(painter, below, clock(window.span.end, window.zone), plain, RIGHT)
