"""Beside the calendar: what is chosen, what is in its way, and what can be done about it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.conflict import Conflict
from app.domain.window import Window
from app.i18n import _
from app.services.schedule.conflicts import conflict_sentence, reason_word
from app.services.schedule.window_words import length_words, occurrence_words, window_sentence
from app.wording import clock_span, duration
from ui.cells import Badge, Mark
from ui.models.changes import state_badge, type_word
from ui.operations.calendar import EntryDetail
from ui.pages.calendar.entries import Board, Entry
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.facts import Fact, KeyValues, SectionTitle
from ui.widgets.labels import Label, body, meta, panel_title
from ui.widgets.layout import add_layout, clear, column, panel, row, scrolling
from ui.widgets.risk_badge import RiskBadge

WIDTH = 336
_LABELS = 96


class Side(QWidget):
    """Shows one thing at a time; all buttons lead to signals of the page."""

    open_wanted = Signal(str)  # id of a change
    slot_wanted = Signal(str)
    export_wanted = Signal(str)
    edit_wanted = Signal(str)  # id of a window
    skip_wanted = Signal(object)  # Occurrence
    night_wanted = Signal(object)  # Occurrence, to be moved alone
    declare_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self._zone = "UTC"
        self.open = Button(_("Open the change"), Kind.PRIMARY)
        self.slot = Button(_("Next free slot"), icon="search")
        self.export = Button(_("Calendar file"), icon="download")
        self.declare = Button(_("Declare a window"))
        self.declare.clicked.connect(self.declare_wanted)
        self.edit, self.skip = Button(_("Edit the window")), Button(_("Leave this one out"))
        self.night = Button(_("Move this one"))
        for button, slot in (
            (self.open, self._on_open),
            (self.slot, self._on_slot),
            (self.export, self._on_export),
            (self.edit, self._on_edit),
            (self.skip, self._on_skip),
            (self.night, self._on_night),
        ):
            button.clicked.connect(slot)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(12)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._deeds = QVBoxLayout()
        self._deeds.setSpacing(8)
        self._deeds.setContentsMargins(0, 0, 0, 0)
        inner = panel(column(panel(self._parts), panel(self._deeds), None, gap=16,
                             margins=(20, 16, 20, 20)))  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(inner))
        self.setMinimumWidth(WIDTH)
        self.setMaximumWidth(WIDTH + 80)
        self._own = (self.open, self.slot, self.export, self.edit, self.skip, self.night,
                     self.declare)  # fmt: skip

    def show_nothing(self, board: Board, *, any_window: bool) -> None:
        """Say what is in sight, what is missing, and how the calendar is used."""
        self._begin(None)
        if not board.entries:
            words = _("No change has its window here. Plan one on the tab Schedule of a change.")
            self._add(panel_title(_("Nothing planned in sight")), body(words, "ink2"))
        if not any_window:
            words = _("Say once when changes may run and when none may: every plan is then "
                      "checked against it.")  # fmt: skip
            self._add(panel_title(_("No window is declared")), body(words, "ink2"))
            self._offer(self.declare)
        freezes = sum(1 for item in board.shades if item.is_freeze)
        facts: list[Fact] = [
            (_("Changes"), str(len(board.entries))),
            (_("Windows"), str(len(board.shades) - freezes)),
            (_("Freezes"), str(freezes)),
        ]
        self._add(panel_title(_("In sight")), KeyValues(facts, label_width=_LABELS))
        self._add(SectionTitle(_("How to")))
        keys: list[Fact] = [
            (_("Drag"), _("moves a change, after you have confirmed it")),
            (_("Arrows"), _("choose; with Ctrl they move it")),
            (_("Enter"), _("opens the change")),
            ("D W M G", _("day, week, month, Gantt")),
            (_("T"), _("goes to today")),
        ]
        self._add(KeyValues(keys, label_width=_LABELS))

    def show_entry(self, entry: Entry, zone: str) -> None:
        """Show what the calendar knows of an entry, until more was read."""
        self._begin(entry)
        self._zone = zone
        if entry.row is None:
            self._show_window(entry, zone)
            return
        self._add(meta(entry.row.number), Label(entry.title, size=15, weight=600, wrap=True))
        self._add(body(clock_span(entry.span.start, entry.span.end, zone)))
        self._offer(self.open)

    @Slot(object)
    def show_detail(self, detail: EntryDetail) -> None:
        """Show a change with its people, its zones and what is in its way."""
        zone = self._zone
        if self._entry is None or self._entry.id != detail.change.id:
            return
        change = detail.change
        self._begin(self._entry)
        self._add(meta(change.number), Label(change.title, size=15, weight=600, wrap=True))
        grade = change.risk.inherent.level if change.risk else None
        residual = change.risk.residual.level if change.risk else None
        badge = state_badge(change.state, on_hold=change.on_hold)
        self._add(panel(row(StateBadge(badge), RiskBadge(grade, residual), None, gap=16)))
        if detail.missed:
            self._add(StateBadge(Badge(Mark.WATCH, _("Missed: nobody started it in its window"))))
        self._add(KeyValues(_facts(detail, zone), label_width=_LABELS))
        self._add(*_conflicts(detail))
        self.slot.block(detail.fixed)
        self._offer(self.open, self.slot, self.export)

    def _show_window(self, entry: Entry, zone: str) -> None:
        item = entry.occurrence
        if item is None:
            return
        window = item.window
        freeze = Badge(Mark.STOPPED, _("Freeze: no change may run"), "ink")
        open_ = Badge(Mark.SCHEDULED, _("Maintenance window"), "ink")
        self._add(StateBadge(freeze if window.is_freeze else open_))
        self._add(Label(window.name, size=15, weight=600, wrap=True))
        facts: list[Fact] = [
            (_("This time"), occurrence_words(item)),
            (_("Rule"), window_sentence(window)),
            (_("Length"), length_words(window)),
        ]
        if window.zone != zone:
            facts.insert(1, (_("Here"), clock_span(item.span.start, item.span.end, zone)))
        if window.condition:
            facts.append((_("Condition"), window.condition))
        self._add(KeyValues(facts, label_width=_LABELS))
        self._offer(self.edit, *((self.night, self.skip) if window.rule else ()))

    def _begin(self, entry: Entry | None) -> None:
        self._entry = entry
        for button in self._own:
            button.setParent(self)
            button.hide()
        clear(self._parts)
        clear(self._deeds)

    def _add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self._parts.addWidget(widget)

    def _offer(self, *buttons: Button) -> None:
        """Put the first button on a line of its own, the others side by side below it."""
        for line in (buttons[:1], buttons[1:]):
            add_layout(self._deeds, row(*line, None))
            for button in line:
                button.show()
                if button.reason:
                    reason = Label(button.reason, size=SMALL, tone="ink2", wrap=True)
                    self._deeds.addWidget(reason)

    @Slot()
    def _on_open(self) -> None:
        if self._entry is not None:
            self.open_wanted.emit(self._entry.id)

    @Slot()
    def _on_slot(self) -> None:
        if self._entry is not None:
            self.slot_wanted.emit(self._entry.id)

    @Slot()
    def _on_export(self) -> None:
        if self._entry is not None:
            self.export_wanted.emit(self._entry.id)

    @Slot()
    def _on_edit(self) -> None:
        if self._entry is not None and self._entry.occurrence is not None:
            self.edit_wanted.emit(self._entry.occurrence.window.id)

    @Slot()
    def _on_night(self) -> None:
        if self._entry is not None and self._entry.occurrence is not None:
            self.night_wanted.emit(self._entry.occurrence)

    @Slot()
    def _on_skip(self) -> None:
        if self._entry is not None and self._entry.occurrence is not None:
            self.skip_wanted.emit(self._entry.occurrence)


def _facts(detail: EntryDetail, zone: str) -> list[Fact]:
    change = detail.change
    facts: list[Fact] = []
    if change.window is not None:
        facts += zone_facts(change.window, zone, detail)
    facts.append((_("Type"), type_word(change.type)))
    for label, value in (
        (_("Hosts"), ", ".join(host.name for host in detail.hosts)),
        (_("Service"), change.business_service),
        (_("Coordinator"), change.coordinator),
        (_("Implementer"), change.implementer),
    ):
        if value:
            facts.append((label, value))
    if change.runbook.steps:
        facts.append((_("Runbook"), duration(change.runbook.forward_estimate_s)))
    return facts


def zone_facts(window: Window, zone: str, detail: EntryDetail) -> list[Fact]:
    """Return the window in its own zone, in that of the calendar and in those of the hosts."""
    span = window.span
    facts: list[Fact] = [(_("Window"), clock_span(span.start, span.end, window.zone))]
    seen = {window.zone}
    if zone not in seen:
        seen.add(zone)
        facts.append((_("Here"), clock_span(span.start, span.end, zone)))
    for host in detail.hosts:
        if host.zone not in seen:
            seen.add(host.zone)
            there = clock_span(span.start, span.end, host.zone)
            facts.append((_("On {host}").format(host=host.name), there))
    return facts


def _conflicts(detail: EntryDetail) -> list[QWidget]:
    change = detail.change
    if change.window is None:
        return []
    if not detail.conflicts:
        return [StateBadge(Badge(Mark.GOOD, _("Nothing is in the way")))]
    open_ones = len(detail.open_ones)
    note = _("{n} not accepted").format(n=open_ones) if open_ones else _("all accepted")
    parts: list[QWidget] = [SectionTitle(_("In the way"), note)]
    parts += [conflict_line(change, item, open_=item in detail.open_ones)
              for item in detail.conflicts]  # fmt: skip
    return parts


def conflict_line(change: Change, conflict: Conflict, *, open_: bool) -> QWidget:
    """Return a conflict: its sign and word, and the sentence below."""
    zone = change.window.zone if change.window else "UTC"
    mark = Mark.WATCH if open_ else Mark.DONE
    badge = StateBadge(Badge(mark, reason_word(conflict.reason)), size=SMALL)
    words = Label(conflict_sentence(conflict, zone), size=SMALL, tone="ink2", wrap=True)
    return panel(column(badge, words, gap=2))
