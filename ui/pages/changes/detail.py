"""One change: head, stage rail, tabs; asks for reasons in place and follows what is written."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import _
from app.wording import duration
from ui.messages import Message, Tone
from ui.operations import changes
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Asking, Question
from ui.pages.changes.conditions import StageArea
from ui.pages.changes.editing import Editing
from ui.pages.changes.head import ChangeHead
from ui.pages.changes.kin import Kin
from ui.pages.changes.moves import Moves
from ui.pages.changes.parts import put_in_place
from ui.pages.changes.reuse import Reuse
from ui.pages.changes.tab import Tab
from ui.pages.changes.tabs import TABS
from ui.pages.changes.waiting import Waiting
from ui.tasks import Latest
from ui.widgets.layout import MARGIN, add_layout, column
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.widgets.page import Page


CLOCK_BACK_S = 60.0
"""A clock that is corrected by less is not worth a word."""


class ChangeDetail(QWidget):
    """Shows one change and carries out what is wanted of it."""

    shown = Signal(object)  # ChangeView

    def __init__(self, context: "UiContext", page: "Page") -> None:
        super().__init__()
        self.context, self._page = context, page
        self._ref = ""
        self._view: ChangeView | None = None
        self._built: dict[int, Tab] = {}
        self.editing = Editing(context, page)
        self.moves, self.kin = Moves(self.editing), Kin(self.editing)
        self.head, self.stages, self.asking = ChangeHead(), StageArea(), Asking()
        self.reuse = Reuse(context)
        self.tabs = Tabs([_(entry.title) for entry in TABS])
        self.stack = _Tabs()
        for _entry in TABS:
            self.stack.addWidget(QWidget())
        upper = column(
            self.head,
            self.asking,
            self.reuse,
            self.stages,
            self.tabs,
            gap=10,
            margins=(0, 16, MARGIN, 0),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 0, 0, 0)
        layout.setSpacing(0)
        add_layout(layout, upper)
        layout.addWidget(self.stack, 1)
        self._views = Latest(context.tasks, self)
        self._waiting = Waiting(context.services.clock.now, self)
        self._connect()

    def _connect(self) -> None:
        self._views.loaded.connect(self._show)
        self._views.failed.connect(self._on_failed)
        self.tabs.changed.connect(self._on_tab)
        self.head.next_wanted.connect(self._on_next)
        self.head.move_wanted.connect(self.moves.want)
        self.head.hold_wanted.connect(self.moves.hold)
        self.head.deed_wanted.connect(self.kin.want)
        self.moves.started.connect(self._open_run)
        self.head.run_wanted.connect(self._open_run)
        self.head.undo_wanted.connect(self.editing.undo)
        self._waiting.ticked.connect(self.stages.tick)
        self._waiting.due.connect(self.reload)
        self.head.reuse_wanted.connect(self._on_reuse)
        self.reuse.failed.connect(self._page.show_error)
        self.stages.override_wanted.connect(self.moves.override)
        self.asking.closed.connect(self.stages.show)
        self.editing.said.connect(self.head.say)
        self.editing.undoable.connect(self.head.undo.setVisible)
        self.editing.asked.connect(self._ask)
        self.editing.tab_wanted.connect(self._show_tab)
        self.editing.failed.connect(self._page.show_error)
        self.editing.posted.connect(self._page.show_message)
        self.editing.settled.connect(self._page.banners.clear)
        self.editing.reload_wanted.connect(self.reload)

    @property
    def ready(self) -> bool:
        """Whether what was asked for is shown and saved."""
        built = all(tab.ready for tab in self._built.values())
        return built and not self._views.busy and not self.editing.busy

    @property
    def ref(self) -> str:
        """The change that is shown or on its way, "" for none."""
        return self._ref

    def open(self, ref: str, tab: str = "") -> None:
        """Show a change by id or number, and one of its tabs."""
        if ref != self._ref:
            self.flush()
            self.asking.close_question()
            self.stages.calm()
            self._ref = ref
        self._show_tab(tab)
        self.reload()

    @Slot(str)
    def _show_tab(self, tab: str) -> None:
        for position, entry in enumerate(TABS):
            if entry.id == tab:
                self.tabs.set_current(position)

    @Slot(object)
    def _ask(self, question: Question) -> None:
        self.stages.calm()
        self.stages.setVisible(not question.parts)  # its own conditions stand in the question
        self.asking.ask(question)

    @Slot()
    def reload(self) -> None:
        """Read the change again."""
        if self._ref:
            self._views.start(partial(changes.load_view, self.context.services, self._ref))

    def flush(self) -> None:
        """Save what was typed."""
        for tab in self._built.values():
            tab.flush()

    def tab(self, position: int) -> Tab:
        """Return a tab, built on first use."""
        if position not in self._built:
            made = TABS[position].build(self.editing)
            self._built[position] = made
            put_in_place(self.stack, position, made)
        return self._built[position]

    @Slot(object)
    def _show(self, view: ChangeView) -> None:
        current = self._view
        same = current is not None and current.change.id == view.change.id
        if same and current and view.change.version < current.change.version:
            return
        self._view = view
        self._ref = view.change.id
        self.head.show_view(view)
        self.stages.show_view(view)
        self._waiting.follow(view)
        self._show_tab_at(self.tabs.current)
        self.editing.show_view(view)
        self.moves.follow()
        if not same:
            self._warn_of_clock(view)
        self.shown.emit(view)

    def _warn_of_clock(self, view: ChangeView) -> None:
        """Say that the clock went back: the log keeps its order by number, not by time."""
        if view.clock_behind_s > CLOCK_BACK_S:
            text = _("This computer’s clock is {time} behind the newest entry of the log.")
            self.editing.posted.emit(
                Message(
                    text.format(time=duration(view.clock_behind_s)),
                    Tone.WARNING,
                    next=_("Set the clock right before the change is moved on."),
                )
            )

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        """Stay with the change that is shown."""
        self._ref = self._view.change.id if self._view else ""
        self._page.show_error(error)

    @Slot(int)
    def _on_tab(self, position: int) -> None:
        self.flush()
        self._show_tab_at(position)

    def _show_tab_at(self, position: int) -> None:
        tab = self.tab(position)
        if self.stack.currentWidget() is not tab:
            self.stages.fold(folded=TABS[position].id != "overview")
        self.stack.setCurrentWidget(tab)
        if self._view is not None:
            tab.show_view(self._view)

    @Slot(str)
    def _on_reuse(self, what: str) -> None:
        self.flush()
        if self._view is not None:
            self.stages.calm()
            self.reuse.ask(what, self._view.change)

    @Slot()
    def _on_next(self) -> None:
        self.flush()
        self.moves.next()

    @Slot()
    def _open_run(self) -> None:
        if self._view is not None:
            self.context.navigation.go("run", self._view.change.id)


class _Tabs(QStackedWidget):
    """Takes the height that the head of the change leaves: what is in a tab scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)

    def hasHeightForWidth(self) -> bool:
        """Ask for no height, so that the head keeps all of its own."""
        return False
