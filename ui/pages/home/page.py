"""The first page: what runs, what waits, what comes, what was found."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.services.search.rows import ChangeRow, Reminder, ReminderKind, VerdictRow
from app.wording import clock, clock_span, count, count_of, day, percent
from ui.actions import EXAMPLES
from ui.cells import Column
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations.home import HomeView, load_home
from ui.pages.home.due import due_columns, due_id, place_of_due
from ui.pages.home.rows import (
    is_due,
    place_of,
    verdict_columns,
    waiting_columns,
    watched_columns,
    window_columns,
)
from ui.tasks import Latest
from ui.theme import SMALL
from ui.widgets.buttons import Button, link
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, Line, add_layout, scrolling
from ui.widgets.page import Page
from ui.widgets.strips import PlannedWindow, WindowStrip
from ui.widgets.table import Rows, Table
from ui.widgets.tiles import Kpi, TileRow

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.pages.home.running import RunningStrip
    from ui.pages.home.start import FirstStart

SHOWN, FREEZES, MIN_FOR_PERCENT = 8, 3, 10
TICK_MS = 10_000


class Listing(QWidget):
    """A titled list of the page; a click or Return opens a row."""

    wanted = Signal(object)  # the row

    def __init__(
        self,
        title: str,
        columns: Sequence[Column[Any]],
        row_id: Callable[[Any], Hashable],
        rows: Rows = Rows.NORMAL,
        more: Button | None = None,
    ) -> None:
        super().__init__()
        self.title = SectionTitle(title, end=more)
        self.empty = Label(tone="ink2", wrap=True)
        self.table = Table(RowsModel(columns), rows=rows, header=False, row_id=row_id, margin=0)
        self.table.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.title, self.empty, self.table):
            layout.addWidget(widget)
        self.table.clicked.connect(self._on_clicked)
        self.table.opened.connect(self.wanted)

    def show_rows(self, rows: Sequence[Any], nothing: str) -> None:
        """Show rows, or a sentence in their place."""
        self.empty.setText(nothing)
        self.empty.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self.table.set_rows(rows)
        self.table.fit_height()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.table.rows_model.row_at(index)
        if row is not None:
            self.wanted.emit(row)


class HomePage(Page):
    """Reads only; every row leads to where it is worked on."""

    id, title, icon, group = "home", _("Home"), "home", 0
    topics = Topic.EVERYTHING

    def __init__(self, context: "UiContext", parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._view: HomeView | None = None
        self.new = Button(_("New change"), icon="plus", keys="N")
        self.header.add(self.new)
        now = context.services.clock.now
        self.running: RunningStrip | None = None
        self.start: FirstStart | None = None
        self._top = QVBoxLayout()
        self.tiles, self.tiles_title = TileRow(), SectionTitle(_("So far"))
        self.strip = WindowStrip()
        self.frozen = Label(size=SMALL, tone="ink2", wrap=True)
        self._late: dict[str, datetime] = {}
        self.waiting = Listing(_("Waiting"), waiting_columns(now, self._late), lambda row: row.id)
        all_changes, metrics = link(_("Changes")), link(_("Metrics"))
        self.verdicts = Listing(
            _("Last verdicts"), verdict_columns(self._zone), lambda row: (row.change, row.metric),
            more=metrics,
        )  # fmt: skip
        self.watched = Listing(_("Under observation"), watched_columns(now), lambda c: c.id)
        self.due = Listing(_("Due after the work"), due_columns(self._zone), due_id)
        self.windows = Listing(
            _("Next windows"), window_columns(now), lambda row: row.id, Rows.TWO_LINES, all_changes
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self._filled())
        self.body.addWidget(self.stack, 1)
        self._home = Latest(context.tasks, self)
        self._connect(all_changes, metrics)

    def _filled(self) -> QWidget:
        upper = QVBoxLayout()
        upper.setContentsMargins(MARGIN, 16, MARGIN, 0)
        upper.setSpacing(8)
        upper.addWidget(self.tiles_title)
        upper.addWidget(self.tiles)
        upper.addSpacing(8)
        upper.addWidget(Line())
        left = _side((MARGIN, 20, MARGIN, 24), self.waiting, self.due, self.verdicts, self.watched)
        windows = self.windows.layout()
        if isinstance(windows, QVBoxLayout):
            windows.insertWidget(1, self.strip)
            windows.insertWidget(2, self.frozen)
        right = _side((MARGIN, 20, MARGIN, 24), self.windows)
        right.setMinimumWidth(360)
        sides = QHBoxLayout()
        sides.setSpacing(0)
        sides.addWidget(left, 60)
        sides.addWidget(Line(Qt.Orientation.Vertical))
        sides.addWidget(right, 40)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        add_layout(layout, self._top)
        add_layout(layout, upper)
        add_layout(layout, sides, 1)
        return scrolling(inner)

    def _connect(self, all_changes: Button, metrics: Button) -> None:
        go = self.context.navigation.go
        self._home.loaded.connect(self._show)
        self._home.failed.connect(self.show_error)
        self.new.clicked.connect(partial(go, "changes", "new"))
        all_changes.clicked.connect(partial(go, "changes"))
        metrics.clicked.connect(partial(go, "metrics"))
        self.tiles.clicked.connect(self._on_tile)
        self.waiting.wanted.connect(self._on_waiting)
        self.windows.wanted.connect(self._on_change)
        self.watched.wanted.connect(self._on_change)
        self.due.wanted.connect(self._on_due)
        self.verdicts.wanted.connect(self._on_verdict)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(TICK_MS)

    @property
    def ready(self) -> bool:
        """Whether everything is shown."""
        return not self._home.busy

    def reload(self) -> None:
        """Read everything again."""
        self._home.start(partial(load_home, self.context.services))

    def _zone(self) -> str:
        return self._view.zone if self._view else "UTC"

    @Slot(object)
    def _show(self, view: HomeView) -> None:
        self._view = view
        self.header.set_sentence(sentence(view))
        self.new.setVisible(not view.is_empty)
        if view.is_empty:
            self._show_start(view)
            return
        self.stack.setCurrentIndex(0)
        self._show_running(view)
        summary = view.summary
        self.tiles.set_kpis(tiles(view))
        n = summary.closed_count
        words = ngettext("{n} change closed", "{n} changes closed", n)
        self.tiles_title.set_note(words.format(n=count(n)))
        self._late.clear()
        self._late.update(_late_reviews(view))
        rows = sorted(summary.waiting, key=lambda row: not is_due(row, view.now, self._late))
        waiting = rows[:SHOWN]
        self.waiting.title.set_note(count(len(summary.waiting)) if waiting else "")
        self.waiting.show_rows(waiting, _("Nothing waits for anybody."))
        self.verdicts.show_rows(
            summary.verdicts[:6], _("No verdict yet. One is found when a change was measured.")
        )
        self.due.setVisible(bool(summary.due))
        self.due.title.set_note(count(len(summary.due)))
        self.due.show_rows(summary.due[:SHOWN], "")
        self.watched.setVisible(bool(summary.watched))
        self.watched.title.set_note(count(len(summary.watched)))
        self.watched.show_rows(summary.watched, "")
        self.strip.set_windows(view.now, view.zone, _windows(view))
        self.frozen.setText(freeze_words(view))
        self.frozen.setVisible(bool(view.freezes))
        self.windows.show_rows(
            summary.upcoming[:SHOWN], _("No window is planned. Plan one on the tab Schedule.")
        )

    def _show_start(self, view: HomeView) -> None:
        if self.start is None:
            from ui.pages.home.start import FirstStart  # noqa: PLC0415 - seen once

            go = self.context.navigation.go
            self.start = FirstStart()
            self.start.new_wanted.connect(partial(go, "changes", "new"))
            self.start.host_wanted.connect(partial(go, "hosts", "new"))
            self.start.name_wanted.connect(partial(go, "settings"))
            self.start.examples_wanted.connect(partial(self.context.actions.call, EXAMPLES))
            self.stack.addWidget(self.start)
        offered = self.context.actions.offers(EXAMPLES)
        self.start.show_offers(named=view.named, examples=offered)
        self.stack.setCurrentWidget(self.start)

    def _show_running(self, view: HomeView) -> None:
        if self.running is None and view.running:
            from ui.pages.home.running import RunningStrip  # noqa: PLC0415 - seldom at a start

            self.running = RunningStrip(self.context.services.clock.now)
            self.running.wanted.connect(partial(self.context.navigation.go, "run"))
            self._top.addWidget(self.running)
        if self.running is not None:
            self.running.show_runs(view.running, view.now)

    @Slot()
    def _on_tick(self) -> None:
        if self.isVisible() and self.ready and self._view and self._view.running:
            self.reload()

    @Slot(str)
    def _on_tile(self, target: str) -> None:
        self.context.navigation.go("changes", f"list/{target}")

    @Slot(object)
    def _on_waiting(self, row: ChangeRow) -> None:
        self.context.navigation.go(*place_of(row))

    @Slot(object)
    def _on_change(self, row: Any) -> None:
        self.context.navigation.go("changes", row.id)

    @Slot(object)
    def _on_due(self, row: Reminder) -> None:
        self.context.navigation.go(*place_of_due(row))

    @Slot(object)
    def _on_verdict(self, row: VerdictRow) -> None:
        self.context.navigation.go("metrics", row.change)


def _side(margins: tuple[int, int, int, int], *parts: QWidget) -> QWidget:
    side = QWidget()
    layout = QVBoxLayout(side)
    layout.setContentsMargins(*margins)
    layout.setSpacing(24)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return side


def _windows(view: HomeView) -> list[PlannedWindow]:
    freezes = [
        PlannedWindow(item.span.start, item.span.end, item.window.name, freeze=True)
        for item in view.freezes
    ]
    return freezes + [
        PlannedWindow(row.starts_at, row.ends_at, row.number)
        for row in view.summary.upcoming
        if row.starts_at and row.ends_at
    ]


def freeze_words(view: HomeView) -> str:
    """Name the freezes of the next two weeks; the picture alone has no room for their times."""
    text = _("Freeze: {name}, {time}")
    lines = [
        text.format(
            name=item.window.name, time=clock_span(item.span.start, item.span.end, view.zone)
        )
        for item in view.freezes[:FREEZES]
    ]
    if len(view.freezes) > FREEZES:
        lines.append(_("{n} more").format(n=count(len(view.freezes) - FREEZES)))
    return "\n".join(lines)


def tiles(view: HomeView) -> list[Kpi]:
    """Return the figures; under ten closed changes a count says more than a percentage."""
    summary = view.summary
    closed = summary.closed_count

    def share(label: str, part: int, note: str) -> Kpi:
        if not closed:
            return Kpi(label, "–", _("none closed yet"), note, target="closed")
        if closed < MIN_FOR_PERCENT:
            of = _("of {n}").format(n=count(closed))
            return Kpi(label, count(part), of, note, target="closed")
        return Kpi(label, percent(part / closed), count_of(part, closed), note, target="closed")

    waiting = count(len(summary.waiting))
    return [
        share(_("Clean success"), summary.clean_count, _("successful, nothing passed by name")),
        share(_("Backed out"), summary.backed_out_count, _("the way back was gone")),
        share(_("Restore-tested backup"), summary.restored_count, _("restored in a drill")),
        Kpi(_("Open changes"), count(summary.open_count), note=_("in any state"), target="open"),
        Kpi(_("Waiting"), waiting, note=_("for a person to move them on"), target="mine"),
    ]


def sentence(view: HomeView) -> str:
    """Return the state of everything in one line."""
    if view.is_empty:
        return _("Nothing is recorded yet.")
    summary, parts = view.summary, []
    runs, waiting = len(view.running), len(summary.waiting)
    if runs:
        parts.append(ngettext("{n} change is running.", "{n} changes are running.", runs)
                     .format(n=runs))  # fmt: skip
    if waiting:
        words = ngettext("{n} change waits to be moved on.", "{n} changes wait to be moved on.",
                         waiting)  # fmt: skip
        parts.append(words.format(n=waiting))
    late = len(_late_reviews(view))
    if late:
        parts.append(ngettext("{n} review is overdue.", "{n} reviews are overdue.", late)
                     .format(n=late))  # fmt: skip
    coming = next((row for row in summary.upcoming if _ahead(row, view.now)), None)
    if coming is not None and coming.starts_at is not None:
        at = f"{day(coming.starts_at, coming.zone)} {clock(coming.starts_at, coming.zone)}"
        parts.append(_("The next window opens {at}.").format(at=at))
    return " ".join(parts) or _("Nothing runs, nothing waits.")


def _ahead(row: ChangeRow, now: datetime) -> bool:
    return row.starts_at is not None and row.starts_at > now


def _late_reviews(view: HomeView) -> dict[str, datetime]:
    """Return when the reviews were due that nobody has written, by their change."""
    found = (item for item in view.summary.due if item.kind is ReminderKind.REVIEW)
    return {item.change: item.due_at for item in found}
