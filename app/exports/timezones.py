"""VTIMEZONE from the zone database: each change of the clocks where RFC 5545 (3.6.5) wants it.

The onset of an observance is written in the wall time that held *before* it. icalendar 7.3 writes
the time that holds after it, so that in spring every reader would be an hour late.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_STEP, _SECOND = timedelta(hours=12), timedelta(seconds=1)
_YEARS_ON = 12
"""How far changes of the clocks are listed, or followed to see by which rule they go on."""
_DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Onset:
    """One change of the clocks: its wall time before, both offsets, what holds from then on."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


def timezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """Return a zone's definition for these years, and beyond them where the zone has a rule."""
    part = Timezone()
    part.add("tzid", zone)
    begin = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    found = onsets(zone, first_year - 1, max(last_year, first_year + 1) + _YEARS_ON)
    local = begin.astimezone(ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    name, is_summer = local.tzname() or zone, bool(local.dst())
    start = Onset(begin.replace(tzinfo=None), offset, offset, name, is_summer)
    part.add_component(_observance([start]))
    groups: dict[tuple[timedelta, timedelta, str], list[Onset]] = {}
    for onset in found:
        groups.setdefault((onset.before, onset.after, onset.name), []).append(onset)
    for group in groups.values():
        part.add_component(_observance(group))
    return part


@lru_cache(maxsize=64)
def onsets(zone: str, first_year: int, last_year: int) -> tuple[Onset, ...]:
    """Return every change of a zone's clocks in these years, to the second."""
    there = ZoneInfo(zone)
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found = []
    while at < end:
        if _state(at, there) != _state(at + _STEP, there):
            moment = _change_between(at, at + _STEP, there)
            before = (moment - _SECOND).astimezone(there)
            after = moment.astimezone(there)
            offset, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
            wall = (moment + offset).replace(tzinfo=None)
            found.append(Onset(wall, offset, new, after.tzname() or zone, bool(after.dst())))
        at += _STEP
    return tuple(found)


def _state(at: datetime, zone: ZoneInfo) -> tuple[object, ...]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname(), bool(local.dst())


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    begun = _state(low, zone)
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _state(middle, zone) == begun:
            low = middle
        else:
            high = middle
    return high


def _observance(group: list[Onset]) -> TimezoneStandard | TimezoneDaylight:
    first = group[0]
    part = TimezoneDaylight() if first.is_summer else TimezoneStandard()
    part.add("dtstart", first.wall)
    part.add("tzoffsetfrom", first.before)
    part.add("tzoffsetto", first.after)
    part.add("tzname", first.name)
    rule = _yearly_rule(group)
    if rule is not None:
        part.add("rrule", rule)
    else:
        for onset in group[1:]:
            part.add("rdate", onset.wall)
    return part


def _yearly_rule(group: list[Onset]) -> vRecur | None:
    """Return the rule by which all onsets of a group come, such as the last Sunday of March."""
    years = [onset.wall.year for onset in group]
    shapes = {(o.wall.month, o.wall.weekday(), o.wall.time()) for o in group}
    if len(group) < _YEARS_ON or years != list(range(years[0], years[0] + len(years))):
        return None
    if len(shapes) != 1:
        return None
    first = group[0].wall
    if all((o.wall + timedelta(days=7)).month != o.wall.month for o in group):
        place = -1
    else:
        places = {(onset.wall.day - 1) // 7 + 1 for onset in group}
        if len(places) != 1:
            return None
        place = places.pop()
    day = f"{place}{_DAY_CODES[first.weekday()]}"
    return vRecur({"FREQ": "YEARLY", "BYMONTH": first.month, "BYDAY": day})
