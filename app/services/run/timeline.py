"""What happened in a run, in order of time: the log's entries and the notes people put between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.event import Actor, Event
from app.domain.run import Run


class EntryKind(StrEnum):
    """What an entry of the timeline is about."""

    STEP = "step"
    DECISION = "decision"
    DEVIATION = "deviation"
    NOTE = "note"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; ``key`` names it for good."""

    key: str
    at: datetime
    kind: EntryKind
    text: str
    by: str
    pinned: bool
    recorded_at: datetime | None = None
    """When a note was written down, if that was later than what it tells."""


_KINDS = {
    "run.deviation": EntryKind.DEVIATION,
    "step.repeated": EntryKind.DECISION,
    "step.cleared": EntryKind.DECISION,
    "step.skipped": EntryKind.DECISION,
    "step.answered": EntryKind.DECISION,
    "step.passed": EntryKind.DECISION,
    "run.rest": EntryKind.DECISION,
    "run.repeated": EntryKind.DECISION,
    "step.proven": EntryKind.DECISION,
    "run.paused": EntryKind.DECISION,
    "run.resumed": EntryKind.DECISION,
    "run.backed_out": EntryKind.DECISION,
}
_QUIET = ("run.noted", "run.pinned")
"""Notes come from the run itself, with the time they tell of."""


def timeline(run: Run, events: Iterable[Event]) -> tuple[Entry, ...]:
    """Return everything that happened in a run, oldest first."""
    entries = [
        _entry(run, event) for event in events if run.id in event.refs and event.kind not in _QUIET
    ]
    entries += [
        Entry(
            f"note:{note.id}",
            note.at,
            EntryKind.NOTE,
            note.text,
            note.by,
            f"note:{note.id}" in run.pins,
            note.recorded_at,
        )
        for note in run.notes
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _entry(run: Run, event: Event) -> Entry:
    key = f"event:{event.seq}"
    kind = EntryKind.STEP if event.kind.startswith("step.") else EntryKind.RUN
    by = "" if event.actor is Actor.SYSTEM else event.by
    return Entry(key, event.at, _KINDS.get(event.kind, kind), event.text, by, key in run.pins)
