"""Plain text in the type styles of the design; what it shows is never read as markup."""

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.format import literal, tip
from ui.paint import Style, line_height, write
from ui.theme import BODY, BOLD, LARGE, REGULAR, SMALL, TITLE, font, tokens
from ui.widgets.marking import Marking

_Laid = dict[tuple[str, int, Qt.AlignmentFlag], tuple[QTextLayout, list[float]]]
"""Lines with their tops, by what was laid out: text, width, side."""
_KEPT = 4
"""While a page finds its shape a label is asked for several widths, again and again."""


class Label(QLabel):
    """A text in one style. ``tone`` is a token: ink, ink2, ink3, accent, good, watch, bad."""

    def __init__(
        self,
        text: str = "",
        *,
        size: int = BODY,
        weight: int = REGULAR,
        tone: str = "ink",
        wrap: bool = False,
        mono: bool = False,
    ) -> None:
        super().__init__()
        self._style = (size, weight, mono)
        self._tone = tone
        self._laid: _Laid = {}
        self._elides = False
        self.marking: Marking | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self._dress()
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        if self._tone != tone:
            self._tone = tone
            self.update()

    def set_weight(self, weight: int) -> None:
        """Change how bold it is."""
        self._style = (self._style[0], weight, self._style[2])
        self._dress()

    def make_selectable(self) -> "Label":
        """Let the text be marked and copied; it is no stop on the way of the Tab key."""
        self.marking = Marking(self)
        return self

    def make_eliding(self) -> "Label":
        """Let one line give way: what finds no room ends in an ellipsis, and stands in the tip."""
        self._elides = True
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return self

    def setText(self, text: str) -> None:
        """Show another text, literally."""
        text = literal(text)
        super().setText(text)
        if self.marking is not None:
            self.marking.mark(0, 0)
        if self._elides:
            self.setToolTip(tip(text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scale of the application's font."""
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._dress()
        super().changeEvent(event)

    def heightForWidth(self, width: int) -> int:
        """Count lines at the design's distance, which Qt's own label does not know."""
        if not self.wordWrap():
            return super().heightForWidth(width)
        return max(1, len(self._lines(width)[1])) * self._pitch

    def sizeHint(self) -> QSize:
        """As Qt's, but with the height of our lines where the lines are ours."""
        hint = super().sizeHint()
        if self.wordWrap() or self.marking is not None:
            hint.setHeight(max(1, len(self._lines(hint.width())[1])) * self._pitch)
        return hint

    def minimumSizeHint(self) -> QSize:
        """Text that wraps may become narrow."""
        if self.wordWrap():
            return QSize(40, self._pitch)
        return super().minimumSizeHint() if self.marking is None else self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text; running text at the design's distance of lines."""
        if self._elides:
            size, weight, mono = self._style
            style = Style(self._tone, size, weight, mono)
            write(QPainter(self), self.rect().toRectF(), self.text(), style)
            return
        painter = QPainter(self)
        painter.setPen(tokens().named(self._tone))
        if not self.wordWrap() and self.marking is None:
            painter.drawText(self.contentsRect(), int(self.alignment()), self.text())
            return
        layout, _tops = self._lines(self.width())
        layout.draw(painter, QPointF(0, self._top), self.marking.drawn() if self.marking else [])

    def place_at(self, point: QPointF) -> int:
        """Return the place in the text, in UTF-16 code units, that is nearest to a point."""
        layout, tops = self._lines(self.width())
        down = point.y() - self._top
        number = min(max(int(down // self._pitch), 0), len(tops) - 1)
        return layout.lineAt(number).xToCursor(point.x()) if tops else 0

    @property
    def _top(self) -> int:
        """Where the first line begins: all lines stand in the middle."""
        used = len(self._lines(self.width())[1]) * self._pitch
        return max(0, (self.height() - used) // 2)

    @property
    def _pitch(self) -> int:
        size, weight, mono = self._style
        return round(line_height(Style(size=size, weight=weight, mono=mono)))

    def _lines(self, width: int) -> tuple[QTextLayout, list[float]]:
        key = (self.text(), width, self.alignment())
        if key not in self._laid:
            if len(self._laid) >= _KEPT:
                del self._laid[next(iter(self._laid))]
            self._laid[key] = self._lay(width)
        return self._laid[key]

    def _lay(self, width: int) -> tuple[QTextLayout, list[float]]:
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        modes = QTextOption.WrapMode
        option.setWrapMode(modes.WrapAtWordBoundaryOrAnywhere if self.wordWrap() else modes.NoWrap)
        layout.setTextOption(option)
        tops: list[float] = []
        pitch = self._pitch
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            tops.append(len(tops) * pitch + (pitch - line.height()) / 2)
            line.setPosition(QPointF(0, tops[-1]))
        layout.endLayout()
        return layout, tops

    def _dress(self) -> None:
        self._laid = {}
        size, weight, mono = self._style
        self.setFont(font(size, weight, mono=mono))
        self.setMinimumHeight(self._pitch)


def title(text: str = "") -> Label:
    """Return a page title."""
    return Label(text, size=TITLE, weight=BOLD)


def panel_title(text: str = "") -> Label:
    """Return the title of a detail panel."""
    return Label(text, size=LARGE, weight=BOLD)


def body(text: str = "", tone: str = "ink") -> Label:
    """Return running text that wraps."""
    return Label(text, tone=tone, wrap=True)


def quiet(text: str = "") -> Label:
    """Return secondary text on one line."""
    return Label(text, tone="ink2")


def meta(text: str = "", tone: str = "ink2") -> Label:
    """Return a small label."""
    return Label(text, size=SMALL, tone=tone)


def mono(text: str = "", size: int = BODY, *, wrap: bool = False) -> Label:
    """Return a name or a hash in the fixed-width type; it can be marked and copied."""
    return Label(text, size=size, mono=True, wrap=wrap).make_selectable()


def spoken(widget: QWidget, sentence: str) -> QWidget:
    """Give a widget the sentence a screen reader says, and return it."""
    widget.setAccessibleName(sentence)
    return widget
