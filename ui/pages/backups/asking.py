"""Asking before something is done: where it is asked, and for one line."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.i18n import _
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import LineField
from ui.widgets.layout import Card, add_layout, clear, row, tab_after


class LineAsk(Card):
    """A field with its button; Return presses it, and there is always a way out."""

    answered = Signal(str)
    left = Signal()

    def __init__(self, label: str, hint: str, verb: str, *, secret: bool = False) -> None:
        super().__init__()
        self.field = LineField(label, hint, secret=secret)
        self.button = Button(verb, Kind.PRIMARY)
        cancel = Button(_("Cancel"))
        cancel.clicked.connect(self.left)
        self.button.clicked.connect(self._on_go)
        self.field.line.returnPressed.connect(self._on_go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        add_layout(layout, row(None, cancel, self.button))

    def take_focus(self) -> None:
        """Put the keyboard into the field."""
        self.field.line.setFocus()

    @Slot()
    def _on_go(self) -> None:
        self.answered.emit(self.field.value)


class Asking(QWidget):
    """A place for one question at a time; whoever leaves it is back where it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.box: QWidget | None = None
        """What asks at the moment."""
        self._opener: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def put(self, box: QWidget) -> None:
        """Ask this; Tab comes to it from the button that asked for it."""
        clear(self._layout)
        self.box = box
        self._layout.addWidget(box)
        self.show()
        if isinstance(focused := self.window().focusWidget(), Button):
            self._opener = focused
            tab_after(focused, box)

    def line(self, label: str, hint: str, verb: str, *, secret: bool = False) -> LineAsk:
        """Ask for one line."""
        box = LineAsk(label, hint, verb, secret=secret)
        box.left.connect(self.leave)
        self.put(box)
        box.take_focus()
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be in sight: what is asked for below stands above."""
        super().resizeEvent(event)
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if self.box is not None and isinstance(area, QScrollArea):
            area.ensureWidgetVisible(self, 0, 24)

    @Slot()
    def leave(self) -> bool:
        """Ask no more; return whether anything was asked."""
        asked, self.box = self.box is not None, None
        clear(self._layout)
        self.hide()
        if asked and self._opener is not None and isValid(self._opener):
            self._opener.setFocus()
        return asked
