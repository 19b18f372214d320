"""A transcript of any size: only the rows in sight are ever read; shown literally, to be copied."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent

from app.i18n import _
from app.services.transcripts.opened import OpenTranscript, Row
from app.wording import bytes_size, clock
from ui.format import visible
from ui.paint import RIGHT, Style, by_keyboard, focus_ring, write
from ui.tasks import TaskRunner
from ui.theme import BOLD, SMALL, faded, tokens
from ui.widgets.row_area import PAD, TEXT, RowArea
from ui.widgets.transcript import Said, TranscriptLine
from ui.widgets.transcript_rows import TranscriptRows

_GAP = 14
_MOST_COPIED = 5_000
"""Rows that are copied at most; a whole transcript is saved as a file instead."""
_LOOKS = {
    Said.COMMAND: Style("ink", SMALL, BOLD, mono=True),
    Said.OUTPUT: Style("ink2", SMALL, mono=True),
    Said.ERROR: Style("bad", SMALL, mono=True),
    Said.NOTE: Style("ink3", SMALL, mono=True),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """One row as it is drawn; ``cut`` says what is not there."""

    text: str
    said: Said
    at: str = ""
    cut: str = ""


class LongTranscript(RowArea):
    """Rows of an `OpenTranscript` below a heading of our own; holds only what is looked at."""

    failed = Signal(object)

    def __init__(self, tasks: TaskRunner) -> None:
        super().__init__()
        self._heading: tuple[TranscriptLine, ...] = ()
        self._zone, self._needle = "UTC", ""
        self._widest = 0.0
        self.waits_for_end = False
        """Whether the last row is wanted and not known yet."""
        self.rows = TranscriptRows(tasks, self)
        self.rows.came.connect(self._on_came)
        self.rows.failed.connect(self.failed)
        self.setAccessibleName(_("Transcript"))
        self.copy_wanted.connect(self.copy)
        self.start_wanted.connect(self.go_to_start)
        self.end_wanted.connect(self.go_to_end)

    @property
    def current(self) -> int:
        """The row of the transcript that a search goes on from; -1 before the first."""
        chosen = self.chosen[1]
        return (chosen if chosen >= 0 else self.top - 1) - len(self._heading)

    def show_file(
        self, file: OpenTranscript | None, heading: Sequence[TranscriptLine] = (), zone: str = "UTC"
    ) -> None:
        """Show another transcript from its beginning; times of day are those of a zone."""
        self._heading, self._zone = tuple(heading), zone
        self._widest, self.waits_for_end = 0.0, False
        self.choose(-1, -1)
        self.horizontalScrollBar().setValue(0)
        self.rows.show(file)
        self._fit()
        self.scroll_to(0)

    def mark_text(self, text: str) -> None:
        """Let a text stand out wherever it is in sight."""
        self._needle = text.lower()
        self.viewport().update()

    def go_to(self, row: int) -> None:
        """Show a row of the transcript, chosen; in the middle unless it is in sight."""
        self.waits_for_end = False
        place = row + len(self._heading)
        self.choose(place, place)
        self._fit()
        if not self.top <= place < self.top + self.fitting:
            self.scroll_to(place - self.fitting // 2)
        self.moved.emit()

    @Slot()
    def go_to_end(self) -> None:
        """Show the last row, as soon as it is known."""
        self.waits_for_end = not self.rows.whole
        self.scroll_to(self.total)

    @Slot()
    def go_to_start(self) -> None:
        """Show the first row."""
        self.waits_for_end = False
        self.scroll_to(0)

    def stop_waiting(self) -> None:
        """Stay where we are."""
        self.waits_for_end = False
        self.moved.emit()

    def text(self) -> str:
        """Return the rows in sight as they are drawn, those that have come."""
        span = range(self.top, min(self.total, self.top + self.fitting))
        return "\n".join(one.text for place in span if (one := self._shown(place)) is not None)

    @Slot()
    def copy(self) -> int:
        """Copy the chosen rows; return how many, 0 when they are not all at hand."""
        shown = [self._shown(place) for place in self.span()[:_MOST_COPIED]]
        texts = [one.text + one.cut for one in shown if one is not None]
        if not texts or len(texts) < len(shown):
            return 0
        QGuiApplication.clipboard().setText("\n".join(texts))
        return len(texts)

    @property
    def _margin(self) -> int:
        return round(TEXT.width("00:00:00")) + 34

    def _fit(self) -> None:
        width = self._margin + round(self._widest) + 2 * _GAP
        self.fit(len(self._heading) + self.rows.count, width)

    @Slot()
    def _on_came(self) -> None:
        self._fit()
        if self.waits_for_end:
            self.waits_for_end = not self.rows.whole
            self.scroll_to(self.total)
        self.viewport().update()
        self.moved.emit()

    def _shown(self, place: int) -> _Shown | None:
        """Return a row as it is drawn; None while it is being fetched."""
        if place < len(self._heading):
            line = self._heading[place]
            return _Shown(visible(line.text), line.said, line.at)
        row = self.rows.row(place - len(self._heading))
        if row is None:
            return None
        said = Said.ERROR if row.stream == "stderr" else Said.OUTPUT
        text = visible(row.data.decode("utf-8", "replace"))
        return _Shown(text, said, clock(row.at, self._zone, seconds=True), _cut(row))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight, their times at the left."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), tokens().sunken)
        height, margin, top, span = self.row_height, self._margin, self.top, self.span()
        widest, before = self._widest, ""
        for n in range(min(self.fitting + 2, self.total - top)):
            area = QRectF(0, PAD + n * height, self.viewport().width(), height)
            shown = self._shown(top + n)
            if shown is None:
                write(painter, area.adjusted(margin, 0, 0, 0), "…", _LOOKS[Said.NOTE])
                continue
            if top + n in span:
                painter.fillRect(area.adjusted(margin - 4, 0, 0, 0), tokens().selection)
            widest = max(widest, self._paint_row(painter, area, shown))
            if shown.at and shown.at != before:
                write(painter, area.adjusted(0, 0, margin - _GAP - area.width(), 0), shown.at,
                      _LOOKS[Said.OUTPUT], RIGHT)  # fmt: skip
            before = shown.at or before
        if widest > self._widest:
            self._widest = widest
            self._fit()
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.viewport().rect()), 0)

    def _paint_row(self, painter: QPainter, area: QRectF, shown: _Shown) -> float:
        """Draw one row behind the column of times; return how wide it is."""
        style = _LOOKS[shown.said]
        painter.save()
        painter.setClipRect(area.adjusted(self._margin, 0, 0, 0))
        x = self._margin - self.horizontalScrollBar().value()
        self._paint_hits(painter, area, shown.text, x)
        base = area.top() + style.metrics().ascent()
        painter.setFont(style.font())
        painter.setPen(style.color)
        painter.drawText(QPointF(x, base), shown.text)
        width = style.width(shown.text)
        if shown.cut:
            painter.setPen(_LOOKS[Said.NOTE].color)
            painter.drawText(QPointF(x + width, base), shown.cut)
            width += style.width(shown.cut)
        painter.restore()
        return width

    def _paint_hits(self, painter: QPainter, area: QRectF, text: str, x: float) -> None:
        """Draw a ground below every place where the wanted text stands."""
        if not self._needle:
            return
        lower, at = text.lower(), -1
        while (at := lower.find(self._needle, at + 1)) >= 0:
            left, width = TEXT.width(text[:at]), TEXT.width(text[at : at + len(self._needle)])
            place = QRectF(x + left, area.top(), width, area.height())
            painter.fillRect(place, faded(tokens().watch, 0.35))


def _cut(row: Row) -> str:
    if not row.is_cut:
        return ""
    if row.size is None:
        return _(" … [cut: a very long line]")
    return _(" … [cut: {size} in this line]").format(size=bytes_size(row.size))
