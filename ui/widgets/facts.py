"""Named facts: small label over value, side by side, or label left and value right."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from ui.paint import scaled
from ui.theme import BOLD
from ui.widgets.buttons import Button
from ui.widgets.flow import Flow
from ui.widgets.labels import Label, meta
from ui.widgets.layout import clear, column, panel

Value = str | QWidget
Fact = tuple[str, Value]
_LEAST = 80
"""What is left of the title of a section in a narrow place, in pixels at 100 %."""


def _shown(value: Value, *, wrap: bool) -> QWidget:
    return Label(value, wrap=wrap).make_selectable() if isinstance(value, str) else value


class FactStrip(Flow):
    """Facts side by side, each with its small label above: State, Type, Risk, Window, Hosts.

    Where there is no room for all of them, the last ones stand on another line.
    """

    def __init__(self, facts: Sequence[Fact] = ()) -> None:
        super().__init__(gap=24, line_gap=6)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show other facts; a value is a text or a widget such as a badge."""
        self.set_items([_fact(label, value) for label, value in facts])


def _fact(label: str, value: Value) -> QWidget:
    return panel(column(meta(label), _shown(value, wrap=False), gap=2))


class KeyValues(QWidget):
    """Facts one below the other: label left, value beside it."""

    def __init__(self, facts: Sequence[Fact] = (), *, label_width: int = 0) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, label_width)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show other facts; a value is a text or a widget such as a badge."""
        clear(self._grid)
        for line, (label, value) in enumerate(facts):
            self._grid.addWidget(Label(label, tone="ink2"), line, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(_shown(value, wrap=True), line, 1)


class SectionTitle(QWidget):
    """A title with a quiet note beside it and something at the right, such as a link."""

    def __init__(self, text: str, note: str = "", end: QWidget | None = None) -> None:
        super().__init__()
        self._title = Label(text, weight=BOLD, wrap=True)
        self._note = Label(note, tone="ink2", wrap=True)
        self._end = end
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._note, 1)
        if end is not None:  # the note wraps before what stands at the right is cut off
            policy = end.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Minimum)
            end.setSizePolicy(policy)
            layout.addWidget(end)
        if isinstance(end, Button):
            end.setAccessibleName(f"{text}: {end.text()}")

    def minimumSizeHint(self) -> QSize:
        """As narrow as what stands at the right, with room for a word beside it."""
        end = self._end.minimumSizeHint().width() if self._end is not None else 0
        return QSize(end + scaled(_LEAST), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the title its line, as far as there is room for one."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Follow what became wider or narrower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        end = self._end.minimumSizeHint().width() + 8 if self._end is not None else 0
        whole = self._title.fontMetrics().horizontalAdvance(self._title.text()) + 1
        self._title.setMinimumWidth(max(0, min(whole, self.width() - end - 8)))

    def set_text(self, text: str) -> None:
        """Show another title."""
        self._title.setText(text)

    def set_note(self, note: str) -> None:
        """Show another note."""
        self._note.setText(note)
