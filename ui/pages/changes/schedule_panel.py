"""Below the window: what is in its way and who accepted it, windows around it, slots, the file."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.conflict import Conflict, Reason
from app.domain.window import TimeRange, Window
from app.i18n import _, ngettext
from app.services.schedule.conflicts import conflict_sentence, reason_word
from app.services.schedule.slots import SlotAnswer
from app.wording import clock_span, moment
from ui.cells import Badge, Mark
from ui.messages import Message, Tone
from ui.operations import calendar as operations
from ui.operations.changes import ChangeView
from ui.operations.schedule import ScheduleView, load_schedule
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.tasks import Latest
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall, link
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label, body
from ui.widgets.layout import Line, add_layout, clear, column, panel, row
from ui.widgets.strips import PlannedWindow, WindowStrip


class SchedulePanel(QWidget):
    """Reads the calendar around a change each time the change is shown."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self.view: ScheduleView | None = None
        self.slot = Button(_("Next free slot"), icon="search", tall=Tall.COMPACT)
        self.check = Button(_("Check again"), icon="refresh", tall=Tall.COMPACT)
        self.export = Button(_("Calendar file"), icon="download", tall=Tall.COMPACT)
        self.to_calendar = link(_("Show in the calendar"))
        self.offer, self.missed = QVBoxLayout(), QVBoxLayout()
        self.lines, self.conflicts = QVBoxLayout(), QVBoxLayout()
        self.strip = WindowStrip()
        self.title = SectionTitle(_("In the way"), end=self.check)
        for part, gap in ((self.offer, 2), (self.missed, 8), (self.lines, 4), (self.conflicts, 8)):
            part.setContentsMargins(0, 0, 0, 0)
            part.setSpacing(gap)
        self.missed_box = panel(self.missed)
        """Stands above everything else of the tab."""
        self.missed_box.hide()
        self.setLayout(
            column(
                row(self.slot, self.export, None),
                panel(self.offer),
                self.title,
                panel(self.conflicts),
                SectionTitle(_("Two weeks around it"), end=self.to_calendar),
                self.strip,
                panel(self.lines),
                gap=12,
            )
        )
        self._views, self._slots = (Latest(editing.context.tasks, self) for _n in range(2))
        self._connect()

    def show_view(self, view: ChangeView) -> None:
        """Read the calendar around a change."""
        if self.view is not None and self.view.change.id != view.change.id:
            clear(self.offer)
        services = self._editing.context.services
        self._views.start(partial(load_schedule, services, view.change.id))

    def _connect(self) -> None:
        self._views.loaded.connect(self._show)
        self._views.failed.connect(self._editing.failed)
        self._slots.loaded.connect(self._show_slot)
        self._slots.failed.connect(self._editing.failed)
        self.slot.clicked.connect(self._find_slot)
        self.check.clicked.connect(self._on_check)
        self.export.clicked.connect(self._on_export)
        self.to_calendar.clicked.connect(self._on_calendar)

    @Slot(object)
    def _show(self, view: ScheduleView) -> None:
        self.view = view
        self.slot.block(view.fixed)
        has_window = view.change.window is not None
        for button in (self.check, self.export, self.to_calendar):
            button.setVisible(has_window)
        self._show_missed(view)
        self._show_conflicts(view)
        self._show_around(view)

    def _show_missed(self, view: ScheduleView) -> None:
        clear(self.missed)
        self.missed_box.setVisible(bool(view.missed))
        if not view.missed or view.change.window is None:
            return
        badge = StateBadge(Badge(Mark.WATCH, _("Missed: its window went by without a start")))
        self.missed.addWidget(badge)
        self.missed.addWidget(body(view.missed, "ink2"))
        now = Button(_("Run it now"), tall=Tall.COMPACT)
        now.clicked.connect(self._run_now)
        add_layout(self.missed, row(now, Label(_("or take the next free slot"), tone="ink2"), None))

    def _show_conflicts(self, view: ScheduleView) -> None:
        clear(self.conflicts)
        check = view.change.schedule_check
        zone = view.change.window.zone if view.change.window else "UTC"
        self.title.set_note(_("checked {at}").format(at=moment(check.at, zone)) if check else "")
        if view.change.window is None:
            self.conflicts.addWidget(
                body(_("Conflicts are looked for once there is a window."), "ink2")
            )
        elif not view.conflicts:
            text = _("Nothing: no freeze, no other change on these or related hosts, nobody "
                     "double-booked.")  # fmt: skip
            self.conflicts.addWidget(StateBadge(Badge(Mark.GOOD, _("Free"))))
            self.conflicts.addWidget(body(text, "ink2"))
        for number, conflict in enumerate(view.conflicts):
            if number:
                self.conflicts.addWidget(Line())
            self.conflicts.addWidget(self._conflict(view, conflict, zone))

    def _conflict(self, view: ScheduleView, conflict: Conflict, zone: str) -> QWidget:
        given = view.accepted(conflict)
        badge = StateBadge(Badge(Mark.DONE if given else Mark.WATCH, reason_word(conflict.reason)))
        head = row(badge, None)
        if conflict.other:
            other = link(conflict.other_number)
            other.clicked.connect(partial(self._go, conflict.other))
            head.addWidget(other)
        if conflict.reason is Reason.CLOCKS:
            for text, keep in ((_("Keep the wall time"), False), (_("Keep the instant"), True)):
                choice = Button(text, tall=Tall.COMPACT)
                choice.clicked.connect(partial(self._settle, keep))
                head.addWidget(choice)
        elif given is None:
            accept = Button(_("Accept by name"), tall=Tall.COMPACT)
            accept.clicked.connect(partial(self._accept, conflict))
            head.addWidget(accept)
        words = column(head, body(conflict_sentence(conflict, zone), "ink2"), gap=4)
        if given is not None:
            text = _("Accepted by {who}, {at}: {reason}").format(
                who=given.by, at=moment(given.at, zone), reason=given.reason
            )
            words.addWidget(Label(text, size=SMALL, tone="ink2", wrap=True))
        return panel(words)

    def _show_around(self, view: ScheduleView) -> None:
        clear(self.lines)
        for text in view.relation:
            self.lines.addWidget(body(text, "ink2"))
        window = view.change.window
        zone = window.zone if window else self._editing.context.services.settings.zone
        self.strip.set_windows(view.first, zone, _planned(view), today=view.now)

    @Slot()
    def _find_slot(self) -> None:
        if self.view is not None:
            services = self._editing.context.services
            self._slots.start(partial(operations.find_slot, services, self.view.change.id))

    @Slot(object)
    def _show_slot(self, answer: SlotAnswer) -> None:
        clear(self.offer)
        slot = answer.slot
        if slot is None:
            self.offer.addWidget(StateBadge(Badge(Mark.WATCH, _("No slot is free"))))
        else:
            when = clock_span(slot.span.start, slot.span.end, slot.zone)
            take = Button(_("Take it"), Kind.PRIMARY, tall=Tall.COMPACT)
            take.clicked.connect(partial(self._take, slot))
            add_layout(self.offer, row(StateBadge(Badge(Mark.GOOD, when)), None, take))
        for line in answer.lines:
            self.offer.addWidget(Label(line, size=SMALL, tone="ink2", wrap=True))

    def _take(self, slot: Window) -> None:
        clear(self.offer)
        if self.view is not None:
            task = operations.move_change(self._editing.context, self.view.change.id, slot)
            self._editing.do(task, _("Moved"))

    @Slot()
    def _run_now(self) -> None:
        """Ask before a missed change gets this moment as its window; it still starts by hand."""
        if self.view is None or self.view.change.window is None:
            return
        window = self.view.change.window
        start = self._editing.context.services.clock.now().replace(second=0, microsecond=0)
        wanted = Window(TimeRange(start, start + window.span.duration), window.zone)
        self._editing.ask(
            Question(
                _("Run it now, late?"),
                _("The window becomes {when}. The calendar is checked, approvals count as their "
                  "tolerance allows, and the start is yours as before.").format(
                    when=clock_span(wanted.span.start, wanted.span.end, wanted.zone)),
                _("Make this the window"),
                lambda _reason: self._take(wanted),
                needed=False,
            )
        )  # fmt: skip

    def _accept(self, conflict: Conflict) -> None:
        if self.view is None:
            return
        change: Change = self.view.change
        zone = change.window.zone if change.window else "UTC"
        context = self._editing.context

        def answer(reason: str) -> None:
            task = operations.accept(context, change.id, conflict.key, reason)
            self._editing.do(task, _("Accepted"))

        self._editing.ask(
            Question(
                _("Accept this in your name?"),
                conflict_sentence(conflict, zone)
                + " "
                + _("Moving either of them later makes it void."),
                _("Accept"),
                answer,
            )
        )

    def _settle(self, keep_instant: bool) -> None:
        if self.view is not None:
            task = operations.settle_clocks(
                self._editing.context, self.view.change.id, keep_instant=keep_instant
            )
            self._editing.do(task, _("Settled"))

    def _go(self, change_id: str) -> None:
        self._editing.context.navigation.go("changes", f"{change_id}/schedule")

    @Slot()
    def _on_check(self) -> None:
        if self.view is not None:
            task = operations.check(self._editing.context, self.view.change.id)
            self._editing.do(task, _("Checked"))

    @Slot()
    def _on_calendar(self) -> None:
        if self.view is not None:
            self._editing.context.navigation.go("calendar", str(self.view.change.id))

    @Slot()
    def _on_export(self) -> None:
        if self.view is None:
            return
        change = self.view.change
        target, _kind = QFileDialog.getSaveFileName(
            self, _("Write a calendar file"), f"{change.number}.ics", _("Calendar (*.ics)")
        )
        if target:
            context = self._editing.context
            write = partial(
                operations.export, context.services, (change.id,), Path(target), with_windows=False
            )
            task = context.tasks.load(write)
            task.succeeded.connect(partial(self._on_exported, target))
            task.failed.connect(self._editing.failed)

    def _on_exported(self, target: str, n: int) -> None:
        text = ngettext("Wrote {n} entry to {file}", "Wrote {n} entries to {file}", n)
        self._editing.posted.emit(Message(text.format(n=n, file=target), Tone.DONE))


def _planned(view: ScheduleView) -> list[PlannedWindow]:
    """Return the strip's windows: maintenance behind, freezes, others, this one in accent."""
    shown = [
        PlannedWindow(item.span.start, item.span.end, item.window.name, open=True)
        for item in view.maintenance
    ]
    shown += [
        PlannedWindow(item.span.start, item.span.end, item.window.name, freeze=True)
        for item in view.freezes
    ]
    shown += [
        PlannedWindow(other.window.span.start, other.window.span.end, other.number)
        for other in view.others
        if other.window
    ]
    window = view.change.window
    if window is not None:
        shown.append(
            PlannedWindow(window.span.start, window.span.end, view.change.number, tone="accent")
        )
    return shown
