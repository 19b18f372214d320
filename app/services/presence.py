"""When the program was awake, and so why a change that nobody started was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from app.domain.window import Window
from app.i18n import _
from app.wording import moment

ASLEEP_AFTER = timedelta(minutes=3)
"""A program that is awake says so twice a minute; a longer silence was the computer's sleep."""


class Away(StrEnum):
    """Why the program said nothing before a session."""

    CLOSED = "closed"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class Session:
    """A time through which the program was awake; ``before`` says what ended with it."""

    start: datetime
    end: datetime
    before: Away


class Presence(Protocol):
    """Remembers when the program was awake; kept beside the database, it is no part of the log."""

    def beat(self, now: datetime) -> None:
        """Say that the program is awake; never raises for a full disk."""
        ...

    def sessions(self) -> Sequence[Session]:
        """Return what is remembered, oldest first."""
        ...


def slept(wall_s: float, awake_s: float) -> bool:
    """Whether the computer slept between two looks.

    Args:
        wall_s: Seconds that passed on the wall.
        awake_s: Seconds that passed by a clock that stops in sleep; where it goes on all the
            same, as on Windows, a look that came late by so much tells it too.
    """
    least_s = ASLEEP_AFTER.total_seconds()
    return wall_s - awake_s > least_s or awake_s > least_s


def why_missed(window: Window, sessions: Sequence[Session]) -> str:
    """Say why nobody started a change in its window, as far as the program can know."""
    span, zone = window.span, window.zone
    if window.moved_by:
        text = _("The clock rules of {zone} were changed after the time was typed.")
        return text.format(zone=zone)
    clocks = _clock_words(window)
    if any(one.start < span.end and one.end > span.start for one in sessions):
        return _("Change Desk was open, and nobody started it.") + clocks
    before = max((one.end for one in sessions if one.end <= span.start), default=None)
    after = min((one for one in sessions if one.start >= span.end), key=lambda one: one.start,
                default=None)  # fmt: skip
    asleep = after is not None and after.before is Away.ASLEEP
    what = _("The computer was asleep") if asleep else _("Change Desk was closed")
    if before is None and after is None:
        return _("Change Desk was not open in that time.") + clocks
    parts = [what]
    if before is not None:
        parts.append(_("from {at}").format(at=moment(before, zone)))
    if after is not None:
        parts.append(_("until {at}").format(at=moment(after.start, zone)))
    return " ".join(parts) + "." + clocks


def _clock_words(window: Window) -> str:
    """Say that the clocks changed in the window or in the day before it began."""
    there = ZoneInfo(window.zone)
    offsets = {
        at.astimezone(there).utcoffset()
        for at in (window.span.start - timedelta(hours=24), window.span.start, window.span.end)
    }
    if len(offsets) < 2:
        return ""
    return " " + _("The clocks changed that night.")
