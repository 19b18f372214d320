"""When a change may run: an instant for machines, a wall time and a zone for people."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open span of time, both ends aware and in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInput("A time without a zone cannot be used.")

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def duration(self) -> timedelta:
        """Real elapsed time, whatever the clocks on the wall do meanwhile."""
        return self.end - self.start

    def overlaps(self, other: "TimeRange") -> bool:
        """Whether both share at least one instant."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time as it was typed: what the clock on the wall shows, without a zone.

    ``fold`` says which of two is meant where the clocks show it twice: 0 the first, 1 the second.
    """

    at: datetime
    fold: int = 0

    @classmethod
    def of(cls, at: datetime, zone: str) -> "WallTime":
        """Return how people in a zone read an instant."""
        local = at.astimezone(ZoneInfo(zone))
        return cls(local.replace(tzinfo=None, fold=0), local.fold)

    def instant(self, zone: str) -> datetime:
        """Return the instant in UTC; raises InvalidInput for a time that the clocks skip."""
        return to_utc(self.at.replace(fold=self.fold), zone)


@dataclass(frozen=True, slots=True)
class Window:
    """The agreed maintenance window; ``zone`` is the IANA name in which people read it.

    ``typed`` is the start as somebody typed it. The instant in ``span`` was derived from it by the
    clock rules of that day; when a country alters its rules, both no longer say the same.
    """

    span: TimeRange
    zone: str = "UTC"
    typed: WallTime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.typed is None and _is_known(self.zone):
            object.__setattr__(self, "typed", WallTime.of(self.span.start, self.zone))

    @classmethod
    def from_wall(cls, start: datetime, end: datetime, zone: str) -> "Window":
        """Build a window from wall times as typed (naive; ``fold`` tells the autumn hours apart).

        Raises:
            InvalidInput: A wall time does not exist there, or the end is not after the start.
        """
        span = TimeRange(to_utc(start, zone), to_utc(end, zone))
        if span.end <= span.start:
            raise InvalidInput("The window ends before it starts.", hint="Move the end.")
        return cls(span, zone, WallTime(start.replace(fold=0), start.fold))

    @property
    def moved_by(self) -> timedelta:
        """How far the clock rules of today put the typed start from the instant that is kept.

        Zero as long as both agree. A typed time that the clocks skip by now counts as not moved.
        """
        now = self.by_the_clock
        return now.span.start - self.span.start if now else timedelta(0)

    @property
    def by_the_clock(self) -> "Window | None":
        """The same length of time from the typed start on, by the clock rules of today."""
        if self.typed is None:
            return None
        try:
            start = self.typed.instant(self.zone)
        except InvalidInput:
            return None
        return Window(TimeRange(start, start + self.span.duration), self.zone, self.typed)

    @property
    def start_wall(self) -> datetime:
        """The start as people in the zone read it."""
        return self.span.start.astimezone(ZoneInfo(self.zone))

    @property
    def end_wall(self) -> datetime:
        """The end as people in the zone read it."""
        return self.span.end.astimezone(ZoneInfo(self.zone))


def is_ambiguous(wall: datetime, zone: str) -> bool:
    """Whether the clocks show this wall time twice (the autumn change)."""
    there = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=there, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and exists(wall, there)


def valid_times_near(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return times to offer instead of one that the clocks skip; nothing for a time that exists.

    As long before as the skipped span is, the first one after it, and the same time after it.
    """
    there = ZoneInfo(zone)
    if exists(wall, there):
        return ()
    before, after = (wall.replace(tzinfo=there, fold=fold).utcoffset() for fold in (0, 1))
    if before is None or after is None:
        return ()
    skipped = after - before
    low, high = wall - after, wall - before
    while high - low > timedelta(
        milliseconds=1
    ):  # the change of the clocks lies between both readings
        middle = low + (high - low) / 2
        changed = middle.replace(tzinfo=UTC).astimezone(there).utcoffset() == after
        low, high = (low, middle) if changed else (middle, high)
    first = (high + after + timedelta(milliseconds=500)).replace(microsecond=0)
    return tuple(dict.fromkeys((wall - skipped, first, wall + skipped)))


def to_utc(wall: datetime, zone: str) -> datetime:
    """Turn a naive wall time into UTC.

    Raises:
        InvalidInput: The clocks skip this time (the spring change), or the zone is unknown.
    """
    try:
        there = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"The time zone “{zone}” is not known.") from error
    if not exists(wall, there):
        offered = ", ".join(f"{time:%H:%M}" for time in valid_times_near(wall, zone))
        raise InvalidInput(
            f"{wall:%H:%M} on {wall:%d %b %Y} does not exist in {zone}: clocks go forward then.",
            hint=f"Choose a time before or after the skipped hour, such as {offered}.",
        )
    return wall.replace(tzinfo=there).astimezone(UTC)


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of a zone ever show a naive wall time."""
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None, fold=0) == wall.replace(fold=0)


def is_plain(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of a zone show a naive wall time exactly once.

    They skip an hour in spring and show one twice in autumn; of a reading that carries no offset
    nobody can tell which of the two is meant.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
