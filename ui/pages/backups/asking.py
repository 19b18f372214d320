"""Asking for one line before something is done."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from ui.widgets.buttons import Button
from ui.widgets.fields import LineField
from ui.widgets.layout import Card, add_layout, row


class LineAsk(Card):
    """A field with its button; Return presses it."""

    answered = Signal(str)

    def __init__(self, label: str, hint: str, verb: str, *, secret: bool = False) -> None:
        super().__init__()
        self.field = LineField(label, hint, secret=secret)
        self.button = Button(verb)
        self.button.clicked.connect(self._on_go)
        self.field.line.returnPressed.connect(self._on_go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        add_layout(layout, row(None, self.button))

    def take_focus(self) -> None:
        """Put the keyboard into the field."""
        self.field.line.setFocus()

    @Slot()
    def _on_go(self) -> None:
        self.answered.emit(self.field.value)
