"""Maintenance windows and freezes: the list, and one of them in its form."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import Occurrence, ScheduleWindow
from app.errors import AppError
from app.i18n import _
from app.services.schedule.window_words import applies_words, kind_word, window_sentence
from app.wording import clock, day
from ui.cells import Badge, Column, Mark, Words, cell
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import calendar as operations
from ui.operations.calendar import WindowsView
from ui.pages.calendar.editor import WindowEditor
from ui.tasks import Latest, Task
from ui.widgets.buttons import Button
from ui.widgets.empty import EmptyState
from ui.widgets.layout import MARGIN, Line, add_layout, row, split
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

NEW = "new"


class WindowRow:
    """One line of the list."""

    def __init__(self, window: ScheduleWindow, following: Occurrence | None, scope: str) -> None:
        self.id, self.window, self.following, self.scope = window.id, window, following, scope

    @property
    def badge(self) -> Badge:
        """Kind, or that it is retired."""
        if self.window.retired:
            return Badge(Mark.STOPPED, _("Retired"), "ink3")
        if self.window.is_freeze:
            return Badge(Mark.STOPPED, _("Freeze"), "ink")
        return Badge(Mark.SCHEDULED, _("Window"))

    @property
    def next_text(self) -> str:
        """When it comes next."""
        if self.following is None:
            return _("no more")
        start, zone = self.following.span.start, self.window.zone
        return f"{day(start, zone)} {clock(start, zone)}"


COLUMNS = (
    Column[WindowRow](
        _("Window"),
        lambda item: f"{kind_word(item.window.kind)} {item.window.name}, "
                     f"{window_sentence(item.window)}",
        cell=lambda item: cell(
            Words(item.window.name, weight=500),
            below=(Words(window_sentence(item.window), "ink2"),),
        ),
    ),
    Column[WindowRow](
        _("Kind, next"), lambda item: f"{item.badge.word}, {item.next_text}",
        cell=lambda item: cell(item.badge, below=(Words(item.next_text, "ink2"),)), width=118,
    ),
)  # fmt: skip


class WindowsPanel(QWidget):
    """List at the left, form at the right; every save is announced."""

    left = Signal()
    altered = Signal()
    failed = Signal(object)

    def __init__(self, context: "UiContext", page: QWidget) -> None:
        super().__init__()
        self.context, self._page = context, page
        self._wanted = ""
        self._view: WindowsView | None = None
        self.back = Button(_("Back to the calendar"), icon="arrow-left")
        self.back.clicked.connect(self.left)
        self.table = Table(RowsModel(COLUMNS), rows=Rows.TWO_LINES, name="windows", margin=MARGIN)
        self.table.setAccessibleName(_("Windows and freezes"))
        self.table.picked.connect(self._on_picked)
        self.editor = WindowEditor(context)
        self.editor.submitted.connect(self._on_submitted)
        self.editor.retire_wanted.connect(self._on_retire)
        self.editor.left.connect(self._on_cancel)
        self.begin = Button(_("Declare the first window"), icon="plus")
        self.begin.clicked.connect(self.begin_new)
        self.empty = EmptyState(
            _("No window is declared"),
            _("Say once when changes may run, such as every second Tuesday at night, and when none "
              "may. Every plan is then checked against it."),
            self.begin,
            takes=_("takes a minute"),
        )  # fmt: skip
        self.right = QStackedWidget()
        self.right.addWidget(self.empty)
        self.right.addWidget(self.editor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        add_layout(layout, row(self.back, None, margins=(MARGIN, 8, MARGIN, 8)))
        layout.addWidget(Line())
        layout.addWidget(split(self.table, self.right, sizes=(470, 770), name="windows"), 1)
        self._views = Latest(context.tasks, self)
        self._views.loaded.connect(self._show)
        self._views.failed.connect(self.failed)

    @property
    def ready(self) -> bool:
        """Whether everything is shown."""
        return not self._views.busy and self.editor.ready

    def open(self, window_id: str) -> None:
        """Edit a window by its id, or a new one, once the list was read."""
        self._wanted = window_id

    def reload(self) -> None:
        """Read the list again."""
        services = self.context.services
        self._views.start(lambda: operations.load_windows(services))

    @Slot()
    def begin_new(self) -> None:
        """Show the form of a new window."""
        if self._view is not None:
            self.table.clearSelection()
            self.right.setCurrentIndex(1)
            self.editor.show_window(None, self._view)

    @Slot(object)
    def _show(self, view: WindowsView) -> None:
        self._view = view
        rows = [
            WindowRow(window, following, applies_words(window, view.hosts))
            for window, following in zip(view.windows, view.following, strict=True)
        ]
        self.table.set_rows(rows)
        wanted, self._wanted = self._wanted, ""
        if wanted == NEW:
            self.begin_new()
        elif (window := next((w for w in view.windows if w.id == wanted), None)) is not None:
            self.table.select(wanted)
            self._edit(window)
        elif not rows:
            self.right.setCurrentIndex(0)
        elif self.right.currentIndex() == 0:
            self.table.select(rows[0].id)

    def _edit(self, window: ScheduleWindow) -> None:
        if self._view is not None:
            self.right.setCurrentIndex(1)
            self.editor.show_window(window, self._view)

    @Slot(object)
    def _on_picked(self, picked: WindowRow | None) -> None:
        if picked is not None:
            self._edit(picked.window)

    @Slot()
    def _on_cancel(self) -> None:
        self.left.emit()

    @Slot(object)
    def _on_submitted(self, window: ScheduleWindow) -> None:
        self._follow(operations.save_window(self.context, window))

    @Slot(str, bool)
    def _on_retire(self, window_id: str, retired: bool) -> None:
        self._follow(operations.retire_window(self.context, window_id, retired=retired))

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._on_saved)
        task.failed.connect(self._on_refused)

    @Slot(object)
    def _on_saved(self, window: ScheduleWindow) -> None:
        self._wanted = window.id
        self.editor.show_problem("")
        self.context.changed.announce(Topic.CHANGES, self._page)
        self.reload()
        self.altered.emit()

    @Slot(object)
    def _on_refused(self, error: BaseException) -> None:
        if isinstance(error, AppError):
            self.editor.show_problem(error.sentence())
        else:
            self.failed.emit(error)
