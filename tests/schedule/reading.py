"""Calendar files read back by two programs that are not ours: vobject and icalendar."""

from datetime import UTC, datetime, timedelta

import icalendar
import vobject
from dateutil.rrule import rrulestr


def components(data: bytes) -> list[icalendar.Event]:
    """Return the entries as icalendar reads them."""
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def vevents(data: bytes) -> list:
    """Return the entries as vobject reads them."""
    calendar = vobject.readOne(data.decode())
    return list(calendar.contents.get("vevent", []))


def instant(value: datetime) -> datetime:
    """Return a time as vobject read it, through the VTIMEZONE of the file, in UTC."""
    return value.astimezone(UTC)


def expand(events: list, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    """Return all occurrences between two instants, as RFC 5545 has it: rule, exceptions, moves.

    ``events`` are those of vobject with one UID; every time is read through the file's own
    VTIMEZONE, not through the zone database of this computer.
    """
    master = next(event for event in events if not hasattr(event, "recurrence_id"))
    changed = {event.recurrence_id.value.replace(tzinfo=None): event
               for event in events if hasattr(event, "recurrence_id")}  # fmt: skip
    start = master.dtstart.value
    length = master.duration.value if hasattr(master, "duration") else None
    if length is None:
        length = instant(master.dtend.value) - instant(start)
    skipped = {day.replace(tzinfo=None) for line in master.contents.get("exdate", ())
               for day in line.value}  # fmt: skip
    found = []
    for wall in _walls(master, start, last):
        if wall in skipped or wall in changed:
            continue
        begins = wall.replace(tzinfo=start.tzinfo).astimezone(UTC)
        found.append((begins, begins + length))
    found += [(instant(e.dtstart.value), instant(e.dtend.value)) for e in changed.values()]
    return sorted(pair for pair in found if pair[0] < last and pair[1] > first)


def _walls(master, start: datetime, last: datetime) -> list[datetime]:
    local = start.replace(tzinfo=None)
    if not hasattr(master, "rrule"):
        return [local]
    rule = ";".join(_local(part, start) for part in master.rrule.value.split(";"))
    end = (last + timedelta(days=2)).replace(tzinfo=None)
    return rrulestr(rule, dtstart=local).between(local, end, inc=True)


def _local(part: str, start: datetime) -> str:
    """Return UNTIL as the wall time it means in the zone of the start."""
    if not part.startswith("UNTIL="):
        return part
    until = datetime.strptime(part[6:], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return f"UNTIL={until.astimezone(start.tzinfo):%Y%m%dT%H%M%S}"
