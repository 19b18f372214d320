"""What users noticed: incidents that belong to a change, and when a service was down."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtCore import Slot

from app.domain.change import Change
from app.domain.outage import Outage, OutageKind, downtime_s
from app.domain.review import Incident, Relation
from app.errors import InvalidInput
from app.i18n import _, later
from app.services.review.incident_rule import suspects, suspicion
from app.services.review.review_words import OUTAGES, RELATIONS
from app.wording import clock, day, duration
from ui.cells import Badge, Cell, Column, Mark
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.pages.changes.times import EXAMPLE, show_moment, typed_moment
from ui.pages.changes.words import choices, word
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.labels import Label

PRIORITIES = ("1", "2", "3")


class IncidentForm(RecordForm):
    """One incident; without a time typed, it is detected when it is written down."""

    def __init__(self) -> None:
        super().__init__()
        self._zone = "UTC"
        self.reference = LineField(_("Reference"), placeholder="INC-4711")
        self.title = LineField(_("What happened"))
        self.priority = ChoiceField(_("Priority"), [(text, f"P{text}") for text in PRIORITIES])
        self.relation = ChoiceField(_("Relation"), choices(RELATIONS))
        self.detected = LineField(_("Detected"), placeholder=EXAMPLE)
        self.restored = LineField(
            _("Service restored"), _("Empty while it lasts"), placeholder=EXAMPLE
        )
        for name in ("reference", "title", "priority", "relation", "detected", "restored"):
            self.add(name, getattr(self, name))

    def prepare(self, view: ChangeView) -> None:
        """Follow the zone of the change."""
        self._zone = view.zone

    def fill(self, record: Incident) -> None:
        """Show an incident."""
        self.reference.set_value(record.reference)
        self.title.set_value(record.title)
        self.priority.set_value(str(record.priority))
        self.relation.set_value(record.relation.value)
        show_moment(self.detected, record.detected_at, self._zone)
        show_moment(self.restored, record.restored_at, self._zone)

    def read(self, record: Incident) -> Incident:
        """Return the incident as typed."""
        if not self.reference.value:
            raise refuse(self.reference, InvalidInput(_("Name the incident by its reference.")))
        now = self.stamp()[1] if self.stamp else datetime.now(UTC)
        detected = typed_moment(self.detected, self._zone, now) or record.detected_at or now
        restored = typed_moment(self.restored, self._zone, now)
        if restored is not None and restored < detected.replace(second=0, microsecond=0):
            raise refuse(self.restored, InvalidInput(_("It was detected later than that.")))
        relation = Relation(self.relation.value)
        return replace(
            record,
            reference=self.reference.value,
            title=self.title.value,
            priority=int(self.priority.value),
            caused=relation is Relation.CAUSED,
            fixes=relation is Relation.FIXED,
            detected_at=detected,
            restored_at=restored,
        )


class IncidentsSection(Section):
    """All incidents of a change."""

    note: ClassVar[str] = later("Edited the incidents")

    def __init__(self) -> None:
        super().__init__()
        self.incidents = RecordList(self._records(), IncidentForm)
        self.suspects = Label(tone="watch", wrap=True)
        self.column.addWidget(self.incidents)
        self.column.addWidget(self.suspects)
        self.watch_list(self.incidents)
        self.incidents.edited.connect(self._follow)

    def lock(self, change: Change) -> str:
        """Incidents come when they come."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.incidents.set_value(view.change.incidents)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Ask about what came in the time of the change, as it is typed."""
        change = replace(self.view.change, incidents=tuple(self.incidents.value))
        text = "\n".join(suspicion(item, change) for item in suspects(change))
        self.suspects.setText(text)
        self.suspects.setVisible(bool(text))

    def values(self) -> dict[str, object]:
        """Return the incidents."""
        return {"incidents": self.incidents.value}

    def _records(self) -> Records:
        return Records(
            _("Incidents"),
            _("incident"),
            _("No incident is linked."),
            (
                line_column(_("Reference"), lambda incident: incident.reference, width=110),
                line_column(_("What happened"), lambda incident: incident.title),
                line_column("P", lambda incident: f"P{incident.priority}", width=40, tone="ink2"),
                line_column(
                    _("Relation"), lambda i: word(RELATIONS, i.relation), width=160, tone="ink2"
                ),
                Column[Line](
                    _("State"), lambda line: self._badge(line.item).word,
                    cell=lambda line: Cell((self._badge(line.item),)), width=190,
                ),
            ),
            lambda: Incident("", ""),
        )  # fmt: skip

    def _badge(self, incident: Incident) -> Badge:
        if incident.restored_at is None:
            return Badge(Mark.WATCH, _("Open"))
        if incident.detected_at is not None:
            took = (incident.restored_at - incident.detected_at).total_seconds()
            return Badge(Mark.GOOD, _("restored after {time}").format(time=duration(took)))
        return Badge(Mark.GOOD, _("restored"))


class OutageForm(RecordForm):
    """One span without a service, or with less of it."""

    def __init__(self) -> None:
        super().__init__()
        self._zone = "UTC"
        self.kind = ChoiceField(_("Kind"), choices(OUTAGES))
        self.service = LineField(_("Service"))
        self.begin = LineField(_("Began"), placeholder=EXAMPLE)
        self.end = LineField(_("Ended"), _("Empty while it lasts"), placeholder=EXAMPLE)
        self.text = LineField(_("What users noticed"))
        for name in ("kind", "service", "begin", "end"):
            self.add(name, getattr(self, name))
        self.add("text", self.text, wide=True)

    def prepare(self, view: ChangeView) -> None:
        """Follow the zone of the change."""
        self._zone = view.zone

    def fill(self, record: Outage) -> None:
        """Show an outage."""
        self.kind.set_value(record.kind.value)
        self.service.set_value(record.service)
        show_moment(self.begin, record.begin if record.service else None, self._zone)
        show_moment(self.end, record.end, self._zone)
        self.text.set_value(record.text)

    def read(self, record: Outage) -> Outage:
        """Return the outage as typed."""
        by, now = self.stamp() if self.stamp else ("", datetime.now(UTC))
        if not self.service.value:
            raise refuse(self.service, InvalidInput(_("Name the service.")))
        begin = typed_moment(self.begin, self._zone, now)
        if begin is None:
            raise refuse(self.begin, InvalidInput(_("Say when it began.")))
        end = typed_moment(self.end, self._zone, now)
        if end is not None and end < begin:
            raise refuse(self.end, InvalidInput(_("It began later than that.")))
        return replace(
            record,
            kind=OutageKind(self.kind.value),
            service=self.service.value,
            begin=begin,
            end=end,
            text=self.text.value,
            by=record.by or by,
        )


class OutagesSection(Section):
    """All outages of a change, and planned downtime beside the actual one."""

    note: ClassVar[str] = later("Edited the outages")

    def __init__(self) -> None:
        super().__init__()
        self.outages = RecordList(self._records(), OutageForm)
        self.column.addWidget(self.outages)
        self.watch_list(self.outages)

    def lock(self, change: Change) -> str:
        """Outages come when they come."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.outages.set_value(view.change.outages)
        self.outages.title.set_note(downtime_note(view.change))

    def values(self) -> dict[str, object]:
        """Return the outages."""
        return {"outages": self.outages.value}

    def _records(self) -> Records:
        return Records(
            _("Outages"),
            _("outage"),
            _("No outage is recorded. Without one the downtime of the run counts."),
            (
                line_column(_("Kind"), lambda o: word(OUTAGES, o.kind), width=150),
                line_column(_("Service"), lambda o: o.service),
                Column[Line](_("Began"), lambda line: self._when(line.item.begin), width=140,
                             tone="ink2"),
                Column[Line](_("Ended"), lambda line: self._when(line.item.end), width=140,
                             tone="ink2"),
                line_column(_("Took"), _took, width=90, right=True),
            ),
            lambda: Outage(OutageKind.UNPLANNED, "", datetime.now(UTC)),
        )  # fmt: skip

    def _when(self, at: datetime | None) -> str:
        zone = self._view.zone if self._view else "UTC"
        return _("lasts") if at is None else f"{day(at, zone)} {clock(at, zone)}"


def _took(outage: Outage) -> str:
    return duration(outage.duration.total_seconds()) if outage.duration is not None else "–"


def downtime_note(change: Change) -> str:
    """Say how long users were without the service, beside what was planned."""
    actual = downtime_s(change.outages, [kind for kind in OutageKind if kind.is_down])
    if actual is None:
        lasts = any(item.kind.is_down and item.end is None for item in change.outages)
        return _("still down") if lasts else ""
    down, unplanned = duration(actual), downtime_s(change.outages, (OutageKind.UNPLANNED,))
    if unplanned:
        down = _("{actual} down, {part} of it unplanned").format(
            actual=down, part=duration(unplanned)
        )
    else:
        down = _("{actual} down").format(actual=down)
    planned = change.planned_downtime_min
    if planned is None:
        return _("{down}, nothing planned on record").format(down=down)
    return _("{down}, planned were {planned}").format(down=down, planned=duration(planned * 60))
