"""When a change may run: an instant for machines, a wall time and a zone for people."""

from dataclasses import dataclass
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
class Window:
    """The agreed maintenance window; ``zone`` is the IANA name in which people read it."""

    span: TimeRange
    zone: str = "UTC"

    @classmethod
    def from_wall(cls, start: datetime, end: datetime, zone: str) -> "Window":
        """Build a window from wall times as typed (naive; ``fold`` tells the autumn hours apart).

        Raises:
            InvalidInput: A wall time does not exist there, or the end is not after the start.
        """
        span = TimeRange(to_utc(start, zone), to_utc(end, zone))
        if span.end <= span.start:
            raise InvalidInput("The window ends before it starts.", hint="Move the end.")
        return cls(span, zone)

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
    return first != second and _exists(wall, there)


def to_utc(wall: datetime, zone: str) -> datetime:
    """Turn a naive wall time into UTC.

    Raises:
        InvalidInput: The clocks skip this time (the spring change), or the zone is unknown.
    """
    try:
        there = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"The time zone “{zone}” is not known.") from error
    if not _exists(wall, there):
        raise InvalidInput(
            f"{wall:%H:%M} on {wall:%d %b %Y} does not exist in {zone}: clocks go forward then.",
            hint="Choose a time before or after the skipped hour.",
        )
    return wall.replace(tzinfo=there).astimezone(UTC)


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None, fold=0) == wall.replace(fold=0)
