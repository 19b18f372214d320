"""One tab of a change: scrolls, shows the view it is given, saves through `Editing`."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QLayout, QScrollArea, QVBoxLayout, QWidget

from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.saving import Section
from ui.widgets.layout import MARGIN, scrolling

BOTTOM = 24


class _RightEdge(QObject):
    """Takes the scroll bar's width out of the right margin, so that nothing moves."""

    def __init__(self, area: QScrollArea, body: QLayout) -> None:
        super().__init__(area)
        self._bar, self._body = area.verticalScrollBar(), body
        self._bar.rangeChanged.connect(self._on_range)

    @Slot(int, int)
    def _on_range(self, _least: int, most: int) -> None:
        margins = self._body.contentsMargins()
        right = MARGIN - (self._bar.sizeHint().width() if most else 0)
        if margins.right() != right:
            margins.setRight(right)
            self._body.setContentsMargins(margins)


def keep_right_edge(area: QScrollArea, body: QLayout) -> None:
    """Keep the right edge of a scrolling body where it is when its scroll bar comes."""
    _RightEdge(area, body)


class Tab(QWidget):
    """The base of every tab; subclasses add widgets to ``body`` and override `show_view`."""

    def __init__(self, editing: Editing, *, scrolls: bool = True) -> None:
        super().__init__()
        self.editing = editing
        self.sections: list[Section] = []
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 16, MARGIN, BOTTOM if scrolls else 0)
        self.body.setSpacing(20)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.area: QScrollArea | None = scrolling(inner) if scrolls else None
        layout.addWidget(self.area or inner)
        if self.area is not None:
            keep_right_edge(self.area, self.body)

    def add_section(self, section: Section) -> Section:
        """Add a part that saves itself; the first one says why all are locked."""
        section.tells_lock = not self.sections
        self.body.addWidget(section)
        return self.own(section)

    def own(self, section: Section) -> Section:
        """Let a part save through this tab, wherever it stands."""
        self.sections.append(section)
        section.stamp = self.editing.stamp
        section.editing = self.editing
        section.wanted.connect(self.editing.save)
        section.joined(self.editing)
        return section

    def end(self) -> None:
        """Keep what there is at the top."""
        self.body.addStretch(1)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        for section in self.sections:
            section.show_view(view)

    def flush(self) -> None:
        """Save what was typed, before something else is shown."""
        for section in self.sections:
            section.flush()
