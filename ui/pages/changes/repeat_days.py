"""On which days after the work a change is measured again, as one line that is typed."""

import re

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change, ChangeState
from app.i18n import _
from app.services.metric.benefits import days_text
from ui.widgets.fields import LineField

_WIDTH = 380
_NEVER = (ChangeState.CANCELED, ChangeState.REJECTED)
_DAY = re.compile(r"(\d{1,5})\s*(?:d|days?)?")
_BETWEEN = re.compile(r"[,;]|\s+(?=\d)")


class RepeatDays(QWidget):
    """A field that gives its days once it is left, or Enter is pressed."""

    agreed = Signal(object)  # tuple of days

    def __init__(self) -> None:
        super().__init__()
        self.field = LineField(
            _("Days after the work"),
            _("Such as 7, 30, 90. Nothing for never. A day that has come stays."),
            placeholder=_("never"),
        )
        self.setMaximumWidth(_WIDTH)
        self._shown = ""
        self._change = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field)
        self.field.line.editingFinished.connect(self._on_left)

    def show_change(self, change: Change) -> None:
        """Show the days of a change; what is being typed stays."""
        shown = ", ".join(str(count) for count in sorted(set(change.benefit_days)))
        fresh = change.id != self._change or shown != self._shown
        self._change, self._shown = change.id, shown
        if fresh or not self.field.line.hasFocus():
            self.field.set_value(shown)
            self.field.set_error("")
        off = change.backed_out or change.state in _NEVER
        self.field.line.setReadOnly(off)
        self.field.setAccessibleDescription(days_text(change.benefit_days))

    @Slot()
    def _on_left(self) -> None:
        text = self.field.value
        if text == self._shown or self.field.line.isReadOnly():
            self.field.set_error("")
            return
        days = typed_days(text)
        if days is None:
            self.field.set_error(_("Write numbers of days, such as 7, 30, 90."))
            return
        self.field.set_error("")
        self.agreed.emit(days)


def typed_days(text: str) -> tuple[int, ...] | None:
    """Read days as people write them, such as “7, 30, 90” or “7 d 30 d”; None for what is none."""
    parts = [part.strip() for part in _BETWEEN.split(text)]
    found = [_DAY.fullmatch(part) for part in parts if part]
    if not all(found):
        return None
    return tuple(sorted({int(day[1]) for day in found if day}))
