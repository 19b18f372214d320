"""A form: fields on a grid of as many columns as there is room for."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.widgets.fields import Field


class Form(QWidget):
    """Fields on a grid; errors of a refused save go to their fields.

    It has the columns it is made with, or as many fewer as leave what stands in them whole.
    """

    edited = Signal()

    def __init__(self, columns: int = 1) -> None:
        super().__init__()
        self._most = self._columns = columns
        self._place = 0
        self._fields: dict[str, Field] = {}
        self._placed: list[tuple[QWidget, bool]] = []
        self._closed = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)

    def add(self, name: str, field: Field, *, wide: bool = False) -> Field:
        """Add a field at the next place; a wide one takes the whole line."""
        self._fields[name] = field
        field.edited.connect(self.edited)
        self.place(field, wide=wide)
        return field

    def place(self, widget: QWidget, *, wide: bool = False) -> None:
        """Put something that is no field at the next place."""
        self._placed.append((widget, wide))
        self._put(widget, wide=wide)

    def close_ranks(self) -> None:
        """Leave no gaps where fields are hidden; the order stays."""
        self._closed = True
        self._lay()

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest field, one below the other."""
        shown = [widget for widget, _wide in self._placed if not widget.isHidden()]
        least = (max(one.minimumSizeHint().width(), one.minimumWidth()) for one in shown)
        return QSize(max(least, default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have as many columns as there is room for."""
        super().resizeEvent(event)
        self._fold()

    def event(self, event: QEvent) -> bool:
        """Follow fields that became wider or narrower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold()
        return super().event(event)

    def _fold(self) -> None:
        gap = self._grid.horizontalSpacing()
        narrow = [one for one, wide in self._placed if not wide and not one.isHidden()]
        whole = max((_whole_width(one) for one in narrow), default=0) + gap
        columns = max(1, min(self._most, (self.width() + gap) // max(whole, 1)))
        if columns != self._columns:
            self._columns = columns
            for column in range(self._most):
                self._grid.setColumnStretch(column, int(column < columns))
            self._lay()

    def _lay(self) -> None:
        for widget, _wide in self._placed:
            self._grid.removeWidget(widget)
        self._place = 0
        for widget, wide in self._placed:
            if not (self._closed and widget.isHidden()):
                self._put(widget, wide=wide)

    def _put(self, field: QWidget, *, wide: bool) -> None:
        if wide and self._place % self._columns:
            self._place += self._columns - self._place % self._columns
        line, column = divmod(self._place, self._columns)
        span = self._columns if wide else 1
        self._grid.addWidget(field, line, column, 1, span, Qt.AlignmentFlag.AlignTop)
        self._place += span

    def set_errors(self, errors: dict[str, str]) -> None:
        """Show errors by field name, take all others back, and go to the first one."""
        for name, field in self._fields.items():
            field.set_error(errors.get(name, ""))
        for name, field in self._fields.items():
            if errors.get(name):
                field.setFocus()
                return


def _whole_width(widget: QWidget) -> int:
    least = widget.whole_width if isinstance(widget, Field) else widget.minimumSizeHint().width()
    return max(least, widget.minimumWidth())
