"""Plan: who coordinates, implements and reviews, and who must be reachable meanwhile."""

from dataclasses import replace
from typing import ClassVar

from app.domain.change import Change
from app.domain.people import Contact
from app.errors import InvalidInput
from app.i18n import _, later
from app.wording import clock, day
from ui.cells import Badge, Cell, Column, Mark
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, line_column
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, FlagField, LineField
from ui.widgets.form import Form

PRIORITIES = ("1", "2", "3", "4")


class PeopleSection(Section):
    """The roles; who implements can neither approve nor review."""

    note: ClassVar[str] = later("Edited the people")

    def __init__(self) -> None:
        super().__init__()
        self.coordinator = LineField(_("Coordinator"))
        self.implementer = LineField(_("Implementer"), _("Can neither approve nor review."))
        self.reviewer = LineField(_("Reviewer"))
        self.priority = ChoiceField(_("Priority"), [(text, text) for text in PRIORITIES])
        form = Form(2)
        for name in ("coordinator", "implementer", "reviewer", "priority"):
            form.add(name, getattr(self, name))
        self.column.addWidget(SectionTitle(_("People")))
        self.column.addWidget(form)
        self.watch(self.coordinator, self.implementer, self.reviewer, self.priority)

    def lock(self, change: Change) -> str:
        """People can change while the work runs."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        for field in (self.coordinator, self.implementer, self.reviewer):
            field.suggest(view.people)
        self.coordinator.set_value(change.coordinator)
        self.implementer.set_value(change.implementer)
        self.reviewer.set_value(change.reviewer)
        self.priority.set_value(str(change.priority))

    def values(self) -> dict[str, object]:
        """Return the people as typed."""
        return {
            "coordinator": self.coordinator.value,
            "implementer": self.implementer.value,
            "reviewer": self.reviewer.value,
            "priority": int(self.priority.value),
        }


class ContactForm(RecordForm):
    """One person to reach."""

    def __init__(self) -> None:
        super().__init__()
        self.name = LineField(_("Name"))
        self.role = LineField(_("Role"))
        self.reach = LineField(_("How to reach"), placeholder=_("ext. 4410"))
        self.confirmed = FlagField(_("Reachable"), _("Confirmed for the window"))
        self.present = FlagField(_("Present"), _("Must be there the whole time"))
        for name in ("name", "role", "reach", "present", "confirmed"):
            self.add(name, getattr(self, name))

    def fill(self, record: Contact) -> None:
        """Show a contact."""
        self.name.set_value(record.name)
        self.role.set_value(record.role)
        self.reach.set_value(record.reach)
        self.present.set_value(record.present)
        self.confirmed.set_value(record.confirmed_at is not None)

    def read(self, record: Contact) -> Contact:
        """Return the contact as typed; a confirmation is stamped with who gave it."""
        if not self.name.value:
            raise refuse(self.name, InvalidInput(_("Name the person.")))
        typed = Contact(
            self.name.value, self.role.value, self.reach.value, present=self.present.value
        )
        if not self.confirmed.value or self.stamp is None:
            return typed
        by, at = self.stamp()
        if record.confirmed_at is not None:
            by, at = record.confirmed_by, record.confirmed_at
        return replace(typed, confirmed_at=at, confirmed_by=by)


class ContactsSection(Section):
    """Everybody on call must have confirmed before the start."""

    note: ClassVar[str] = later("Edited the contacts")

    def __init__(self) -> None:
        super().__init__()
        self.contacts = RecordList(self._records(), ContactForm)
        self.column.addWidget(self.contacts)
        self.watch_list(self.contacts)

    def lock(self, change: Change) -> str:
        """Contacts are not part of the plan that was approved."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.contacts.set_value(view.change.contacts)

    def values(self) -> dict[str, object]:
        """Return the contacts."""
        return {"contacts": self.contacts.value}

    def _records(self) -> Records:
        return Records(
            _("Reachable during the work"),
            _("contact"),
            _("Nobody yet. Somebody must be reachable, and confirm it before the start."),
            (
                line_column(_("Name"), lambda contact: contact.name),
                line_column(_("Role"), lambda contact: contact.role, width=150, tone="ink2"),
                line_column(_("How to reach"), lambda contact: contact.reach, width=110),
                line_column(_("Present"), _presence, width=70, tone="ink2"),
                Column[Line](_("Reachable"), self._state, cell=self._cell, width=230),
            ),
            lambda: Contact(""),
        )

    def _state(self, line: Line) -> str:
        contact: Contact = line.item
        if contact.confirmed_at is None:
            return _("not confirmed")
        zone = self.view.zone
        at = f"{day(contact.confirmed_at, zone)} {clock(contact.confirmed_at, zone)}"
        return _("confirmed {at}").format(at=at)

    def _cell(self, line: Line) -> Cell:
        confirmed = line.item.confirmed_at is not None
        return Cell((Badge(Mark.GOOD if confirmed else Mark.NEEDED, self._state(line)),))


def _presence(contact: Contact) -> str:
    return _("yes") if contact.present else ""
