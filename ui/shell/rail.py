"""The navigation rail: brand, search, the pages in groups with their counts, the user."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.paths import NAME
from ui import icons
from ui.format import tip
from ui.navigation import Place
from ui.pages import PageEntry
from ui.paint import RIGHT, Painted, Style, by_keyboard, focus_ring, scaled, vline, write
from ui.theme import BODY, BOLD, LARGE, REGULAR, SMALL, mix, tokens
from ui.widgets.layout import Line
from ui.widgets.search import draw_key

WIDTH = 200
_NARROW = 52
"""With icons alone."""
_ROOMY = 880
"""A window must be as wide as this, at the design size of the type, for names beside icons."""
_INSET = 8
_GIVES_WAY = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
"""In a low window for the size of the type, all parts of the rail come closer."""


def _has_names(part: QWidget) -> bool:
    """Whether a part of the rail is wide enough for words."""
    return part.width() > scaled(WIDTH) / 2


def _draw_icon(painter: QPainter, part: QWidget, icon: str, x: float, color: QColor) -> float:
    """Draw the icon of a part, in its middle where it stands alone; return where words begin."""
    side = scaled(icons.SIZE)
    left = scaled(x) if _has_names(part) else (part.width() - side) / 2
    icons.draw(painter, icon, left, (part.height() - side) / 2, color, side)
    return left + side + scaled(9)


class _Item(QAbstractButton):
    """One page: icon, name, count."""

    def __init__(self, entry: PageEntry) -> None:
        super().__init__()
        self.page = entry.id
        self._icon, self._count = entry.icon, ""
        self.setText(_(entry.title))
        self.setCheckable(True)
        self.setAccessibleName(_(entry.title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(_GIVES_WAY)

    def set_count(self, text: str) -> None:
        self._count = text
        self.setAccessibleName(f"{self.text()}, {text}" if text else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style().metrics().height()) + 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(Style().metrics().height()) + 4)

    def nextCheckState(self) -> None:
        """Being shown is decided by where the user is, not by a click."""

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.focusNextChild() if step > 0 else self.focusPreviousChild()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_INSET, 0, -_INSET, 0)
        on = self.isChecked()
        if on or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            fill = mix(look.raised, look.accent, 0.16 if look.dark else 0.09)
            painter.setBrush(fill if on else look.sunken)
            painter.drawRoundedRect(box, 6, 6)
        color = look.accent if on else look.ink2
        begin = _draw_icon(painter, self, self._icon, _INSET + 9, color)
        if _has_names(self):
            words = Style("ink" if on else "ink2", BODY, BOLD if on else REGULAR)
            inner = box.adjusted(begin - _INSET, 0, -8, 0)
            write(painter, inner, self._count, Style("ink2", SMALL), RIGHT)
            count = Style(size=SMALL).width(self._count) + 4 if self._count else 0
            write(painter, inner.adjusted(0, 0, -count, 0), self.text(), words)
        if by_keyboard(self):
            focus_ring(painter, box)


class _Brand(Painted):
    """The sign and the name of the program."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(_GIVES_WAY)
        self.say(NAME)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style(size=LARGE).metrics().height()) + 38)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(Style(size=LARGE).metrics().height()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        side, style = scaled(18), Style("ink", LARGE, BOLD)
        middle = self.height() / 2 + (3 if self.height() > 2 * side else 0)
        left = scaled(16) if _has_names(self) else (self.width() - side) / 2
        icons.draw(painter, "brand", left, middle - side / 2, look.ink, side)
        if _has_names(self):
            begin, high = left + side + scaled(10), style.metrics().height() + 4
            area = QRectF(begin, middle - high / 2, self.width() - begin - 8, high)
            write(painter, area, NAME, style)


class _SearchBox(QAbstractButton):
    """Looks like a field and opens the command palette."""

    def __init__(self) -> None:
        super().__init__()
        self.setText(_("Search, run"))
        self.setAccessibleName(_("Search or run a command, Ctrl K"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(_GIVES_WAY)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style().metrics().height()) + 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(Style().metrics().height()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_INSET + 0.5, 0.5, -_INSET - 0.5, -0.5)
        painter.setPen(look.line)
        painter.setBrush(look.surface)
        painter.drawRoundedRect(box, 6, 6)
        begin = _draw_icon(painter, self, "search", _INSET + 8, look.ink2)
        if _has_names(self):
            key, high = Style(size=SMALL).width("Ctrl K") + 10, scaled(18)
            place = QRectF(box.right() - key - 8, box.center().y() - high / 2, key, high)
            draw_key(painter, place, "Ctrl K")
            inner = box.adjusted(begin - _INSET, 0, -key - 12, 0)
            write(painter, inner, self.text(), Style("ink2", BODY))
        if by_keyboard(self):
            focus_ring(painter, box)


class _User(Painted):
    """Who is working here."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(_GIVES_WAY)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style().metrics().height()) + 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(Style().metrics().height()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        begin = _draw_icon(painter, self, "user", _INSET + 9, tokens().ink2)
        if _has_names(self):
            area = QRectF(begin, 0, self.width() - begin - 8, self.height())
            write(painter, area, self.accessibleName(), Style())


class Rail(QWidget):
    """The pages of the window; a click asks for one.

    Where the window is narrow for the size of the type, icons stand alone, and tips name them.
    """

    wanted = Signal(str)  # page id
    searched = Signal()

    def __init__(self, entries: Sequence[PageEntry]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._items = {entry.id: _Item(entry) for entry in entries}
        self._user = _User()
        self._search = search = _SearchBox()
        self._whole = WIDTH * 100
        search.clicked.connect(self.searched)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addWidget(_Brand())
        layout.addWidget(search)
        group = None
        for entry in entries:
            layout.addSpacing(12 if entry.group != group else 0)
            group = entry.group
            item = self._items[entry.id]
            item.clicked.connect(self._on_clicked)
            layout.addWidget(item)
        layout.addStretch(1)
        layout.addWidget(Line())
        layout.addWidget(self._user)

    @property
    def has_names(self) -> bool:
        """Whether the names of the pages stand beside their icons."""
        return self._whole >= scaled(_ROOMY)

    def follow(self, window: QWidget) -> None:
        """Be as narrow as the room in this window asks for, from now on."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again when the window has another size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.fit(watched.width())
        return super().eventFilter(watched, event)

    def fit(self, whole: int) -> None:
        """Show names or icons alone, as a window of this width in pixels has room for."""
        self._whole = whole
        for item in self._items.values():
            item.setToolTip(tip("" if self.has_names else item.accessibleName()))
        self._search.setToolTip(tip("" if self.has_names else self._search.accessibleName()))
        self._user.setToolTip(tip("" if self.has_names else self._user.accessibleName()))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """200 wide at the design size; a column of icons where there is no room."""
        return QSize(scaled(WIDTH if self.has_names else _NARROW), 400)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the type."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.fit(self._whole)

    def set_user(self, name: str) -> None:
        """Show who is working here."""
        self._user.say(name)
        self.fit(self._whole)

    @Slot(str, str)
    def set_count(self, page: str, text: str) -> None:
        """Show a count beside a page."""
        if page in self._items:
            self._items[page].set_count(text)
            self.fit(self._whole)

    @Slot(object)
    def show_place(self, place: Place) -> None:
        """Mark the page the user is on."""
        for page, item in self._items.items():
            item.setChecked(page == place.page)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the rail and draw its edge."""
        painter, look = QPainter(self), tokens()
        painter.fillRect(self.rect(), look.raised)
        vline(painter, self.width() - 1, 0, self.height(), look.line)

    @Slot()
    def _on_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _Item):
            self.wanted.emit(item.page)
