"""Put changes, windows and freezes into a calendar file that other programs read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.calendar import ScheduleWindow
from app.domain.change import Change, ChangeState
from app.domain.host import Host
from app.domain.window import TimeRange
from app.errors import NotFound
from app.i18n import _
from app.services.change.changes import Desk
from app.services.schedule.calendar_rows import CalendarReads
from app.services.schedule.window_words import (
    applies_words,
    kind_word,
    length_words,
    window_sentence,
)
from app.wording import duration

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Method(StrEnum):
    """What the receiver of the file is to do with it (RFC 5546)."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


class EntryStatus(StrEnum):
    """How sure an entry is."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part; ``mail`` is empty where no address is known."""

    name: str
    role: str
    mail: str = ""


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One change as an entry; ``sequence`` counts how often time, title or state were altered."""

    id: str
    sequence: int
    title: str
    text: str
    span: TimeRange
    zone: str
    status: EntryStatus
    organizer: Person | None
    created: datetime | None
    altered: datetime | None


@dataclass(frozen=True, slots=True)
class WindowEntry:
    """One maintenance window or freeze as an entry; its version is its sequence."""

    window: ScheduleWindow
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """Everything that goes into one file."""

    name: str
    method: Method
    made_at: datetime
    organizer: Person
    """Whose entries they are where nobody else is named."""
    changes: tuple[ChangeEntry, ...] = ()
    windows: tuple[WindowEntry, ...] = ()


WriteCalendar = Callable[[CalendarFile], bytes]
"""Lays a calendar file out; `app.exports.ics` does."""


@dataclass(frozen=True, slots=True)
class Exporting:
    """What exporting a calendar needs."""

    desk: Desk
    reads: CalendarReads
    write: WriteCalendar


def export_changes(ids: Sequence[str], *, exporting: Exporting, windows: bool = False) -> bytes:
    """Return a calendar file of changes, and on request of all windows and freezes.

    Retired windows stand in it as cancelled: the receiver's calendar may still hold them. A file
    that holds canceled changes only takes them out of the receiver's calendar.

    Raises:
        NotFound: None of the changes has a window, and no window is asked for.
    """
    changes = exporting.reads.records(ids)
    if not changes and not windows:
        raise NotFound(
            _("There is nothing to put into a calendar."), hint=_("Plan a window first.")
        )
    desk, label = exporting.desk, exporting.desk.settings.label
    with desk.new_uow() as uow:
        hosts = tuple(uow.hosts.list())
    revisions = exporting.reads.revisions([change.id for change in changes])
    entries = tuple(_entry(change, revisions[change.id], hosts, label) for change in changes)
    gone = bool(entries) and all(item.status is EntryStatus.CANCELLED for item in entries)
    name = _("Changes") if len(entries) != 1 else changes[0].number
    return exporting.write(
        CalendarFile(
            _labelled(name, label),
            Method.CANCEL if gone and not windows else Method.PUBLISH,
            desk.clock.now(),
            Person(desk.actor, _("exported by")),
            entries,
            _windows(exporting.reads, hosts, label) if windows else (),
        )
    )


def _labelled(title: str, label: str) -> str:
    """Say in a title that nothing of it is real."""
    return f"{label}: {title}" if label else title


def _windows(reads: CalendarReads, hosts: tuple[Host, ...], label: str) -> tuple[WindowEntry, ...]:
    return tuple(
        WindowEntry(
            window,
            _labelled(f"{kind_word(window.kind)}: {window.name}", label),
            "\n".join(
                part
                for part in (
                    window_sentence(window),
                    _("Length: {words}").format(words=length_words(window)),
                    _("For: {words}").format(words=applies_words(window, hosts)),
                    window.condition,
                )
                if part
            ),
        )
        for window in reads.windows(retired=True)
    )


def _entry(change: Change, sequence: int, hosts: tuple[Host, ...], label: str) -> ChangeEntry:
    assert change.window is not None  # noqa: S101 - `records` gives no others; tells the type checker
    return ChangeEntry(
        id=str(change.id),
        sequence=sequence,
        title=_labelled(f"{change.number} {change.title}", label),
        text=_text(change, hosts),
        span=change.window.span,
        zone=change.window.zone,
        status=_status(change.state),
        organizer=_person(change, change.coordinator, _("coordinator")),
        created=change.opened_at,
        altered=change.updated_at,
    )


def _status(state: ChangeState) -> EntryStatus:
    if state in (ChangeState.CANCELED, ChangeState.REJECTED):
        return EntryStatus.CANCELLED
    if state in (ChangeState.DRAFT, ChangeState.ASSESS, ChangeState.AUTHORIZE):
        return EntryStatus.TENTATIVE
    return EntryStatus.CONFIRMED


def _text(change: Change, hosts: tuple[Host, ...]) -> str:
    names = {host.id: host.name for host in hosts}
    forward_s = change.runbook.forward_estimate_s
    parts = (
        (_("State"), change.state.value),
        (_("Type"), change.type.value),
        (_("Risk"), _(change.risk.level.label) if change.risk else ""),
        (_("Hosts"), ", ".join(names.get(host, str(host)) for host in change.hosts)),
        (_("Service"), change.business_service),
        (_("People"), _people(change)),
        (_("Runbook"), duration(forward_s) if forward_s else ""),
    )
    facts = "\n".join(f"{label}: {value}" for label, value in parts if value)
    return f"{change.description}\n\n{facts}".strip()


def _people(change: Change) -> str:
    """Return who takes part, each once with the first role."""
    named = [
        (change.coordinator, _("coordinator")),
        (change.implementer, _("implementer")),
        (change.reviewer, _("reviewer")),
        *((contact.name, contact.role) for contact in change.contacts),
    ]
    roles = dict(reversed(named))
    unique = dict.fromkeys(name for name, _role in named if name)
    return ", ".join(f"{name} ({roles[name]})" if roles[name] else name for name in unique)


def _person(change: Change, name: str, role: str) -> Person | None:
    if not name:
        return None
    reaches = (contact.reach for contact in change.contacts if contact.name == name)
    mail = next((found[0] for reach in reaches if (found := _MAIL.search(reach))), "")
    return Person(name, role, mail)
