"""How entries of the change log are shown: their icon, their group, when and by whom."""

from datetime import datetime

from app.domain.event import Event
from app.i18n import _, later
from app.wording import clock, day

_ICONS = (
    ("change.opened", "file-plus"),
    ("change.edited", "pencil"),
    ("change.moved", "arrow-right"),
    ("change.held", "pause"),
    ("change.released", "play"),
    ("plan.approved", "circle-check"),
    ("plan.rejected", "circle-x"),
    ("guard.", "triangle-alert"),
    ("backup.", "archive"),
    ("vault.", "archive"),
    ("restore", "archive"),
    ("run.", "play"),
    ("step.", "terminal"),
    ("gate.", "diamond"),
    ("health.", "activity"),
    ("metrics.", "chart"),
    ("report", "printer"),
    ("host", "server"),
    ("log.entry", "message"),
    ("test.", "clipboard-check"),
    ("feedback.", "users"),
    ("action.", "flag"),
    ("benefit.", "activity"),
    ("evidence.", "paperclip"),
)
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (later("Everything"), ()),
    (later("Decisions"), ("change.moved", "change.held", "change.released", "plan.", "guard.",
                          "gate.")),
    (later("Edits"), ("change.opened", "change.edited")),
    (later("Work"), ("run.", "step.", "backup.", "restore", "health.", "vault.", "test.",
                     "log.entry")),
    (later("Measures"), ("metrics.", "report", "feedback.", "benefit.")),
)  # fmt: skip
"""Filters of the log: a word, and the beginnings of the kinds that belong to it."""


def event_icon(event: Event) -> str:
    """Return the name of an entry's icon."""
    return next((icon for start, icon in _ICONS if event.kind.startswith(start)), "info")


def belongs(event: Event, group: int) -> bool:
    """Whether an entry belongs to one of `GROUPS`."""
    starts = GROUPS[group][1]
    return not starts or event.kind.startswith(starts)


def when_by(event: Event, now: datetime, zone: str) -> str:
    """Return "14:05, Nomsa Khumalo", with the day when it was not today."""
    time = clock(event.at, zone)
    if day(event.at, zone, year=True) != day(now, zone, year=True):
        time = f"{day(event.at, zone)} {time}"
    return _("{time}, {who}").format(time=time, who=event.by)
