"""Calendar files by RFC 5545: changes, windows and freezes, each with a lasting identity.

A wall time that comes twice means its first reading in a calendar file, so what begins in the
second is written in UTC. A length by the clock on the wall cannot be said by a rule: nights on
which it is another one are written as exceptions of their own (RECURRENCE-ID), three years back and
five years ahead. RFC 5546 allows no attendees in a published calendar and wants an organizer: who
takes part stands in the description, and who exports is the organizer of what has no other.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDuration, vRecur, vText

from app import __version__
from app.analysis.recurrence import occurrences, parts_of, until_of
from app.domain.calendar import LengthRule, Occurrence, ScheduleWindow
from app.domain.window import TimeRange
from app.exports.timezones import timezone
from app.services.schedule.calendars import (
    CalendarFile,
    ChangeEntry,
    EntryStatus,
    Method,
    Person,
    WindowEntry,
)

_BACK, _AHEAD = timedelta(days=3 * 366), timedelta(days=5 * 366)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST = 20_000


class _Exactly(vDuration):
    """A length in hours, minutes and seconds: days would be as long as the clocks make them."""

    def to_ical(self) -> bytes:
        """Write it, such as ``PT48H``."""
        minutes, second = divmod(round(self.td.total_seconds()), 60)
        hour, minute = divmod(minutes, 60)
        return f"PT{hour}H{minute}M{second}S".encode()


def write_calendar(wanted: CalendarFile) -> bytes:
    """Return the bytes of a calendar file: CRLF, folded at 75 bytes, hostile text escaped."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Change Desk//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", wanted.method.value)
    calendar.add("x-wr-calname", _clean(wanted.name))
    events = [_change(entry, wanted) for entry in wanted.changes]
    for entry in wanted.windows:
        events += _window(entry, wanted.made_at)
    for zone, (first, last) in sorted(_zones(wanted).items()):
        calendar.add_component(timezone(zone, first, last))
    for event in events:
        if "organizer" not in event:
            event.add("organizer", _address(wanted.organizer))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _change(entry: ChangeEntry, wanted: CalendarFile) -> Event:
    event = _event(f"change-{entry.id}@changedesk", entry.title, entry.text, wanted.made_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", _readable(entry.span.start, entry.zone))
    event.add("dtend", _readable(entry.span.end, entry.zone))
    cancelled = wanted.method is Method.CANCEL or entry.status is EntryStatus.CANCELLED
    event.add("status", (EntryStatus.CANCELLED if cancelled else entry.status).value)
    event.add("categories", ["Change"])
    if entry.created:
        event.add("created", entry.created.astimezone(UTC).replace(microsecond=0))
    if entry.altered:
        event.add("last-modified", entry.altered.astimezone(UTC).replace(microsecond=0))
    if entry.organizer:
        event.add("organizer", _address(entry.organizer))
    return event


def _window(entry: WindowEntry, made_at: datetime) -> Iterator[Event]:
    """Yield the entry of a window, then one for each night that its rule cannot say."""
    window = entry.window
    uid = f"window-{window.id}@changedesk"
    zone = ZoneInfo(window.zone)
    master = _window_event(entry, uid, made_at)
    master.add("dtstart", window.start.replace(tzinfo=zone))
    if window.rule:
        master.add("rrule", _rule(window))
        master["duration"] = _Exactly(window.duration)
    else:
        once = occurrences(replace(window, moved=(), skipped=()), _year_around(window.start))
        end = once[0].span.end if once else window.start.replace(tzinfo=zone) + window.duration
        master.add("dtend", _readable(end, window.zone))
    gone = [*window.skipped, *_void(window, made_at)]
    for wall in gone:
        master.add("exdate", wall.replace(tzinfo=zone))
    yield master
    for item in _exceptions(window, made_at):
        event = _window_event(entry, uid, made_at)
        event.add("recurrence-id", item.wall.replace(tzinfo=zone))
        event.add("dtstart", _readable(item.span.start, window.zone))
        event.add("dtend", _readable(item.span.end, window.zone))
        yield event


def _window_event(entry: WindowEntry, uid: str, made_at: datetime) -> Event:
    event = _event(uid, entry.title, entry.text, made_at)
    event.add("sequence", entry.window.version)
    status = EntryStatus.CANCELLED if entry.window.retired else EntryStatus.CONFIRMED
    event.add("status", status.value)
    event.add("transp", "OPAQUE" if entry.window.is_freeze else "TRANSPARENT")
    event.add("categories", ["Freeze" if entry.window.is_freeze else "Maintenance window"])
    return event


def _exceptions(window: ScheduleWindow, made_at: datetime) -> Iterator[Occurrence]:
    """Yield the occurrences that are not what rule and exact length give."""
    if not window.rule:
        return
    for item in occurrences(window, TimeRange(made_at - _BACK, made_at + _AHEAD)):
        if item.moved or item.shifted or item.span.duration != window.duration:
            yield item


def _void(window: ScheduleWindow, made_at: datetime) -> Iterator[datetime]:
    """Yield the nights on which the clocks leave the window no time at all."""
    if not window.rule or window.length is LengthRule.REAL:
        return
    real = replace(window, length=LengthRule.REAL)
    span = TimeRange(made_at - _BACK, made_at + _AHEAD)
    held = {item.wall for item in occurrences(window, span)}
    moved = {item.original for item in window.moved}
    for item in occurrences(real, span):
        inside = span.start + window.duration * 2 < item.span.start < span.end - window.duration * 2
        if inside and item.wall not in held and item.wall not in moved:
            yield item.wall


def _rule(window: ScheduleWindow) -> vRecur:
    """Return the rule with its end in UTC, as it must be beside a start with a zone."""
    parts = parts_of(window.rule)
    until = until_of(parts["UNTIL"]) if "UNTIL" in parts else None
    if until is not None:
        there = until.replace(tzinfo=ZoneInfo(window.zone)).astimezone(UTC)
        parts["UNTIL"] = there.strftime("%Y%m%dT%H%M%SZ")
    rule: vRecur = vRecur.from_ical(";".join(f"{name}={value}" for name, value in parts.items()))
    return rule


def _event(uid: str, title: str, text: str, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
    event.add("summary", _clean(title).replace("\n", " "))
    event.add("description", _clean(text))
    return event


def _readable(at: datetime, zone: str) -> datetime:
    """Return an instant in its zone, or in UTC where the wall time would be read as another one."""
    local = at.astimezone(ZoneInfo(zone))
    if zone == "UTC" or local.fold:
        return at.astimezone(UTC)
    return local


def _address(person: Person) -> vCalAddress:
    """Return a person; without an address there is a name that leads nowhere, which is allowed."""
    where = f"mailto:{person.mail}" if person.mail else "invalid:nomail"
    address = vCalAddress(where)
    address.params["CN"] = vText(_parameter(person.name))
    if person.role:
        address.params["X-ROLE"] = vText(_parameter(person.role))
    return address


def _parameter(text: str) -> str:
    """Return a text that a parameter can hold: no quotes, no line ends, nothing to be escaped."""
    return re.sub(r"[\"^\r\n]", "'", _clean(text)).strip() or "–"


def _clean(text: str) -> str:
    """Return a text without control characters; every line end is one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST]
    return _CONTROL.sub("", lines).encode("utf-8", "replace").decode()


def _zones(wanted: CalendarFile) -> dict[str, tuple[int, int]]:
    """Return the zones that entries use, each with the first and the last year."""
    used = [
        (entry.zone, at.year)
        for entry in wanted.changes
        for at in (entry.span.start, entry.span.end)
    ]
    for window in (entry.window for entry in wanted.windows):
        ends = (wanted.made_at - _BACK, wanted.made_at + _AHEAD)
        starts = (window.start, *(move.start for move in window.moved))
        used += [(window.zone, at.year) for at in (*ends, *starts)]
    found: dict[str, tuple[int, int]] = {}
    for zone, year in used:
        first, last = found.get(zone, (year, year))
        found[zone] = min(first, year), max(last, year)
    found.pop("UTC", None)
    return found


def _year_around(wall: datetime) -> TimeRange:
    at = wall.replace(tzinfo=UTC)
    return TimeRange(at - timedelta(days=2), at + timedelta(days=370))
