"""One tab of a change: scrolls, shows the view it is given, saves through `Editing`."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QLayout, QScrollArea, QVBoxLayout, QWidget

from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.saving import Section
from ui.slices import Slices
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


class Part(QWidget):
    """A part of a tab that has nothing to save, or sees to it by itself."""

    def show_view(self, view: ChangeView) -> None:
        """Show a change; subclasses do it."""


PartType = TypeVar("PartType", bound=Section | Part)
SectionType = TypeVar("SectionType", bound=Section)


class Tab(QWidget):
    """The base of every tab; subclasses add widgets to ``body`` and override `show_view`.

    A long tab builds what is seen first at once, and leaves the rest to `build_later`.
    """

    def __init__(self, editing: Editing, *, scrolls: bool = True) -> None:
        super().__init__()
        self.editing = editing
        self.sections: list[Section] = []
        self._parts: list[Part] = []
        self._shown: ChangeView | None = None
        self._stretched = 0
        self._later = Slices(self)
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

    @property
    def ready(self) -> bool:
        """Whether all of it is built."""
        return not self._later.busy

    def build_later(self, *pieces: Callable[[], object]) -> None:
        """Build the rest of the tab a piece at a time; each adds what it makes to the end."""
        self._later.add(*pieces)

    def add_section(self, section: SectionType) -> SectionType:
        """Add a part that saves itself; the first one says why all are locked."""
        section.tells_lock = not self.sections
        self.own(section)
        return self.add_part(section)

    def add_part(self, part: PartType) -> PartType:
        """Add a part to the end, and show it the change that is shown."""
        self.body.insertWidget(self.body.count() - self._stretched, part)
        if self._shown is not None:
            part.show_view(self._shown)
        if isinstance(part, Part):
            self._parts.append(part)
        return part

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
        self._stretched = 1

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._shown = view
        for section in self.sections:
            section.show_view(view)
        for part in self._parts:
            part.show_view(view)

    def flush(self) -> None:
        """Save what was typed, before something else is shown."""
        for section in self.sections:
            section.flush()
