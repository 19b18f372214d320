"""A recurring window in plain words: when, for whom, and what the clocks do to it."""

from datetime import datetime, timedelta

from app.analysis.recurrence import parts_of, until_of
from app.domain.calendar import LengthRule, Occurrence, ScheduleWindow, WindowKind
from app.domain.host import Host
from app.i18n import _
from app.wording import DASH, clock_span, duration

_DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKDAYS, _WEEKEND = set(_DAY_CODES[:5]), set(_DAY_CODES[5:])


def kind_word(kind: WindowKind) -> str:
    """Return what a kind is called."""
    return _("Freeze") if kind is WindowKind.FREEZE else _("Maintenance window")


def window_sentence(window: ScheduleWindow) -> str:
    """Say when a window is: "On the second Tuesday of every month, 22:00–02:00 Europe/Berlin"."""
    times = _times(window)
    if not window.rule:
        return _("Once on {day}, {times}").format(day=_date(window.start), times=times)
    return _("{when}, {times}").format(when=rule_sentence(window.rule, window.start), times=times)


def rule_sentence(rule: str, start: datetime) -> str:
    """Say an RRULE in words; what our words cannot hold is quoted as it stands."""
    parts = parts_of(rule)
    interval = int(parts.get("INTERVAL", "1"))
    match parts["FREQ"]:
        case "DAILY":
            text = _every(interval, _("Every day"), _("Every {n} days"))
            days = parts.pop("BYDAY", "")
            text += _(" that is {days}").format(days=_any_of(days)) if days else ""
        case "WEEKLY":
            text = _weekly(parts, interval, start)
        case "MONTHLY":
            text = _monthly(parts, interval, start)
        case _:
            text = _yearly(parts, interval, start)
    for name in ("FREQ", "INTERVAL", "WKST"):
        parts.pop(name, None)
    text += _end(parts)
    rest = ";".join(f"{name}={value}" for name, value in parts.items())
    return _("{text} (with {rest})").format(text=text, rest=rest) if rest else text


def applies_words(window: ScheduleWindow, hosts: tuple[Host, ...]) -> str:
    """Say for whom a window holds."""
    to = window.applies_to
    if to.everything:
        return _("everything")
    names = {host.id: host.name for host in hosts}
    found = [names.get(host, str(host)) for host in to.hosts]
    found += [_("hosts with the tag {tag}").format(tag=tag) for tag in to.tags]
    found += [_("the service {name}").format(name=name) for name in to.services]
    return _join(found) or _("nothing yet")


def length_words(window: ScheduleWindow) -> str:
    """Say how the length is meant."""
    text = duration(window.duration_s)
    if window.length is LengthRule.REAL:
        return _("{time} of real time, whatever the clocks do").format(time=text)
    return _("{time} by the clock on the wall").format(time=text)


def occurrence_words(occurrence: Occurrence) -> str:
    """Say one time a window takes place, with what is unusual about it."""
    window, span = occurrence.window, occurrence.span
    text = clock_span(span.start, span.end, window.zone)
    notes = []
    if occurrence.moved:
        notes.append(_("moved from {day}").format(day=_date(occurrence.wall)))
    elif occurrence.shifted:
        notes.append(_("{time} does not exist that night").format(time=f"{occurrence.wall:%H:%M}"))
    if not occurrence.moved and span.duration != window.duration:
        notes.append(
            _("{real} of real time, the clocks change").format(
                real=duration(span.duration.total_seconds())
            )
        )
    return f"{text} ({'; '.join(notes)})" if notes else text


def _weekly(parts: dict[str, str], interval: int, start: datetime) -> str:
    days = parts.pop("BYDAY", _DAY_CODES[start.weekday()])
    if interval > 1:
        return _("Every {n} weeks on {days}").format(n=interval, days=_any_of(days))
    named = set(days.split(","))
    if named == _WORKDAYS:
        return _("Every working day, Monday to Friday")
    if named == _WEEKEND:
        return _("Every Saturday and Sunday")
    return _("Every {days}").format(days=_all_of(days))


def _monthly(parts: dict[str, str], interval: int, start: datetime) -> str:
    months = _of_months(parts) or _every(interval, _("of every month"), _("of every {n} months"))
    return _("On {day} {months}").format(day=_day_of_month(parts, start), months=months)


def _yearly(parts: dict[str, str], interval: int, start: datetime) -> str:
    text = _every(interval, _("Every year"), _("Every {n} years"))
    if "BYWEEKNO" in parts or "BYYEARDAY" in parts:
        return text
    if not {"BYMONTH", "BYDAY", "BYMONTHDAY"} & parts.keys():
        return _("{text} on {day}").format(
            text=text, day=f"{start.day} {_months()[start.month - 1]}"
        )
    months = _of_months(parts) or _("of the year")
    if months == _("of the year") and "BYMONTHDAY" in parts:
        months = _("of every month")
    return _("{text} on {day} {months}").format(
        text=text, day=_day_of_month(parts, start), months=months
    )


def _day_of_month(parts: dict[str, str], start: datetime) -> str:
    if "BYDAY" in parts and "BYMONTHDAY" not in parts:
        days, places = parts.pop("BYDAY"), parts.pop("BYSETPOS", "")
        if not places:
            return _all_of(days)
        named = set(days.split(","))
        ordinals = _join([_ordinal(int(place)) for place in places.split(",")])
        if named == _WORKDAYS:
            return _("the {nth} working day").format(nth=ordinals)
        if named == set(_DAY_CODES):
            return _("the {nth} day").format(nth=ordinals)
        return _("the {nth} {days}").format(nth=ordinals, days=_any_of(days))
    if "BYMONTHDAY" in parts and "BYDAY" not in parts:
        numbers = [int(number) for number in parts.pop("BYMONTHDAY").split(",")]
        return _join([
            _("the {nth} day").format(nth=_ordinal(n)) if n < 0 else _("day {n}").format(n=n)
            for n in numbers
        ])  # fmt: skip
    if "BYDAY" in parts:
        days, numbers_text = parts.pop("BYDAY"), parts.pop("BYMONTHDAY")
        return _("{days} that falls on day {numbers}").format(
            days=_any_of(days), numbers=_join(numbers_text.split(","), _("or"))
        )
    return _("day {n}").format(n=start.day)


def _of_months(parts: dict[str, str]) -> str:
    if "BYMONTH" not in parts:
        return ""
    names = [_months()[(int(number) - 1) % 12] for number in parts.pop("BYMONTH").split(",")]
    return _("of {months}").format(months=_join(names))


def _end(parts: dict[str, str]) -> str:
    if "COUNT" in parts:
        return _(", {n} times").format(n=parts.pop("COUNT"))
    until = until_of(parts.pop("UNTIL", ""))
    return _(", until {day}").format(day=_date(until)) if until else ""


def _all_of(days: str) -> str:
    return _join([_day(code) for code in days.split(",")])


def _any_of(days: str) -> str:
    return _join([_day(code) for code in days.split(",")], _("or"))


def _day(code: str) -> str:
    name = _weekdays()[_DAY_CODES.index(code[-2:])]
    return (
        _("the {nth} {day}").format(nth=_ordinal(int(code[:-2])), day=name) if code[:-2] else name
    )


def _join(words: list[str], last: str = "") -> str:
    if len(words) < 2:
        return "".join(words)
    return _("{some} {last} {one}").format(
        some=", ".join(words[:-1]), last=last or _("and"), one=words[-1]
    )


def _every(interval: int, one: str, many: str) -> str:
    return one if interval == 1 else many.format(n=interval)


def _ordinal(place: int) -> str:
    names = {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), 5: _("fifth"),
             -1: _("last"), -2: _("last but one")}  # fmt: skip
    if place in names:
        return names[place]
    if place < 0:
        return _("{n}th from the end").format(n=-place)
    return _("{n}th").format(n=place)


def _times(window: ScheduleWindow) -> str:
    start, end = window.start, window.start + timedelta(seconds=window.duration_s)
    days = (end.date() - start.date()).days
    if window.length is LengthRule.REAL:
        return _("from {start} for {time} {zone}").format(
            start=f"{start:%H:%M}", time=duration(window.duration_s), zone=window.zone
        )
    text = f"{start:%H:%M}{DASH}{end:%H:%M} {window.zone}"
    if days > 1 or (days == 1 and end.time() >= start.time()):
        return (
            _("{times}, ending {n} days later").format(times=text, n=days)
            if days > 1
            else _("{times}, ending the next day").format(times=text)
        )
    return text


def _date(at: datetime) -> str:
    return f"{_weekdays()[at.weekday()][:3]} {at.day} {_months()[at.month - 1][:3]} {at.year}"


def month_names() -> tuple[str, ...]:
    """Return the names of the months, January first."""
    return _months()


def _weekdays() -> tuple[str, ...]:
    return (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
            _("Sunday"))  # fmt: skip


def _months() -> tuple[str, ...]:
    # fmt: off
    return (_("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"),
            _("August"), _("September"), _("October"), _("November"), _("December"))
    # fmt: on
