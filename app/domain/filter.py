"""What a list of changes is narrowed to and sorted by, and filters kept under a name."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.vocabulary import ChangeState, ChangeType, Grade, NeedCategory

OPEN_STATES = tuple(state for state in ChangeState if state.is_open)
BEFORE_WORK = (ChangeState.DRAFT, ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED)
"""States in which a planned start that has passed means the change is overdue."""
AT_WORK = (
    ChangeState.IMPLEMENT, ChangeState.TEST, ChangeState.BACKOUT, ChangeState.MONITOR,
    ChangeState.REVIEW,
)  # fmt: skip
"""States from the start of the work on, until it is closed."""


class Span(StrEnum):
    """A stretch of time that moves with the calendar, for the window of a change."""

    TODAY = "today"
    THIS_WEEK = "this_week"
    NEXT_30_DAYS = "next_30_days"
    PAST = "past"
    """Planned to start before today."""


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """All that a listed change must fit at once; an empty condition fits everything.

    ``mine`` is "the coordinator is whoever asks"; ``person`` stands in any role. ``span`` and the
    two days are about the window, read in the zone of whoever asks: TODAY and the days are "starts
    then", PAST is "should have started before today", the others are "touches". ``numbers`` are the
    numbers inside change numbers, for a list that was counted elsewhere.
    """

    text: str = ""
    states: tuple[ChangeState, ...] = ()
    types: tuple[ChangeType, ...] = ()
    risks: tuple[Grade, ...] = ()
    categories: tuple[NeedCategory, ...] = ()
    coordinator: str = ""
    mine: bool = False
    person: str = ""
    unassigned: bool = False
    """Nobody is named who implements it."""
    host: str = ""
    service: str = ""
    tag: str = ""
    on_hold: bool | None = None
    conflicting: bool = False
    review_overdue: bool = False
    """The last day agreed for its review has passed, and nobody has reviewed it."""
    span: Span | None = None
    first_day: date | None = None
    last_day: date | None = None
    numbers: tuple[int, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every change fits."""
        return self == ChangeFilter()

    def with_text(self, text: str) -> "ChangeFilter":
        """Return the same filter with other words to search for."""
        return replace(self, text=text.strip())


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, and in which zone a day of theirs begins."""

    now: datetime
    actor: str = ""
    zone: str = "UTC"

    def day(self, offset: int = 0) -> datetime:
        """Return the instant at which today begins, or the day that many days away."""
        return self.start_of(self.today + timedelta(days=offset))

    @property
    def today(self) -> date:
        """Today's date in the zone."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        """Return the instant, in UTC, at which a day begins in the zone."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class WindowBounds:
    """Half-open bounds on the window of a change; None leaves a side open."""

    starts_from: datetime | None = None
    starts_before: datetime | None = None
    ends_after: datetime | None = None

    @property
    def any(self) -> bool:
        """Whether there is a bound at all."""
        return self != WindowBounds()


def window_bounds(wanted: ChangeFilter, asker: Asker) -> WindowBounds:
    """Return what the span and the days of a filter ask of a window, at this moment.

    A week begins on Monday (ISO 8601). Days win over the span when both are set.
    """
    if wanted.first_day or wanted.last_day:
        first, last = wanted.first_day, wanted.last_day
        return WindowBounds(
            starts_from=asker.start_of(first) if first else None,
            starts_before=asker.start_of(last + timedelta(days=1)) if last else None,
        )
    match wanted.span:
        case Span.TODAY:
            return WindowBounds(asker.day(), asker.day(1))
        case Span.THIS_WEEK:
            monday = -asker.today.weekday()
            return WindowBounds(None, asker.day(monday + 7), asker.day(monday))
        case Span.NEXT_30_DAYS:
            return WindowBounds(None, asker.day(31), asker.day())
        case Span.PAST:
            return WindowBounds(None, asker.day())
        case None:
            return WindowBounds()


class SortBy(StrEnum):
    """What a list of changes can be sorted by."""

    NUMBER = "number"
    TITLE = "title"
    STATE = "state"
    PRIORITY = "priority"
    RISK = "risk"
    WINDOW = "window"
    COORDINATOR = "coordinator"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class ChangeSort:
    """An order of changes; equal ones follow each other by number, in the same direction."""

    by: SortBy = SortBy.NUMBER
    descending: bool = True


NEWEST_FIRST = ChangeSort()


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter kept under a name; its order comes back with it. Archived ones are not offered."""

    id: str
    name: str
    wanted: ChangeFilter = ChangeFilter()
    sort: ChangeSort = NEWEST_FIRST
    by: str = ""
    archived: bool = False
    version: int = 0


_O, _S = OPEN_STATES, ChangeState


def built_in() -> dict[str, ChangeFilter]:
    """Return the filters every desk has, by the name they bear in refs, in the order of the list.

    After the dashboards of ServiceNow: my open, this week, awaiting approval, high risk starting
    today, overdue, unassigned, on hold, conflicting, rejected, closed, all; and late reviews.
    """
    return {
        "mine": ChangeFilter(states=_O, mine=True),
        "week": ChangeFilter(states=_O, span=Span.THIS_WEEK),
        "approve": ChangeFilter(states=(_S.AUTHORIZE,)),
        "open": ChangeFilter(states=_O),
        "high_today": ChangeFilter(states=_O, risks=(Grade.HIGH, Grade.VERY_HIGH), span=Span.TODAY),
        "overdue": ChangeFilter(states=BEFORE_WORK, span=Span.PAST),
        "unassigned": ChangeFilter(states=_O, unassigned=True),
        "review_overdue": ChangeFilter(states=(_S.REVIEW,), review_overdue=True),
        "hold": ChangeFilter(states=_O, on_hold=True),
        "conflicting": ChangeFilter(states=_O, conflicting=True),
        "rejected": ChangeFilter(states=(_S.REJECTED,)),
        "closed": ChangeFilter(states=(_S.CLOSED,)),
        "all": ChangeFilter(),
    }
