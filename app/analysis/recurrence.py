"""When recurring windows take place: RRULE over wall times, each turned into instants on its own.

The rule runs on the clock of the wall, as RFC 5545 (3.3.10) has it: 22:00 stays 22:00 in summer and
in winter. A start that the clocks skip is read with the offset that held before (3.3.5), so it
begins as much later as is skipped; one that comes twice is the first of both.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from app.domain.calendar import LengthRule, Occurrence, ScheduleWindow
from app.domain.window import TimeRange
from app.errors import InvalidInput
from app.i18n import _

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS",
     "BYWEEKNO", "BYYEARDAY"}
)  # fmt: skip
_MOST_PARTS, _LONGEST_RULE = 12, 400
_MOST_INTERVAL, _MOST_COUNT = 1000, 10_000
_CLOCK_CHANGE = timedelta(hours=26)
"""More than any zone is away from UTC, with its greatest change of the clocks."""
_UNTIL = ("%Y%m%dT%H%M%S", "%Y%m%d")
_NUMBERS = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*")
_DAY = r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)"
_DAYS = re.compile(f"{_DAY}(,{_DAY})*")


def parts_of(rule: str) -> dict[str, str]:
    """Return the parts of an RRULE by name, in their order.

    Raises:
        InvalidInput: It is no rule, repeats more often than daily, or holds what we do not know.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    pairs = [part.partition("=") for part in text.split(";")]
    parts = {name.strip(): value.strip() for name, _sign, value in pairs}
    if len(text) > _LONGEST_RULE or len(pairs) > _MOST_PARTS or len(parts) != len(pairs):
        raise _no_rule(rule)
    for name, value in parts.items():
        if name not in _PARTS or not _fits(name, value):
            raise _no_rule(rule, f"{name}={value}")
    if "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        raise _no_rule(rule)
    return parts


def _fits(name: str, value: str) -> bool:
    match name:
        case "FREQ":
            return value in FREQUENCIES
        case "WKST":
            return value in {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
        case "BYDAY":
            return _DAYS.fullmatch(value) is not None
        case "UNTIL":
            return until_of(value) is not None
        case "INTERVAL" | "COUNT":
            most = _MOST_INTERVAL if name == "INTERVAL" else _MOST_COUNT
            return value.isdecimal() and len(value) <= 5 and 1 <= int(value) <= most
        case _:
            numbers = value.split(",") if _NUMBERS.fullmatch(value) else ["0"]
            return all(int(number) for number in numbers)


def _no_rule(rule: str, part: str = "") -> InvalidInput:
    return InvalidInput(
        _("“{rule}” is no rule that can be used here.").format(rule=part or rule),
        hint=_("Write it as in calendars, such as FREQ=MONTHLY;BYDAY=2TU; daily is the most."),
    )


def until_of(value: str) -> datetime | None:
    """Read the value of UNTIL as a wall time; a bare date holds to its end; None for none."""
    for form in _UNTIL:
        try:
            found = datetime.strptime(value.removesuffix("Z"), form)  # noqa: DTZ007 - wall time
        except ValueError:
            continue
        return found if form == _UNTIL[0] else found + timedelta(days=1, seconds=-1)
    return None


def local_rule(rule: str, zone: str) -> str:
    """Return a rule in our form: upper case, no prefix, UNTIL as wall time even if it was UTC."""
    if not rule.strip():
        return ""
    parts = parts_of(rule)
    if "UNTIL" in parts:
        until = until_of(parts["UNTIL"])
        if until is not None and parts["UNTIL"].endswith("Z"):
            until = until.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if until is not None:
            parts["UNTIL"] = until.strftime(_UNTIL[0])
    return ";".join(f"{name}={value}" for name, value in parts.items())


def first_start(window: ScheduleWindow) -> datetime | None:
    """Return the wall time of the first occurrence, None when the rule never comes true."""
    if not window.rule:
        return window.start
    return next(iter(_rule(window)), None)


def walls(window: ScheduleWindow, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the wall times at which the rule lets the window begin, from ``first`` to ``last``.

    Skipped ones are left out; moved ones are named by the time the rule gives them.
    """
    starts: Iterable[datetime]
    if not window.rule:
        starts = (window.start,) if first <= window.start <= last else ()
    else:
        starts = _rule(window).xafter(first, inc=True)
    gone = frozenset(window.skipped)
    for wall in starts:
        if wall > last:
            return
        if wall not in gone:
            yield wall


def occurrences(window: ScheduleWindow, span: TimeRange) -> tuple[Occurrence, ...]:
    """Return when a window takes place so that it shares time with ``span``, soonest first.

    An occurrence that the clocks leave no time is left out.
    """
    zone = ZoneInfo(window.zone)
    reach = _CLOCK_CHANGE + window.duration
    first, last = (at.astimezone(UTC).replace(tzinfo=None) for at in (span.start, span.end))
    moved = {move.original: move for move in window.moved}
    usual = walls(window, first - reach, last + _CLOCK_CHANGE)
    found = [_usual(window, wall, zone) for wall in usual if wall not in moved]
    found += [
        Occurrence(window, move.original, _span(move.start, move.duration_s, window, zone),
                   moved=True)
        for move in window.moved
        if move.original not in window.skipped and _is_by_rule(window, move.original)
    ]  # fmt: skip
    fitting = (item for item in found if item.span.start < item.span.end)
    return tuple(sorted((o for o in fitting if o.span.overlaps(span)), key=lambda o: o.span.start))


def all_occurrences(windows: Iterable[ScheduleWindow], span: TimeRange) -> tuple[Occurrence, ...]:
    """Return every occurrence of some windows in a span, soonest first."""
    found = [item for window in windows for item in occurrences(window, span)]
    return tuple(sorted(found, key=lambda item: item.span.start))


def upcoming(window: ScheduleWindow, after: datetime, count: int) -> tuple[Occurrence, ...]:
    """Return the next occurrences that end after an instant; fewer where there are no more."""
    span_days = 400
    while True:
        found = occurrences(window, TimeRange(after, after + timedelta(days=span_days)))
        if len(found) >= count or span_days >= _FURTHEST_DAYS:
            return found[:count]
        span_days *= 4


_FURTHEST_DAYS = 25_600
"""Seventy years: rules that come true once in a long while are followed that far."""


def _usual(window: ScheduleWindow, wall: datetime, zone: ZoneInfo) -> Occurrence:
    span = _span(wall, window.duration_s, window, zone)
    begins = span.start.astimezone(zone).replace(tzinfo=None, fold=0)
    return Occurrence(window, wall, span, shifted=begins != wall)


def _span(wall: datetime, duration_s: float, window: ScheduleWindow, zone: ZoneInfo) -> TimeRange:
    start = wall.replace(tzinfo=zone).astimezone(UTC)
    length = timedelta(seconds=duration_s)
    if window.length is LengthRule.REAL:
        return TimeRange(start, start + length)
    end = (wall + length).replace(tzinfo=zone).astimezone(UTC)
    return TimeRange(start, max(start, end))


def _is_by_rule(window: ScheduleWindow, wall: datetime) -> bool:
    return next(walls(window, wall, wall), None) is not None


def _rule(window: ScheduleWindow) -> rrule:
    made = rrulestr(window.rule, dtstart=window.start)
    if not isinstance(made, rrule):
        raise _no_rule(window.rule)
    return made
