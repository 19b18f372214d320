"""The navigation rail: brand, search, the pages in groups with their counts, the user."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.paths import NAME
from ui import icons
from ui.navigation import Place
from ui.pages import PageEntry
from ui.paint import RIGHT, Painted, Style, by_keyboard, focus_ring, vline, write
from ui.theme import BODY, BOLD, LARGE, REGULAR, SMALL, mix, tokens
from ui.widgets.layout import Line
from ui.widgets.search import draw_key

WIDTH = 200
_INSET = 8


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
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_count(self, text: str) -> None:
        self._count = text
        self.setAccessibleName(f"{self.text()}, {text}" if text else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style().metrics().height()) + 16)

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
        icons.draw(painter, self._icon, box.left() + 9, box.center().y() - 8, color)
        words = Style("ink" if on else "ink2", BODY, BOLD if on else REGULAR)
        inner = box.adjusted(34, 0, -8, 0)
        write(painter, inner, self._count, Style("ink2", SMALL), RIGHT)
        count = Style(size=SMALL).width(self._count) + 4 if self._count else 0
        write(painter, inner.adjusted(0, 0, -count, 0), self.text(), words)
        if by_keyboard(self):
            focus_ring(painter, box)


class _Brand(Painted):
    """The sign and the name of the program."""

    def __init__(self) -> None:
        super().__init__()
        self.say(NAME)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style(size=LARGE).metrics().height()) + 38)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        middle = self.height() / 2 + 3
        icons.draw(painter, "brand", 16, middle - 9, look.ink, 18)
        area = QRectF(44, middle - 12, self.width() - 52, 24)
        write(painter, area, NAME, Style("ink", LARGE, BOLD))


class _SearchBox(QAbstractButton):
    """Looks like a field and opens the command palette."""

    def __init__(self) -> None:
        super().__init__()
        self.setText(_("Search, run"))
        self.setAccessibleName(_("Search or run a command, Ctrl K"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style().metrics().height()) + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_INSET + 0.5, 0.5, -_INSET - 0.5, -0.5)
        painter.setPen(look.line)
        painter.setBrush(look.surface)
        painter.drawRoundedRect(box, 6, 6)
        icons.draw(painter, "search", box.left() + 8, box.center().y() - 8, look.ink2)
        key = Style(size=SMALL).width("Ctrl K") + 10
        draw_key(painter, QRectF(box.right() - key - 8, box.center().y() - 9, key, 18), "Ctrl K")
        inner = box.adjusted(33, 0, -key - 12, 0)
        write(painter, inner, self.text(), Style("ink2", BODY))
        if by_keyboard(self):
            focus_ring(painter, box)


class _User(Painted):
    """Who is working here."""

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, round(Style().metrics().height()) + 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.draw(painter, "user", 17, self.height() / 2 - 8, tokens().ink2)
        area = QRectF(42, 0, self.width() - 50, self.height())
        write(painter, area, self.accessibleName(), Style())


class Rail(QWidget):
    """The pages of the window; a click asks for one."""

    wanted = Signal(str)  # page id
    searched = Signal()

    def __init__(self, entries: Sequence[PageEntry]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._items = {entry.id: _Item(entry) for entry in entries}
        self._user = _User()
        search = _SearchBox()
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

    def sizeHint(self) -> QSize:
        """200 wide at the design size."""
        return QSize(round(WIDTH * Style().metrics().height() / 16), 400)

    def set_user(self, name: str) -> None:
        """Show who is working here."""
        self._user.say(name)

    @Slot(str, str)
    def set_count(self, page: str, text: str) -> None:
        """Show a count beside a page."""
        if page in self._items:
            self._items[page].set_count(text)

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
