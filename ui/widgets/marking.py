"""Marking a part of a label's text with the mouse, and copying it."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTextBoundaryFinder
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPalette,
    QTextCharFormat,
    QTextLayout,
)

from app.i18n import _
from ui.widgets.dressed import popup_menu

if TYPE_CHECKING:
    from ui.widgets.labels import Label

_WORDS = QTextBoundaryFinder.BoundaryType.Word


class Marking(QObject):
    """What is marked of one label, from the place of the press to the place of the pointer.

    Qt's own labels can be marked too, but then break no word that is longer than a line: a path, a
    hash or a command would be cut off. Places are counted as Qt does, in UTF-16 code units.
    """

    def __init__(self, label: "Label") -> None:
        super().__init__(label)
        self._label = label
        self._from = self._to = 0
        label.setCursor(Qt.CursorShape.IBeamCursor)
        label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        label.installEventFilter(self)

    @property
    def text(self) -> str:
        """What is marked; "" where nothing is."""
        first, last = sorted((self._from, self._to))
        units = self._label.text().encode("utf-16-le", "surrogatepass")
        return units[2 * first : 2 * last].decode("utf-16-le", "ignore")

    def drawn(self) -> list[QTextLayout.FormatRange]:
        """Return how the layout is to show it."""
        first, last = sorted((self._from, self._to))
        if first == last:
            return []
        palette = self._label.palette()
        marked, look = QTextLayout.FormatRange(), QTextCharFormat()
        look.setBackground(palette.brush(QPalette.ColorRole.Highlight))
        look.setForeground(palette.brush(QPalette.ColorRole.HighlightedText))
        marked.start, marked.length, marked.format = first, last - first, look
        return [marked]

    def mark(self, first: int, last: int) -> None:
        """Mark from one place to another; the same twice takes the mark away."""
        self._from, self._to = first, last
        self._label.update()

    def copy(self) -> None:
        """Put what is marked on the clipboard."""
        if self.text:
            QGuiApplication.clipboard().setText(self.text)

    def eventFilter(self, _label: QObject, event: QEvent) -> bool:
        """Answer the mouse and the keys to copy and to mark all."""
        match event:
            case QMouseEvent():
                return self._on_mouse(event)
            case QKeyEvent():
                return self._on_key(event)
            case QContextMenuEvent():
                self._open_menu(event.globalPos())
                return True
            case QFocusEvent() if event.type() == QEvent.Type.FocusOut and not _is_for_menu(event):
                self.mark(0, 0)
        return False

    def _on_mouse(self, event: QMouseEvent) -> bool:
        place = self._label.place_at(event.position())
        match event.type():
            case QEvent.Type.MouseButtonPress if _is_left(event):
                self.mark(place, place)
            case QEvent.Type.MouseMove if _is_left(event):
                self.mark(self._from, place)
            case QEvent.Type.MouseButtonDblClick if _is_left(event):
                self._mark_word(place)
            case QEvent.Type.MouseButtonRelease:
                self._offer()
            case _other:
                return False
        return True

    def _on_key(self, event: QKeyEvent) -> bool:
        copies = event.matches(QKeySequence.StandardKey.Copy)
        if not copies and not event.matches(QKeySequence.StandardKey.SelectAll):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the key comes here, whatever it means elsewhere
        elif event.type() == QEvent.Type.KeyPress and copies:
            self.copy()
        elif event.type() == QEvent.Type.KeyPress:
            self.mark(0, self._length)
        return True

    @property
    def _length(self) -> int:
        return len(self._label.text().encode("utf-16-le", "surrogatepass")) // 2

    def _mark_word(self, place: int) -> None:
        finder = QTextBoundaryFinder(_WORDS, self._label.text())
        finder.setPosition(place)
        first = place if finder.isAtBoundary() else finder.toPreviousBoundary()
        finder.setPosition(place)
        last = finder.toNextBoundary()
        self.mark(max(0, first), self._length if last < 0 else last)

    def _offer(self) -> None:
        """Where the middle button pastes, as on X11, let it paste what is marked."""
        clipboard = QGuiApplication.clipboard()
        if self.text and clipboard.supportsSelection():
            clipboard.setText(self.text, QClipboard.Mode.Selection)

    def _open_menu(self, place: QPoint) -> None:
        menu = popup_menu(self._label)
        menu.aboutToHide.connect(menu.deleteLater)
        copy = menu.addAction(_("Copy"), self.copy)
        copy.setEnabled(bool(self.text))
        menu.addAction(_("Mark all"), partial(self.mark, 0, self._length))
        menu.popup(place)


def _is_left(event: QMouseEvent) -> bool:
    left = Qt.MouseButton.LeftButton
    return event.button() == left or bool(event.buttons() & left)


def _is_for_menu(event: QFocusEvent) -> bool:
    return event.reason() == Qt.FocusReason.PopupFocusReason
