"""The maintenance window: when, in which zone, what fits into it, what is in its way."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from PySide6.QtCore import Slot

from app.domain.window import TimeRange, Window
from app.errors import InvalidInput
from app.i18n import _, later
from app.wording import clock_span, duration, moment, zone_label, zone_with_offset
from ui import typed
from ui.cells import Badge, Mark
from ui.operations.changes import ChangeView
from ui.operations.zones import zone_names
from ui.pages.changes.editing import Editing
from ui.pages.changes.saving import Section, refuse
from ui.pages.changes.schedule_panel import SchedulePanel
from ui.pages.changes.tab import Tab
from ui.pages.changes.window_bar import WindowBar
from ui.paint import scaled
from ui.widgets.badges import StateBadge
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button, Kind
from ui.widgets.facts import Fact, KeyValues, SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.gap_offers import GapOffers
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, panel, row
from ui.widgets.moment_field import MomentField

_USUAL = timedelta(hours=3)


class ScheduleTab(Tab):
    """The window and its conflicts."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.window_section = WindowSection()
        self.add_section(self.window_section)
        self.panel = SchedulePanel(editing)
        self.body.insertWidget(0, self.panel.missed_box)
        self.body.addWidget(self.panel)
        self.end()

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        super().show_view(view)
        self.panel.show_view(view)


class WindowSection(Section):
    """Start, zone and length; the end follows."""

    note: ClassVar[str] = later("Set the maintenance window")

    def __init__(self) -> None:
        super().__init__()
        self._none = True
        self.start = MomentField(_("Start"), zone_names())
        self.length = LineField(_("Length, such as 3 h or 1:30"), placeholder=_("3 h"))
        self.length.setMaximumWidth(scaled(190))
        self.set_it, self.clear = Button(_("Plan a window"), Kind.PRIMARY), Button(_("Clear"))
        self.ends, self.offers = Label(tone="ink2", wrap=True), GapOffers()
        self.strip, self.facts = WindowBar(), KeyValues(label_width=140)
        self.start.edit.whole = True
        self.title = SectionTitle(_("Maintenance window"), end=self.clear)
        self.column.addWidget(self.title)
        self.column.addWidget(Beside(self.start, self.length, gap=16))
        self.column.addWidget(self.offers)
        add_layout(self.column, row(self.set_it, None))
        self.column.addWidget(self.ends)
        self.column.addWidget(self.strip)
        self.column.addWidget(self.facts)
        self.watch(self.start, self.length)
        self.start.edited.connect(self._follow)
        self.length.edited.connect(self._follow)
        self.offers.chosen.connect(self._on_offer)
        self.set_it.clicked.connect(self._on_set)
        self.clear.clicked.connect(self._on_clear)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        window = view.change.window
        self._none = window is None
        if window is None:
            start = _next_hour(view.now) + timedelta(days=7)
            self.start.set_value(start, view.settings.zone)
            self.length.set_value(length_text(_USUAL))
        else:
            self.start.set_value(window.span.start, window.zone)
            self.length.set_value(length_text(window.span.duration))
        self._follow()

    def values(self) -> dict[str, object]:
        """Return the window as typed; an instant that does not exist is refused at its field."""
        if self._none:
            return {"window": None}
        start = self.start.value
        if start is None:
            raise refuse(self.start, InvalidInput(self.start.problem))
        length = typed.length(self.length.value)
        if length is None or not timedelta(0) < length <= timedelta(days=31):
            raise refuse(
                self.length, InvalidInput(_("Type a length, such as 3 h, 1:30 or 90 min."))
            )
        return {"window": Window(TimeRange(start, start + length), self.start.zone)}

    def on_lock(self, *, locked: bool) -> None:
        """The two buttons follow the lock."""
        self.set_it.setEnabled(not locked)
        self.clear.setEnabled(not locked)

    @Slot()
    def _follow(self) -> None:
        start, length = self.start.value, typed.length(self.length.value)
        self.offers.show_for(self.start.wall if start is None else None, self.start.zone)
        self.set_it.setVisible(self._none)
        self.clear.setVisible(not self._none)
        known = start is not None and length is not None and length > timedelta(0)
        self.ends.setVisible(known)
        if start is None or length is None or not known:
            return
        window = Window(TimeRange(start, start + length), self.start.zone)
        self.ends.setText(sentence(window))
        if self._view is not None:
            facts = _facts(self._view, window)
            self.facts.set_facts(facts)
            self.strip.show_window(self._view, window)

    @Slot(object)
    def _on_offer(self, wall: datetime) -> None:
        self.start.set_wall(wall)
        self._follow()
        self.touch()

    @Slot()
    def _on_set(self) -> None:
        self._none = False
        self._follow()
        self.touch()
        self.flush()

    @Slot()
    def _on_clear(self) -> None:
        self._none = True
        self._follow()
        self.touch()
        self.flush()


def length_text(length: timedelta) -> str:
    """Write a length as it may be typed."""
    return duration(length.total_seconds())


def sentence(window: Window) -> str:
    """Say the window in one line; when the clocks change inside it, how long it really is."""
    span, zone = window.span, window.zone
    text = clock_span(span.start, span.end, zone)
    wall = window.end_wall.replace(tzinfo=None) - window.start_wall.replace(tzinfo=None)
    if wall != span.duration:
        return _("{window} = {real} of real time, not {wall}: the clocks change").format(
            window=text, real=length_text(span.duration), wall=length_text(wall)
        )
    text = text.removesuffix(zone_label(span.end, zone)) + zone_with_offset(span.end, zone)
    return _("{window}, {long}").format(window=text, long=length_text(span.duration))


def _facts(view: ChangeView, window: Window) -> list[Fact]:
    change, zone = view.change, window.zone
    forward_s = change.runbook.forward_estimate_s
    deadline = window.span.end - timedelta(seconds=view.rollback.total_s)
    slack_s = (deadline - window.span.start).total_seconds() - forward_s
    fits = slack_s >= 0
    words = _("{time} to spare") if fits else _("{time} too long")
    spare = Badge(Mark.GOOD if fits else Mark.BAD, words.format(time=duration(abs(slack_s))))
    facts: list[Fact] = [
        (_("Runbook, forward"), _("{time} as planned").format(time=duration(forward_s))),
        (_("Way back"), duration(view.rollback.total_s)),
        (_("Roll back by"), moment(deadline, zone)),
        (_("Fits"), panel(row(StateBadge(spare), None))),
    ]
    if zone != "UTC":
        facts.append((_("In UTC"), clock_span(window.span.start, window.span.end, "UTC")))
    for host in view.all_hosts:
        if host.id in change.hosts and host.zone not in (zone, "UTC"):
            there = clock_span(window.span.start, window.span.end, host.zone)
            facts.append((_("On {host}").format(host=host.name), there))
    return facts


def _next_hour(now: datetime) -> datetime:
    return (now.astimezone(UTC) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
