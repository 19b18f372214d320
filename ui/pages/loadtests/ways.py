"""The load tests of a change: the verdict, the runs, the capacity, the terms."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.loadtest import LoadRun, LoadTerms
from app.i18n import _
from ui.operations import loadtests
from ui.operations.loadtests import LoadTestsView
from ui.pages.loadtests.capacity import CapacityPanel
from ui.pages.loadtests.compared import ComparedPanel
from ui.pages.loadtests.runs import RunsPanel
from ui.pages.loadtests.terms import TermsPanel
from ui.pages.loadtests.waiting import WaitingPanel
from ui.tasks import Task
from ui.widgets.empty import EmptyState
from ui.widgets.layout import MARGIN, column, panel
from ui.widgets.tabs import TabStack

if TYPE_CHECKING:
    from ui.context import UiContext

PLACES = ("verdict", "runs", "capacity", "terms")
_EMPTY, _ONE_SIDE, _COMPARED = range(3)


class Ways(QWidget):
    """Tabs over the ways to look."""

    done = Signal(object)  # what was kept
    failed = Signal(object)  # AppError

    def __init__(self, context: "UiContext", nothing: EmptyState) -> None:
        super().__init__()
        self._context = context
        self.waiting, self.compared = WaitingPanel(), ComparedPanel()
        self._runs: RunsPanel | None = None
        self._capacity: CapacityPanel | None = None
        self._terms: TermsPanel | None = None
        self._verdict = QStackedWidget()
        for part in (nothing, self.waiting, self.compared):
            self._verdict.addWidget(part)
        self.stack = TabStack(margin=MARGIN)
        self._places = [column(gap=0) for _place in PLACES]
        names = (_("Verdict"), _("Runs"), _("Capacity"), _("Terms"))
        for name, place in zip(names, self._places, strict=True):
            self.stack.add(name, panel(place))
        self._places[0].addWidget(self._verdict)
        self.stack.shown.connect(self._on_shown)
        self._view: LoadTestsView | None = None
        self.setLayout(column(panel(column(self.stack)), gap=0))

    @property
    def runs(self) -> RunsPanel:
        """The runs; built when they are first wanted."""
        if self._runs is None:
            self._runs = RunsPanel()
            self._runs.withdrawn.connect(self._on_withdrawn)
            self._places[1].addWidget(self._runs)
        return self._runs

    @property
    def capacity(self) -> CapacityPanel:
        """The capacity; built when it is first wanted."""
        if self._capacity is None:
            self._capacity = CapacityPanel()
            self._capacity.failed.connect(self.failed)
            self._places[2].addWidget(self._capacity)
        return self._capacity

    @property
    def terms(self) -> TermsPanel:
        """The terms; built when they are first wanted."""
        if self._terms is None:
            self._terms = TermsPanel()
            self._terms.agreed.connect(self._on_agreed)
            self._places[3].addWidget(self._terms)
        return self._terms

    def look(self, way: str) -> None:
        """Choose a way by its name; an unknown one changes nothing."""
        if way in PLACES:
            self.stack.tabs.set_current(PLACES.index(way))

    def show_view(self, view: LoadTestsView | None) -> None:
        """Show a change; None has nothing to choose from."""
        self._view = view
        self.stack.tabs.setVisible(view is not None)
        if view is None:
            self.stack.tabs.set_current(0)
        self._fill()

    @Slot(object)
    def _on_agreed(self, terms: LoadTerms) -> None:
        if self._view is not None:
            self._follow(loadtests.agree(self._context, self._view, terms))

    @Slot(object, str)
    def _on_withdrawn(self, run: LoadRun, reason: str) -> None:
        self._follow(loadtests.withdraw(self._context, run, reason))

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self.done)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self._fill()
        self.failed.emit(error)

    @Slot(int)
    def _on_shown(self, _position: int) -> None:
        self._fill()

    def _fill(self) -> None:
        view = self._view
        if view is None:
            self._verdict.setCurrentIndex(_EMPTY)
            return
        match PLACES[self.stack.tabs.current]:
            case "runs":
                self.runs.show_view(view)
            case "capacity":
                self.capacity.show_view(view)
            case "terms":
                self.terms.show_view(view)
            case _:
                self._show_verdict(view)

    def _show_verdict(self, view: LoadTestsView) -> None:
        counted = [run for run in view.runs if run.counts]
        if view.verdict is not None:
            self.compared.show_found(view.verdict.found, view.zone)
            self._verdict.setCurrentIndex(_COMPARED)
        elif counted:
            self.waiting.show_run(counted[-1])
            self._verdict.setCurrentIndex(_ONE_SIDE)
        else:
            self._verdict.setCurrentIndex(_EMPTY)
