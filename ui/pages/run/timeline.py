"""The timeline of a run: what the log holds, and the notes people put between its entries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.errors import InvalidInput
from app.i18n import _, later
from app.services.run.timeline import Entry, EntryKind, timeline
from app.wording import clock
from ui.cells import Cell, Column, Mini, Words
from ui.format import visible
from ui.models.rows import RowsModel
from ui.operations.runs import RunView
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.fields import FlagField, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, column, row
from ui.widgets.search import FilterChips
from ui.widgets.table import Rows, Table

_ICONS = {
    EntryKind.STEP: ("terminal", "ink2"),
    EntryKind.DECISION: ("user", "ink"),
    EntryKind.DEVIATION: ("triangle-alert", "watch"),
    EntryKind.NOTE: ("message", "ink"),
    EntryKind.RUN: ("play", "ink2"),
}
_FILTERS: tuple[tuple[str, Callable[[Entry], bool]], ...] = (
    (later("All"), lambda _entry: True),
    (later("Steps"), lambda entry: entry.kind is EntryKind.STEP),
    (later("Decisions"), lambda entry: entry.kind is EntryKind.DECISION),
    (later("Deviations"), lambda entry: entry.kind is EntryKind.DEVIATION),
    (later("Notes"), lambda entry: entry.kind is EntryKind.NOTE),
    (later("Pinned"), lambda entry: entry.pinned),
)


class NoteForm(QWidget):
    """What happened, and when: now, or a time of day that has passed."""

    wanted = Signal(str, object, bool)  # text, datetime or None for now, outside the plan
    closed = Signal()

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._start: datetime | None = None
        self._zone = "UTC"
        self.text = LineField(_("What happened"))
        self.at = LineField(_("At"), _("Empty: now. Else a time since the start, such as 02:10."))
        self.outside = FlagField(_("Plan"), _("This was work that the plan does not hold"))
        self.keep = Button(_("Add to the timeline"), Kind.PRIMARY, icon="plus")
        cancel = Button(_("Not now"))
        self.keep.clicked.connect(self._on_keep)
        self.text.line.returnPressed.connect(self._on_keep)
        self.at.line.returnPressed.connect(self._on_keep)
        cancel.clicked.connect(self.closed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 0)
        inner = column(
            self.text,
            self.at,
            self.outside,
            row(None, cancel, self.keep),
            gap=10,
            margins=(14, 12, 14, 12),
        )
        layout.addWidget(card(inner))
        self.hide()

    def open(self, view: RunView) -> None:
        """Ask."""
        self._start = view.run.started_at if view.run else None
        self._zone = view.zone
        for field in (self.text, self.at):
            field.set_value("")
            field.set_error("")
        self.outside.set_value(False)
        self.keep.block("")
        self.show()
        self.text.setFocus()

    @Slot()
    def settle(self) -> None:
        """Let it be tried again: what could not be written is still there."""
        self.keep.block("")

    @Slot()
    def _on_keep(self) -> None:
        if self.keep.reason:
            return
        if not self.text.value:
            self.text.set_error(_("Say what happened."))
            self.text.setFocus()
            return
        try:
            at = read_time(self.at.value, self._start, self._now(), self._zone)
        except InvalidInput as error:
            self.at.set_error(f"{error.text} {error.hint}")
            self.at.setFocus()
            return
        self.keep.block(_("It is being written."))
        self.wanted.emit(self.text.value, at, self.outside.value)


def read_time(text: str, start: datetime | None, now: datetime, zone: str) -> datetime | None:
    """Return the last instant since the start with this time of day; None for an empty text.

    Raises:
        InvalidInput: It is no time, or lies outside the run.
    """
    if not text.strip():
        return None
    hint = _("Use a time such as {now}.").format(now=clock(now, zone))
    try:
        parts = [int(part) for part in text.strip().split(":")]
        hour, minute, second = (*parts, 0)[:3]
        local = now.astimezone(ZoneInfo(zone)).replace(
            hour=hour, minute=minute, second=second, microsecond=0
        )
    except ValueError as error:
        raise InvalidInput(_("“{text}” is no time.").format(text=text), hint=hint) from error
    if local > now:
        local -= timedelta(days=1)
    begin = (start or now).replace(microsecond=0)
    if not begin <= local <= now:
        raise InvalidInput(_("The run was not on at {text}.").format(text=text), hint=hint)
    return max(local.astimezone(now.tzinfo), start or local)


class TimelineView(QWidget):
    """Filter chips and the entries; Return or the button pins one."""

    pin_wanted = Signal(str)  # key of an entry

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.note = NoteForm(now)
        self.note.closed.connect(self.note.hide)
        self._entries: tuple[Entry, ...] = ()
        self._zone = "UTC"
        self.chips = FilterChips([_(name) for name, _fits in _FILTERS], wraps=True)
        self.pin = Button(_("Pin"), icon="star", tall=Tall.COMPACT)
        self.table = Table(
            RowsModel(self._columns()), rows=Rows.TWO_LINES, header=False,
            row_id=lambda entry: entry.key,
        )  # fmt: skip
        self.table.setAccessibleName(_("Timeline"))
        self.none = Label(_("Nothing of this kind yet."), tone="ink2")
        self.whole = Label(wrap=True).make_selectable()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.note)
        add_layout(layout, row(self.chips, self.pin, margins=(16, 8, 16, 0)))
        add_layout(layout, row(self.none, margins=(16, 0, 16, 0)))
        layout.addWidget(self.table, 1)
        add_layout(layout, row(self.whole, margins=(16, 0, 16, 8)))
        self.chips.chosen.connect(self._refilter)
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self._on_pin)
        self.pin.clicked.connect(self._on_pin)

    def show_view(self, view: RunView) -> None:
        """Show a run."""
        if view.run is None:
            return
        self._zone = view.zone
        entries = tuple(reversed(timeline(view.run, view.events)))
        if entries != self._entries:
            self._entries = entries
            self.chips.set_counts([None, *(sum(map(f, entries)) for _n, f in _FILTERS[1:])])
            self._refilter()

    def _columns(self) -> tuple[Column[Entry], ...]:
        return (
            Column[Entry](
                _("Time"), lambda entry: clock(entry.at, self._zone, seconds=True), width=84,
                tone="ink2", mono=True,
            ),
            Column[Entry](_("Entry"), lambda entry: visible(entry.text), cell=self._cell),
        )  # fmt: skip

    def _cell(self, entry: Entry) -> Cell:
        icon, tone = _ICONS[entry.kind]
        top = (Mini(icon, tone), Words(visible(entry.text), "watch" if tone == "watch" else "ink"))
        below = [Words(entry.by or _("by itself"), "ink2")]
        if entry.recorded_at and (entry.recorded_at - entry.at) > timedelta(seconds=30):
            at = clock(entry.recorded_at, self._zone)
            below.append(Words(_("written down {time}").format(time=at), "ink2"))
        if entry.pinned:
            below.append(Words(_("pinned"), "accent", 500))
        return Cell(top, tuple(below))

    @Slot()
    def _refilter(self) -> None:
        fits = _FILTERS[self.chips.current][1]
        shown = [entry for entry in self._entries if fits(entry)]
        self.table.set_rows(shown)
        self.none.setVisible(not shown)
        self._on_picked(self.table.current)

    @Slot(object)
    def _on_picked(self, entry: Entry | None) -> None:
        self.whole.setText(visible(entry.text) if entry is not None else "")
        self.whole.setVisible(entry is not None)
        self.pin.block("" if entry is not None else _("choose an entry"))
        self.pin.setText(_("Unpin") if entry is not None and entry.pinned else _("Pin"))

    @Slot()
    def _on_pin(self) -> None:
        entry = self.table.current
        if entry is not None:
            self.pin_wanted.emit(entry.key)
