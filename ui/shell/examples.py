"""The ways between a window on one's own data and the one on made-up data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.i18n import _
from ui.actions import EXAMPLES, Action
from ui.context import Tools

if TYPE_CHECKING:
    from ui.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Ways:
    """How examples are opened, made anew and left; each returns at once and may raise AppError."""

    show: Callable[[], object]
    renew: Callable[[], object]
    leave: Callable[[], object]
    shown: bool = False
    """Whether this window is to show examples: it says so before they are open."""


class ExampleWays(QObject):
    """Lives beside the window and goes these ways; each is another program with its own window."""

    def __init__(self, tools: Tools, window: "MainWindow", ways: Ways | None) -> None:
        super().__init__(window)
        self._tools, self._window, self._ways = tools, window, ways
        if ways is not None and ways.shown:
            self.mark()

    def mark(self) -> None:
        """Say above every page that the data is made up."""
        if self._window.example is not None:
            return
        bar = self._window.mark_example(leads_away=self._ways is not None)
        bar.left.connect(self.leave)
        bar.renewed.connect(self.renew)

    def offer(self, *, example: bool) -> None:
        """Offer in the palette, and to pages, what leads away from this window."""
        if example:
            self.mark()
        if self._ways is None:
            return
        if example:
            leave = Action("leave", _("Leave the examples"), self.leave, "log-out")
            anew = Action("anew", _("Make the examples anew"), self.renew, "refresh")
            self._tools.actions.add(leave, anew)
        else:
            self._tools.actions.add(
                Action(EXAMPLES, _("Open the example changes"), self.show, "book")
            )

    @Slot()
    def show(self) -> None:
        """Open the examples in a window of their own."""
        if self._ways is not None:
            task = self._tools.tasks.load(self._ways.show)
            task.failed.connect(self._tools.messages.show_error)
            task.succeeded.connect(self._on_shown)

    @Slot()
    def leave(self) -> None:
        """Close this window of examples; the one on one's own data is there, or comes."""
        if self._ways is not None:
            self._end_with(self._ways.leave)

    @Slot()
    def renew(self) -> None:
        """Close this window, and open another one with examples made anew."""
        if self._ways is not None:
            self._end_with(self._ways.renew)

    def _end_with(self, way: Callable[[], object]) -> None:
        task = self._tools.tasks.load(way)
        task.failed.connect(self._tools.messages.show_error)
        task.succeeded.connect(self._on_left)

    @Slot(object)
    def _on_shown(self, _result: object) -> None:
        self._tools.messages.show_done(_("The examples open in a window of their own."))

    @Slot(object)
    def _on_left(self, _result: object) -> None:
        self._window.close()
