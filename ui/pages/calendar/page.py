"""The calendar page: the calendar, and beside it the windows and freezes of the organisation."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from app.domain.window import TimeRange
from app.i18n import _, ngettext
from app.services.schedule.calendar_rows import MOST
from app.wording import count
from ui.changed import Topic
from ui.messages import Message, Tone
from ui.operations import calendar as operations
from ui.pages.calendar.board import CalendarBoard
from ui.pages.calendar.entries import Board
from ui.pages.calendar.windows import WindowsPanel
from ui.widgets.buttons import Button, Kind
from ui.widgets.page import Page

if TYPE_CHECKING:
    from ui.context import UiContext

WINDOWS = "windows"


class CalendarPage(Page):
    """Refs: a change's id, a date such as 2026-11-15, ``windows``, ``windows/new``, or its id."""

    id, title, icon, group = "calendar", _("Calendar"), "calendar", 0
    topics = Topic.CHANGES | Topic.HOSTS | Topic.SETTINGS

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.to_windows = Button(_("Windows and freezes"), icon="wrench")
        self.export = Button(_("Calendar file"), icon="download")
        self.new_window = Button(_("New window"), Kind.PRIMARY, icon="plus")
        self.header.add(self.to_windows, self.export, self.new_window)
        self.board = CalendarBoard(context, self)
        self._windows: WindowsPanel | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self.board)
        self.body.addWidget(self.stack, 1)
        self._connect()

    @property
    def windows(self) -> WindowsPanel:
        """Windows and freezes, built when they are first wanted."""
        if self._windows is None:
            self._windows = WindowsPanel(self.context, self)
            self._windows.left.connect(self._show_calendar)
            self._windows.altered.connect(self.board.reload)
            self._windows.failed.connect(self.show_error)
            self._windows.right.currentChanged.connect(self._offer_new)
            self.stack.addWidget(self._windows)
        return self._windows

    @property
    def ready(self) -> bool:
        """Whether everything is shown."""
        return self.board.ready and (self._windows is None or self._windows.ready)

    def reload(self) -> None:
        """Read what is in sight, and the windows where they are shown."""
        self.board.reload()
        if self.stack.currentIndex():
            self.windows.reload()

    def open(self, ref: str) -> None:
        """Show a change, a day, or windows."""
        place, _slash, rest = ref.partition("/")
        if place == WINDOWS:
            self.windows.open(rest)
            self._show_windows()
            return
        self._show_calendar()
        try:
            day = date.fromisoformat(ref)
        except ValueError:
            self.run(partial(operations.load_detail, self.context.services, ref), self._go_to)
        else:
            self.board.go_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))

    def places(self) -> tuple[str, ...]:
        """Return the places that deserve a picture of their own."""
        return (WINDOWS, f"{WINDOWS}/new")

    def escape(self) -> bool:
        """Leave a question, then the windows."""
        if self.board.mover.is_asking:
            self.board.mover.leave()
            return True
        if self.board.night_bar.is_open:
            self.board.night_bar.close_form()
            return True
        if self.stack.currentIndex():
            self._show_calendar()
            return True
        return False

    def _connect(self) -> None:
        self.board.shown.connect(self._on_shown)
        self.board.failed.connect(self.show_error)
        self.board.opened.connect(self._on_opened)
        self.board.mover.posted.connect(self.show_message)
        self.board.side.open_wanted.connect(self._on_opened)
        self.board.side.export_wanted.connect(self._export_one)
        self.board.side.edit_wanted.connect(self._on_edit)
        self.board.nights.posted.connect(self.show_message)
        self.board.side.declare_wanted.connect(self._on_new)
        self.to_windows.clicked.connect(self._show_windows)
        self.new_window.clicked.connect(self._on_new)
        self.export.clicked.connect(self._export_all)

    @Slot()
    def _show_windows(self) -> None:
        self.windows.reload()
        self.stack.setCurrentIndex(1)
        self._offer_new()
        self.to_windows.setVisible(False)
        self.export.setVisible(False)
        words = _("When changes may run, and when none may. Every plan is checked against them.")
        self.header.set_texts(_("Windows and freezes"), words)

    @Slot()
    def _show_calendar(self) -> None:
        self.stack.setCurrentIndex(0)
        self._offer_new()
        self.to_windows.setVisible(True)
        self.export.setVisible(True)
        shown = sentence(self.board.board, any_window=self.board.any_window)
        self.header.set_texts(_("Calendar"), shown)
        self.board.stage.canvas.setFocus()

    @Slot()
    def _offer_new(self) -> None:
        """Leave the first window to the button in the middle of the page: one is enough."""
        first = self.stack.currentIndex() == 1 and self.windows.right.currentIndex() == 0
        self.new_window.setVisible(not first)

    @Slot()
    def _on_new(self) -> None:
        self.windows.open("new")
        self._show_windows()

    @Slot(str)
    def _on_edit(self, window_id: str) -> None:
        self.windows.open(window_id)
        self._show_windows()

    @Slot(object)
    def _on_shown(self, board: Board) -> None:
        if not self.stack.currentIndex():
            self.header.set_sentence(sentence(board, any_window=self.board.any_window))

    @Slot(str)
    def _on_opened(self, entry_id: str) -> None:
        entry = self.board.board.find(entry_id)
        if entry is not None and entry.occurrence is not None:
            self._on_edit(entry.occurrence.window.id)
        else:
            self.context.navigation.go("changes", f"{entry_id}/schedule")

    @Slot(object)
    def _go_to(self, detail: Any) -> None:
        window = detail.change.window
        if window is not None:
            self.board.go_to(window.span.start, str(detail.change.id))

    @Slot()
    def _export_all(self) -> None:
        services, span = self.context.services, self.board.period.span
        self._export(_("changes.ics"), lambda path: operations.export_span(services, span, path))

    @Slot(str)
    def _export_one(self, change_id: str) -> None:
        entry = self.board.board.find(change_id)
        name = entry.row.number if entry and entry.row else "change"
        services = self.context.services
        self._export(
            f"{name}.ics",
            lambda path: operations.export(services, (change_id,), path, with_windows=False),
        )

    def _export(self, name: str, write: Callable[[Path], int]) -> None:
        target, _kind = QFileDialog.getSaveFileName(
            self, _("Write a calendar file"), name, _("Calendar (*.ics)")
        )
        if target:
            path = Path(target)
            self.run(lambda: (path, write(path)), self._on_exported)

    @Slot(object)
    def _on_exported(self, told: Any) -> None:
        path, n = told
        text = ngettext("Wrote {n} entry to {file}", "Wrote {n} entries to {file}", n)
        self.show_message(Message(text.format(n=n, file=path), Tone.DONE))


def sentence(board: Board, *, any_window: bool) -> str:
    """Say what is in sight."""
    n = len(board.entries)
    parts = [ngettext("{n} change in sight.", "{n} changes in sight.", n).format(n=n)]
    if n >= MOST:
        parts = [_("Only the first {n} changes are shown; a file holds all.").format(n=count(n))]
    missed = sum(entry.missed for entry in board.entries)
    if missed:
        text = ngettext("{n} was missed.", "{n} were missed.", missed)
        parts.append(text.format(n=missed))
    now = TimeRange(board.now, board.period.span.end) if board.period.shows(board.now) else None
    freeze = next((s for s in board.shades if s.is_freeze and now and s.span.overlaps(now)), None)
    if freeze is not None:
        parts.append(_("Freeze “{name}” holds or comes.").format(name=freeze.title))
    if not any_window:
        parts.append(_("No maintenance window or freeze is declared yet."))
    return " ".join(parts)
