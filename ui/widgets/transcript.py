"""What a server said, line by line, with the time at the left; always shown literally."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextBlockUserData,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.i18n import _
from ui.format import visible
from ui.paint import RIGHT, Style, write
from ui.stylesheet import TRANSCRIPT
from ui.theme import BOLD, REGULAR, SMALL, dress, font, tokens
from ui.widgets.dressed import dress_bars


class Said(StrEnum):
    """Where a line comes from."""

    COMMAND = "command"
    OUTPUT = "output"
    ERROR = "error"
    NOTE = "note"
    """Our own words: an exit code, a password that was not logged."""


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line with its time of day, empty when it belongs to the line above."""

    text: str
    at: str = ""
    said: Said = Said.OUTPUT


class _Stamp(QTextBlockUserData):
    """The time beside a line."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at


class _Margin(QWidget):
    """The time column; it scrolls with the text."""

    def __init__(self, transcript: "Transcript") -> None:
        super().__init__(transcript)
        self._transcript = transcript

    def sizeHint(self) -> QSize:
        return QSize(self._transcript.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._transcript.paint_margin(QPainter(self), event.rect())


class Transcript(QPlainTextEdit):
    """A read-only log view that keeps the last ``MAX_LINES`` and follows the end while it is there.

    Lines are collected and shown in batches, at most 20 times a second, so that a flood of output
    does not block the window.
    """

    following = Signal(bool)
    shortened = Signal(int)
    """How many lines have come in all, whenever the first of them are no longer shown."""
    MAX_LINES = 20_000
    BATCH_MS = 50
    BATCH_LINES = 2_000

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setMaximumBlockCount(self.MAX_LINES)
        dress(self, TRANSCRIPT)
        dress_bars(self)
        self.setFont(font(SMALL, mono=True))
        self.setAccessibleName(_("Transcript"))
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._waiting: list[TranscriptLine] = []
        self._come = 0
        self._margin = _Margin(self)
        self.setViewportMargins(self.margin_width(), 0, 0, 0)
        self.updateRequest.connect(self._move_margin)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self.BATCH_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight, so that the view follows."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 1

    def append_lines(self, lines: Iterable[TranscriptLine]) -> None:
        """Add lines; control characters are made visible."""
        before = len(self._waiting)
        self._waiting.extend(lines)
        self._come += len(self._waiting) - before
        if (surplus := len(self._waiting) - self.MAX_LINES) > 0:
            del self._waiting[:surplus]
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def set_lines(self, lines: Iterable[TranscriptLine]) -> None:
        """Show another transcript from its beginning."""
        self._waiting.clear()
        self.clear()
        self._come = 0
        self.append_lines(lines)
        self.flush()

    @Slot()
    def flush(self) -> None:
        """Show what has been collected, at most ``BATCH_LINES`` at a time."""
        batch, self._waiting = self._waiting[: self.BATCH_LINES], self._waiting[self.BATCH_LINES :]
        if not batch:
            return
        follow = self.at_end
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for line in batch:
            if not self.document().isEmpty() or cursor.block().blockNumber():
                cursor.insertBlock()
            cursor.insertText(visible(line.text), _format(line.said))
            cursor.block().setUserData(_Stamp(line.at))
        cursor.endEditBlock()
        if self._come > self.MAX_LINES:
            self.shortened.emit(self._come)
        if follow:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        if self._waiting:
            self._timer.start()

    def margin_width(self) -> int:
        """Width of the time column."""
        return round(Style(size=SMALL, mono=True).width("00:00:00")) + 34

    def paint_margin(self, painter: QPainter, area: QRect) -> None:
        """Draw the times beside the visible lines."""
        painter.fillRect(area, tokens().sunken)
        block: QTextBlock = self.firstVisibleBlock()
        style = Style("ink2", SMALL, mono=True)
        while block.isValid():
            box = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if box.top() > area.bottom():
                return
            stamp = block.userData()
            if isinstance(stamp, _Stamp) and stamp.at:
                height = self.fontMetrics().lineSpacing()
                place = QRectF(0, box.top(), self._margin.width() - 14, height)
                write(painter, place, stamp.at, style, RIGHT)
            block = block.next()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the time column at the left."""
        super().resizeEvent(event)
        area = self.contentsRect()
        self._margin.setGeometry(area.left(), area.top(), self.margin_width(), area.height())

    @Slot(QRect, int)
    def _move_margin(self, area: QRect, dy: int) -> None:
        if dy:
            self._margin.scroll(0, dy)
        else:
            self._margin.update(0, area.y(), self._margin.width(), area.height())


def _format(said: Said) -> QTextCharFormat:
    look = QTextCharFormat()
    match said:
        case Said.COMMAND:
            look.setFontWeight(BOLD)
        case Said.ERROR:
            look.setForeground(tokens().bad)
        case Said.NOTE:
            look.setForeground(tokens().ink2)
        case Said.OUTPUT:
            look.setFontWeight(REGULAR)
    return look
