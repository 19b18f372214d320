"""What stands in the way of a change at its time, and who has accepted that."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.window import TimeRange


class Reason(StrEnum):
    """Why a time does not suit a change, the gravest first."""

    FREEZE = "freeze"
    OUTSIDE = "outside_window"
    SAME_HOST = "same_host"
    RELATED_HOST = "related_host"
    PERSON = "person"
    CLOCKS = "clock_rules"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing in the way.

    ``subject`` is the host, the person or the window it is about, ``other`` the id of the other
    change, ``window`` that of the freeze, ``overlap`` the time that both share.
    """

    reason: Reason
    subject: str
    overlap: TimeRange
    other: str = ""
    other_number: str = ""
    other_title: str = ""
    window: str = ""
    note: str = ""
    """More to know in one sentence, such as how two hosts are related or a window's condition."""

    @property
    def key(self) -> str:
        """What it is about, whatever the time."""
        return "|".join((self.reason.value, self.other, self.window, self.subject))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A named person accepts a conflict at these times; moving either voids it."""

    conflict: str
    by: str
    reason: str
    at: datetime
    span: TimeRange
    """The window of the change as it was then."""
    overlap: TimeRange

    @property
    def about(self) -> Reason:
        """What kind of conflict was accepted."""
        return Reason(self.conflict.partition("|")[0])

    @property
    def subject(self) -> str:
        """The host, the person or the window it is about."""
        return self.conflict.split("|", 3)[3]

    @property
    def departs(self) -> bool:
        """Whether it lets work be done when the calendar forbids it, as an override would."""
        return self.about in (Reason.FREEZE, Reason.OUTSIDE)

    def accepts(self, conflict: Conflict, span: TimeRange) -> bool:
        """Whether it still holds for a conflict of a change with this window."""
        now = (conflict.key, span, conflict.overlap)
        return (self.conflict, self.span, self.overlap) == now


@dataclass(frozen=True, slots=True)
class ScheduleCheck:
    """What the last look at the calendar found, and for which window."""

    at: datetime
    span: TimeRange
    found: tuple[Conflict, ...] = ()
