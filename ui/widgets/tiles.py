"""Figures that lead somewhere: KPI tiles in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from ui import icons
from ui.paint import Painted, Style, by_keyboard, focus_ring, line_height, vline, write
from ui.theme import BODY, BOLD, FIGURE, SMALL, tokens

_LABEL, _FIGURE, _SHARE = Style("ink2", SMALL), Style("ink", FIGURE, BOLD), Style("ink2", BODY)
_PAD, _MARK = 16, 16


class Trend(Enum):
    """Where a figure moved; the value is an icon."""

    NONE = ""
    UP = "arrow-up"
    DOWN = "arrow-down"
    SAME = "arrow-right"
    WATCH = "triangle-alert"


@dataclass(frozen=True, slots=True)
class Kpi:
    """What a tile shows: "Clean success", "85 %", "17 of 20", "up from 15 of 19"."""

    label: str
    figure: str
    share: str = ""
    note: str = ""
    trend: Trend = Trend.NONE
    target: str = ""
    """What a click opens; the tile gives it back. Empty when it leads nowhere."""

    @property
    def sentence(self) -> str:
        """All of it, as it is spoken."""
        return ", ".join(part for part in (self.label, self.figure, self.share, self.note) if part)


class KpiTile(Painted):
    """One figure; a click opens the list behind it."""

    clicked = Signal(str)

    def __init__(self, kpi: Kpi, *, first: bool = False) -> None:
        super().__init__()
        self._first, self._rows = first, 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_kpi(kpi)

    def set_kpi(self, kpi: Kpi) -> None:
        """Show another figure."""
        self._kpi = kpi
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if kpi.target else Qt.FocusPolicy.NoFocus)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if kpi.target else Qt.CursorShape.ArrowCursor
        )
        self.say(kpi.sentence)

    def set_first(self, *, first: bool) -> None:
        """Say whether it stands at the left edge, where no line belongs."""
        self._first = first
        self.update()

    def rows_for(self, width: float) -> int:
        """Return how many lines the note takes in a tile of a width, at least one."""
        return max(1, len(self._note_lines(width)))

    def set_rows(self, rows: int) -> None:
        """Leave room for so many lines of the note."""
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Label, figure and note, one below the other."""
        width = _FIGURE.width(self._kpi.figure) + _SHARE.width(self._kpi.share) + 2 * _PAD + 8
        height = (1 + self._rows) * line_height(_LABEL) + round(_FIGURE.metrics().height()) + 12
        return QSize(round(max(width, 120)), round(height))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens what is behind the figure."""
        if self._kpi.target and self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self._kpi.target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens what is behind the figure."""
        if self._kpi.target and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.clicked.emit(self._kpi.target)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw label, figure, share and note."""
        painter, look = QPainter(self), tokens()
        left = 0 if self._first else _PAD
        if not self._first:
            vline(painter, 0, 2, self.height() - 2, look.line)
        small, tall = line_height(_LABEL), round(_FIGURE.metrics().height())
        width = self._room(self.width())
        write(painter, QRectF(left, 2, width - 20, small), self._kpi.label, _LABEL)
        if self._kpi.target:
            icons.draw(painter, "chevron-right", self.width() - 24, 2, look.ink2)
        area = QRectF(left, small + 4, width, tall)
        used = write(painter, area, self._kpi.figure, _FIGURE)
        if self._is_beside(width):
            self._paint_share(painter, area, used + 8)
        for place, line in enumerate(self._note_lines(self.width()) or [""]):
            top = small + tall + 8 + place * small
            self._paint_note(painter, QRectF(left, top, width, small), line, first=not place)
        if by_keyboard(self):
            focus_ring(painter, QRectF(self.rect()))

    def _room(self, width: float) -> float:
        return width - (0 if self._first else _PAD) - 8

    def _is_beside(self, room: float) -> bool:
        """Whether what is counted from stands beside the figure; else it begins the note."""
        used = _FIGURE.width(self._kpi.figure) + 8 + _SHARE.width(self._kpi.share)
        return used <= room

    def _note_lines(self, width: float) -> list[str]:
        """Return the note in as many lines as keep each of its figures whole."""
        room = self._room(width)
        told = ("" if self._is_beside(room) else self._kpi.share, self._kpi.note)
        note = ", ".join(part for part in told if part)
        room -= _MARK if self._kpi.trend is not Trend.NONE else 0
        lines: list[str] = []
        for part in note.split(", ") if note else ():
            longer = f"{lines[-1]}, {part}" if lines else part
            if lines and _LABEL.width(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
        return lines

    def _paint_share(self, painter: QPainter, area: QRectF, left: float) -> None:
        """Write what it is counted from on the line of the figure."""
        metrics = _FIGURE.metrics()
        baseline = area.center().y() - metrics.height() / 2 + metrics.ascent()
        place = QRectF(area.left() + left, baseline - _SHARE.metrics().ascent(),
                       area.width() - left, _SHARE.metrics().height())  # fmt: skip
        write(painter, place, self._kpi.share, _SHARE)

    def _paint_note(self, painter: QPainter, area: QRectF, note: str, *, first: bool) -> None:
        tone = "watch" if self._kpi.trend is Trend.WATCH else "ink2"
        if self._kpi.trend is not Trend.NONE and first:
            color = tokens().named(tone if tone == "watch" else "ink")
            icons.draw(
                painter, self._kpi.trend.value, area.left(), area.center().y() - 6, color, 12
            )
        area = area.adjusted(_MARK if self._kpi.trend is not Trend.NONE else 0, 0, 0, 0)
        write(painter, area, note, Style(tone, SMALL))


def _give_room(tiles: Sequence[KpiTile], width: float) -> None:
    """Give all tiles of a width the lines that the longest note takes."""
    rows = max((tile.rows_for(width) for tile in tiles), default=1)
    for tile in tiles:
        tile.set_rows(rows)


class TileGrid(QWidget):
    """Tiles in lines of six, or of three where there is less room; all of one width."""

    clicked = Signal(str)
    WIDE, NARROW = 6, 3
    LEAST = 176
    """Below this width a tile cannot say what it must."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(0)
        self._layout.setVerticalSpacing(20)
        self._tiles: list[KpiTile] = []
        self._columns = 0

    def set_kpis(self, kpis: Sequence[Kpi]) -> None:
        """Show figures; tiles are kept when their number stays the same."""
        if len(kpis) != len(self._tiles):
            for tile in self._tiles:
                self._layout.removeWidget(tile)
                tile.deleteLater()
            self._tiles, self._columns = [KpiTile(kpi) for kpi in kpis], 0
            for tile in self._tiles:
                tile.clicked.connect(self.clicked)
        for tile, kpi in zip(self._tiles, kpis, strict=True):
            tile.set_kpi(kpi)
        self._lay_out()

    def minimumSizeHint(self) -> QSize:
        """Three tiles beside each other."""
        return QSize(self.NARROW * 120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take fewer columns where there is less room."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        wide = self.width() >= self.WIDE * self.LEAST
        columns = self.WIDE if wide else self.NARROW
        if columns != self._columns:
            self._arrange(columns)
        _give_room(self._tiles, self.width() / columns)

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        for position, tile in enumerate(self._tiles):
            tile.set_first(first=not position % columns)
            self._layout.addWidget(tile, position // columns, position % columns)
        for at in range(self.WIDE):
            self._layout.setColumnStretch(at, int(at < columns))


class TileRow(QWidget):
    """Tiles of equal width with a line between them."""

    clicked = Signal(str)

    def __init__(self, kpis: Sequence[Kpi] = ()) -> None:
        super().__init__()
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._tiles: list[KpiTile] = []
        self.set_kpis(kpis)

    def set_kpis(self, kpis: Sequence[Kpi]) -> None:
        """Show figures; tiles are kept when their number stays the same."""
        if len(kpis) == len(self._tiles):
            for tile, kpi in zip(self._tiles, kpis, strict=True):
                tile.set_kpi(kpi)
            self._give_room()
            return
        for tile in self._tiles:
            self._layout.removeWidget(tile)
            tile.deleteLater()
        self._tiles = [KpiTile(kpi, first=not position) for position, kpi in enumerate(kpis)]
        for tile in self._tiles:
            tile.clicked.connect(self.clicked)
            self._layout.addWidget(tile, 1)
        self._give_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let notes take another line where there is less room."""
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        _give_room(self._tiles, self.width() / max(1, len(self._tiles)))
