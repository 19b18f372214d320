"""Reads dates and times as people type them."""

import re
from datetime import date, datetime, time, timedelta

_WORDS = re.compile(r"[^\w:.\-/]+")
_T = re.compile(r"(\d)T(?=\d)", re.IGNORECASE)
_YEARS = range(1970, 2200)
"""A year that is still being typed is none of them."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def wall_time(text: str, before: datetime) -> datetime | None:
    """Read a date and a time of day without a zone; None for what can be read in no way or in two.

    "14 Nov 2026 22:00", "Sat 14 November 2026, 22:00", "2026-11-14 22:00", "2026-11-14T22:00" and
    "14.11.2026 22:00" are the same; "11/14/2026" is refused, because its parts may be swapped.
    A day of the week is not looked at: who corrects the date leaves it behind.

    Args:
        text: What was typed.
        before: Gives the date when only a time was typed, and the time when only a date was.
    """
    words = [word for word in _WORDS.split(_T.sub(r"\1 ", text).lower()) if word]
    if words and words[0][:3] in _DAYS and words[0].isalpha():
        words = words[1:]
    at: time | None = None
    if words and (found := _CLOCK.fullmatch(words[-1])):
        at = time(int(found[1]), int(found[2]))
        words = words[:-1]
    day = _date(words, before) if words or at is not None else None
    if day is None:
        return None
    return datetime.combine(
        day, before.time().replace(second=0, microsecond=0) if at is None else at
    )


def _date(words: list[str], before: datetime) -> date | None:
    try:
        year, month, day = _parts(words, before)
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _parts(words: list[str], before: datetime) -> tuple[int, int, int]:
    """Return year, month, day; raises ValueError for anything else."""
    match words:
        case []:
            return before.year, before.month, before.day
        case [one] if found := _ISO.fullmatch(one):
            return int(found[1]), int(found[2]), int(found[3])
        case [one] if found := _DOTS.fullmatch(one):
            return int(found[3]), int(found[2]), int(found[1])
        case [day, month, *rest] if len(rest) < 2 and len(month) >= 3:
            year = int(rest[0]) if rest else before.year
            (place,) = (n for n, name in enumerate(_MONTHS, 1) if name.startswith(month))
            return year, place, int(day.rstrip("."))
    raise ValueError(words)


_FIGURE = r"\d+(?:\.\d+)?"
_LENGTH = re.compile("".join(f"(?:(?P<{name}>{_FIGURE}){unit})?" for name, unit in (
    ("w", "w"), ("d", "d"), ("h", "h"), ("m", "(?:m|$)"), ("s", "s"))))  # fmt: skip
_UNITS = (
    ("milliseconds", "ms"), ("seconds", "s"), ("second", "s"), ("sec", "s"), ("hours", "h"),
    ("hour", "h"), ("minutes", "m"), ("minute", "m"), ("min", "m"), ("days", "d"), ("day", "d"),
    ("weeks", "w"), ("week", "w"),
)  # fmt: skip


def length(text: str, bare: timedelta = timedelta(hours=1)) -> timedelta | None:
    """Read what `app.wording.duration` writes, and "1:30"; None for anything else.

    Args:
        text: As typed: "3", "1:30", "3 h", "1 h 30 min", "90 min", "2 d 4 h", "6 w", "20 s".
        bare: What a figure without a unit counts; one after hours is minutes.
    """
    words = text.lower().replace("\u202f", " ").replace("\xa0", " ").replace(",", ".").strip()
    for long, short in _UNITS:
        words = words.replace(long, short)
    try:
        if ":" in words:
            whole, part = words.split(":")
            return timedelta(hours=int(whole), minutes=int(part))
        if words.replace(".", "", 1).isdecimal():
            return float(words) * bare
        if words.endswith("ms"):
            return timedelta(milliseconds=float(words.removesuffix("ms")))
        found = _LENGTH.fullmatch(words.replace(" ", ""))
        if found is None or not any(found.groups()):
            return None
        weeks, days, hours, minutes, seconds = (float(found[name] or 0) for name in "wdhms")
        return timedelta(days, seconds, hours=hours, minutes=minutes, weeks=weeks)
    except (ValueError, OverflowError):
        return None


def length_text(span: timedelta | None) -> str:
    """Write a length so that `length` reads the same again, to the minute; "" for none."""
    if span is None:
        return ""
    minutes = round(span.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minute = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minute, "min")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 min"
