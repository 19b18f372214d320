"""Incidents linked to a change: those it fixes, and those it caused."""

from dataclasses import replace
from typing import ClassVar

from app.domain.change import Change
from app.domain.review import Incident
from app.errors import InvalidInput
from app.i18n import _, later
from app.wording import clock, day
from ui.cells import Badge, Cell, Column, Mark
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.widgets.fields import ChoiceField, FlagField, LineField

PRIORITIES = ("1", "2", "3")


class IncidentForm(RecordForm):
    """One incident; ticks are stamped with the time."""

    def __init__(self) -> None:
        super().__init__()
        self.reference = LineField(_("Reference"), placeholder="INC-4711")
        self.title = LineField(_("What happened"))
        self.priority = ChoiceField(_("Priority"), [(text, f"P{text}") for text in PRIORITIES])
        self.caused = FlagField(_("Relation"), _("Caused by this change"))
        self.restored = FlagField(_("State"), _("Service is restored"))
        for name in ("reference", "title", "priority", "caused", "restored"):
            self.add(name, getattr(self, name))

    def fill(self, record: Incident) -> None:
        """Show an incident."""
        self.reference.set_value(record.reference)
        self.title.set_value(record.title)
        self.priority.set_value(str(record.priority))
        self.caused.set_value(record.caused)
        self.restored.set_value(record.restored_at is not None)

    def read(self, record: Incident) -> Incident:
        """Return the incident as typed."""
        if not self.reference.value:
            raise refuse(self.reference, InvalidInput(_("Name the incident by its reference.")))
        now = self.stamp()[1] if self.stamp else None
        restored = (record.restored_at or now) if self.restored.value else None
        return replace(
            record,
            reference=self.reference.value,
            title=self.title.value,
            priority=int(self.priority.value),
            caused=self.caused.value,
            detected_at=record.detected_at or now,
            restored_at=restored,
        )


class IncidentsSection(Section):
    """All incidents of a change."""

    note: ClassVar[str] = later("Edited the incidents")

    def __init__(self) -> None:
        super().__init__()
        self.incidents = RecordList(self._records(), IncidentForm)
        self.column.addWidget(self.incidents)
        self.watch_list(self.incidents)

    def lock(self, change: Change) -> str:
        """Incidents come when they come."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.incidents.set_value(view.change.incidents)

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
                    _("Relation"), lambda i: _("caused") if i.caused else _("related"), width=84,
                    tone="ink2",
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
        zone = self._view.zone if self._view else "UTC"
        at = f"{day(incident.restored_at, zone)} {clock(incident.restored_at, zone)}"
        return Badge(Mark.GOOD, _("restored {at}").format(at=at))
