"""The main window: it hosts pages, and nothing else."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from app.paths import NAME
from ui.changed import Happened, Topic
from ui.context import Tools, UiContext
from ui.messages import Message, Tone
from ui.navigation import Place
from ui.pages import PageEntry
from ui.shell.closing import Closing
from ui.shell.memory import Memory
from ui.shell.preload import load_page
from ui.shell.rail import Rail
from ui.shell.status_bar import StatusBar
from ui.shell.waiting import WaitingPage
from ui.slices import Slices
from ui.widgets.layout import add_layout

if TYPE_CHECKING:
    from ui.shell.example_bar import ExampleBar
    from ui.widgets.page import Page

SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """Rail at the left, pages at the right, status bar below.

    It is shown before the store is open; `attach` then hands over the context, and pages are built
    when they are first wanted.
    """

    attached = Signal()

    def __init__(
        self, tools: Tools, pages: Sequence[PageEntry], memory: Memory, now: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._tools, self._memory = tools, memory
        self._entries = {entry.id: entry for entry in pages}
        self._pages: dict[str, Page] = {}
        self._context: UiContext | None = None
        self._opening = Slices(self)
        self.rail, self.status, self._stack = Rail(pages), StatusBar(now), QStackedWidget()
        self.waiting = WaitingPage()
        self._stack.addWidget(self.waiting)
        self._upper, self._outer = QVBoxLayout(), QVBoxLayout()
        self.example: ExampleBar | None = None
        self._covered = False
        self.closing = Closing(tools, self)
        self.setWindowTitle(NAME)
        self.setCentralWidget(self._frame())
        self._stack.setFocus()
        self.rail.follow(self)
        self.rail.wanted.connect(tools.navigation.go)
        tools.navigation.went.connect(self._on_went)
        tools.navigation.counted.connect(self.rail.set_count)
        tools.messages.posted.connect(self._on_message)
        tools.tasks.started.connect(self.status.follow)
        if not memory.restore_window(self):
            self.resize(*SIZE)
            self._keep_on_screen()

    @property
    def page(self) -> "Page | None":
        """The page in sight, None while the store is being opened."""
        shown = self._stack.currentWidget()
        return next((page for page in self._pages.values() if page is shown), None)

    def at_rest(self) -> bool:
        """Whether the page in sight shows everything it was asked for."""
        return self.page is not None and self.page.ready and not self._opening.busy

    def mark_example(self, *, leads_away: bool) -> "ExampleBar":
        """Say from now on, above every page and in the title, that everything here is made up."""
        from ui.shell.example_bar import ExampleBar  # noqa: PLC0415 - only with example data

        self.example = ExampleBar(leads_away=leads_away)
        self._upper.addWidget(self.example)
        self.status.show_label(_("Example data"))
        self.setWindowTitle(self._titled(""))
        return self.example

    def cover(self, page: QWidget) -> None:
        """Show nothing but this page, not even the name of another one, until `uncover`."""
        self._covered = True
        for part in self._parts:
            part.hide()
        self._outer.insertWidget(0, page, 1000)  # what is hidden keeps its share of 1
        page.show()
        self.setWindowTitle(NAME)

    def uncover(self, page: QWidget) -> None:
        """Show what was there before again."""
        self._covered = False
        page.hide()
        for part in self._parts:
            part.show()
        place = self._tools.navigation.place
        entry = self._entries.get(place.page) if place is not None else None
        self.setWindowTitle(self._titled(_(entry.title) if entry is not None else ""))

    @property
    def _parts(self) -> tuple[QWidget, ...]:
        parts = (self.rail, self._stack, self.status)
        return (*parts, self.example) if self.example is not None else parts

    def _titled(self, page: str) -> str:
        if self._covered:  # a page's name may be a change's
            return NAME
        label = _("Example data") if self.example is not None else ""
        return " – ".join(part for part in (page, label, NAME) if part)

    def attach(self, context: UiContext) -> None:
        """Begin to show pages: what was asked for meanwhile, the last place, or the first page."""
        self._context = context
        self.rail.set_user(context.services.actor)
        context.changed.happened.connect(self._on_changed)
        place = self._first_place()
        context.navigation.go(place.page, place.ref)
        self.attached.emit()

    @property
    def first_page(self) -> PageEntry:
        """The page that is shown first."""
        return self._entries[self._first_place().page]

    def _first_place(self) -> Place:
        for place in (self._tools.navigation.place, self._memory.place):
            if place is not None and place.page in self._entries:
                return place
        return Place(next(iter(self._entries)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember sizes and place; stay while work goes on that nobody was told of."""
        if not self._covered and self.closing.keeps_open():  # a lock hides what would be said
            event.ignore()
            return
        for name, page in self._pages.items():
            self._memory.keep_page(page, name)
        self._memory.keep_window(self, self._tools.navigation.place)
        super().closeEvent(event)

    def _frame(self) -> QWidget:
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addWidget(self._stack, 1)
        frame = QWidget()
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        add_layout(self._outer, self._upper)
        add_layout(self._outer, upper, 1)
        self._outer.addWidget(self.status)
        frame.setLayout(self._outer)
        return frame

    def _keep_on_screen(self) -> None:
        room = QGuiApplication.primaryScreen().availableGeometry()
        size = self.size().boundedTo(room.size())
        self.setGeometry(
            QRect(room.center() - QRect(0, 0, size.width(), size.height()).center(), size)
        )

    @Slot(object)
    def _on_went(self, place: Place) -> None:
        if self._context is None or place.page not in self._entries:
            return
        entry = self._entries[place.page]
        self.rail.show_place(place)
        if entry.is_loaded:
            self._arrive(place, self._context)
            return
        task = self._tools.tasks.load(partial(load_page, entry, self._context.services))
        task.succeeded.connect(self._on_loaded)
        task.failed.connect(self._tools.messages.show_error)

    @Slot(object)
    def _on_loaded(self, _page: object) -> None:
        """Go on to where the user wants to be by now."""
        place = self._tools.navigation.place
        entry = self._entries.get(place.page) if place is not None else None
        if self._context and place and entry and entry.is_loaded:
            self._arrive(place, self._context)

    def _arrive(self, place: Place, context: UiContext) -> None:
        fresh = place.page not in self._pages
        page = self._page(place.page, context)
        known = page.focusWidget() is not None
        self._stack.setCurrentWidget(page)
        if not known and not self.rail.isAncestorOf(QApplication.focusWidget() or page):
            page.take_focus()
        self.setWindowTitle(self._titled(_(self._entries[place.page].title)))
        page.reload_if_stale()
        self._opening.clear()
        if place.ref and fresh:  # to build a page is enough for one turn of the event loop
            self._opening.add(partial(page.open, place.ref))
        elif place.ref:
            page.open(place.ref)

    def _page(self, name: str, context: UiContext) -> "Page":
        if name not in self._pages:
            page = self._entries[name].load()(context, self._stack)
            self._pages[name] = page
            self._stack.addWidget(page)
            self._memory.restore_page(page, name)
            page.reload()
        return self._pages[name]

    @Slot(object)
    def _on_changed(self, happened: Happened) -> None:
        if self._context is not None and happened.concerns(Topic.SETTINGS):
            self.rail.set_user(self._context.services.actor)

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        if message.tone in (Tone.DONE, Tone.NOTE) and not message.next:
            self.status.say(message.state)
        elif self.page is not None:
            self.page.show_message(message)
        else:
            self.waiting.show_message(message)
