"""One date with a time of day, as people write them: ISO 8601, with names of months, or figures.

Of 03/04/2026 both readings stay open here; a whole column tells which one is meant.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_PIVOT = 70
_MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt",
         "nov", "dec dez"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_OFFSETS_H = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Letters for zones: those of RFC 5322 (section 4.3), and Europe's."""

_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
_ZONE = r"(?:\s*(?P<zone>z|[a-z]{3,4}|(?:utc|gmt)?[+-]\d{2}(?::?\d{2})?))?(?:\s*\([^)]*\))?"
_DATES = (
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
    r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<middle>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/.\s]+(?P<name>[a-zä]{3,9})\.?[-/,\s]+(?P<year>\d{4}|\d{2})",
    r"(?P<name>[a-zä]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
)
_WEEKDAY = r"(?:[a-zäé]{2,10}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(rf"{_WEEKDAY}{date}(?:(?:t|,?\s+|:|\s+-\s+|,){_CLOCK}{_ZONE})?", re.IGNORECASE)
    for date in _DATES
)
_ASCTIME = re.compile(
    rf"{_WEEKDAY}(?P<name>[a-zä]{{3,9}})\.?\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
    re.IGNORECASE,
)


def iso(cell: str) -> datetime | None:
    """Return a moment in ISO 8601; None where it is none."""
    text = cell.strip()
    if len(text) < 8 or not text[0].isdigit() or text.isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Parts:
    """A date in pieces; ``first`` and ``middle`` are day and month in an order not yet known."""

    clock: timedelta
    zone: timezone | None
    year: int
    month: int = 0
    day: int = 0
    first: int = 0
    middle: int = 0
    mark: str = ""
    has_half: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the cell alone leaves open which part is the day."""
        return not self.month


def parts_of(cell: str) -> Parts | None:
    """Take a date apart; None where it is none that is known."""
    text = cell.strip()
    if len(text) < 6 or len(text) > 64:
        return None
    for form in (*_FORMS, _ASCTIME):
        if found := form.fullmatch(text):
            return _taken_apart(found.groupdict())
    return None


def _taken_apart(found: dict[str, str | None]) -> Parts | None:
    clock, offset = _clock(found), _offset(found.get("zone"))
    month = _MONTHS.get((found.get("name") or "")[:3].lower(), 0) if "name" in found else None
    if clock is None or offset is False or month == 0:
        return None
    year = int(found["year"] or 0)
    if year < 100:
        year += 1900 if year >= _PIVOT else 2000
    zone = offset if isinstance(offset, timezone) else None
    if "first" in found:
        return Parts(
            clock,
            zone,
            year,
            first=int(found["first"] or 0),
            middle=int(found["middle"] or 0),
            mark=found["mark"] or "",
            has_half=bool(found.get("half")),
        )
    month = int(found["month"] or 0) if month is None else month
    return Parts(clock, zone, year, month=month, day=int(found["day"] or 0))


def _clock(found: dict[str, str | None]) -> timedelta | None:
    hour, minute, second = (int(found.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    micro = int(((found.get("part") or "") + "000000")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)


def _offset(zone: str | None) -> timezone | bool | None:
    """Return the offset that is written, None without one, False where the letters are unknown."""
    if not zone:
        return None
    letters = zone.lower()
    if letters in _OFFSETS_H:
        return timezone(timedelta(hours=_OFFSETS_H[letters]))
    figures = letters.removeprefix("utc").removeprefix("gmt").replace(":", "")
    if figures[:1] not in ("+", "-"):
        return False
    hours, minutes = int(figures[1:3]), int(figures[3:5] or 0)
    if hours > 14 or minutes > 59:
        return False
    gap = timedelta(hours=hours, minutes=minutes)
    return timezone(-gap if figures[0] == "-" else gap) if gap else UTC


def made_of(parts: Parts, *, day_first: bool) -> datetime | None:
    """Put a date together; None where there is no such day."""
    month, day = parts.month, parts.day
    if parts.is_open:
        day, month = (parts.first, parts.middle) if day_first else (parts.middle, parts.first)
    try:
        return datetime(parts.year, month, day, tzinfo=parts.zone) + parts.clock
    except (ValueError, OverflowError):
        return None
