"""How figures, times and sizes are written: one set of rules for the window and for the paper.

Pure functions over plain values. A thin no-break space stands before a unit, minus is U+2212,
ranges take an en dash or "to", a missing value is an en dash. Nothing here knows Qt or PDF.
"""

import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.i18n import _, later

THIN = "\u202f"
MINUS = "\u2212"
DASH = "\u2013"
NONE = DASH

_MAX_DECIMALS = 6
_HALF_A_YEAR_DAYS = 183
# fmt: off
_WEEKDAYS = (later("Mon"), later("Tue"), later("Wed"), later("Thu"), later("Fri"), later("Sat"),
             later("Sun"))
_MONTHS = (later("Jan"), later("Feb"), later("Mar"), later("Apr"), later("May"), later("Jun"),
           later("Jul"), later("Aug"), later("Sep"), later("Oct"), later("Nov"), later("Dec"))
# fmt: on
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")


def number(value: float | None, unit: str = "", digits: int = 2) -> str:
    """Write a figure with ``digits`` significant digits; the whole part is never rounded away.

    412.3 ms is "412 ms", 0.803 is "0.80"; None, NaN and infinities are an en dash.
    """
    if value is None or not math.isfinite(value):
        return NONE
    return _with_unit(_plain(value, digits), unit)


def signed_number(value: float | None, unit: str = "", digits: int = 2) -> str:
    """Write a difference: as `number`, with a plus sign when it is above zero."""
    text = number(value, unit, digits)
    return f"+{text}" if value is not None and value > 0 and _has_value(text) else text


def percent(fraction: float | None, digits: int = 2) -> str:
    """Write 0.85 as "85 %"."""
    return number(None if fraction is None else fraction * 100, "%", digits)


def agreed_percent(fraction: float) -> str:
    """Write a share that somebody chose, 0.05 as "5 %"."""
    return agreed_number(fraction * 100, "%")


def agreed_number(value: float, unit: str = "") -> str:
    """Write a figure that somebody chose, 0.1 as "0.1": no digits that nobody named."""
    kept = round(value, 6)
    digits = len(f"{kept:g}".lstrip("-0.").replace(".", "").rstrip("0")) or 1
    return number(kept, unit, digits)


def signed_percent(fraction: float | None) -> str:
    """Write -0.27 as "−27 %", 0.09 as "+9 %" and 0.0092 as "+0.9 %".

    A change has whole percents from one percent on, tenths below; less than half a tenth is 0 %.
    """
    return _signed_percents(fraction, "%")


def percent_range(lo: float | None, hi: float | None) -> str:
    """Write a likely range of fractions as "−33 to −20 %"."""
    low, high = (_signed_percents(end, "") for end in (lo, hi))
    if NONE in (low, high):
        return NONE
    return _("{low} to {high}").format(low=low, high=_with_unit(high, "%"))


def number_range(lo: float | None, hi: float | None, unit: str = "", digits: int = 2) -> str:
    """Write a range of figures of one unit as "301–412 ms"; "to" where a sign is in the way."""
    low, high = number(lo, digits=digits), number(hi, digits=digits)
    if NONE in (low, high):
        return NONE
    joined = _("{low} to {high}") if MINUS in low + high else f"{{low}}{DASH}{{high}}"
    return _with_unit(joined.format(low=low, high=high), unit)


def duration(seconds: float | None) -> str:
    """Write a length of time in at most two units: "2.8 s", "32 min 06 s", "6 d 4 h"."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    sign, left = (MINUS, -seconds) if seconds < 0 else ("", seconds)
    if left < 9.95:
        return sign + (number(left * 1000, "ms") if 0 < left < 0.0995 else number(left, "s"))
    return sign + _two_units(round(left))


def time_left(seconds: float) -> str:
    """Write how long work still takes, as roughly as it is known: "about 4 min left"."""
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return _("less than a minute left")
    return _("about {time} left").format(time=_two_units(60 * minutes))


def clock_duration(seconds: float | None, *, signed: bool = False) -> str:
    """Write a running time as "1:33:20" or "3:10", with the sign of a difference on request."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    whole = round(abs(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    if seconds < 0 and whole:
        return MINUS + text
    return f"+{text}" if signed and whole else text


def clock(at: datetime, zone: str, *, seconds: bool = False) -> str:
    """Write the time of day of an instant in an IANA zone: "02:33" or "02:33:20"."""
    return f"{_local(at, zone):{'%H:%M:%S' if seconds else '%H:%M'}}"


def day(at: datetime, zone: str, *, year: bool = False) -> str:
    """Write the date of an instant in an IANA zone: "Sun 15 Nov", with the year on request."""
    local = _local(at, zone)
    text = f"{_(_WEEKDAYS[local.weekday()])} {local.day} {_(_MONTHS[local.month - 1])}"
    return f"{text} {local.year}" if year else text


def near_day(at: datetime, zone: str, now: datetime) -> str:
    """Write the date of an instant beside today: "Sun 15 Nov", of other years "15 Nov 2024".

    Half a year from now the year goes without saying, also around its turn.
    """
    local, today = _local(at, zone), _local(now, zone)
    if local.year == today.year or abs((local - today).days) <= _HALF_A_YEAR_DAYS:
        return day(at, zone)
    return f"{local.day} {_(_MONTHS[local.month - 1])} {local.year}"


def day_words(day_: date) -> str:
    """Write a date that is no instant: "Sun 15 Nov 2026"."""
    return f"{_(_WEEKDAYS[day_.weekday()])} {day_.day} {_(_MONTHS[day_.month - 1])} {day_.year}"


def zone_label(at: datetime, zone: str) -> str:
    """Write the zone that holds at an instant: "SAST", or "UTC+3" where it has no name."""
    local = _local(at, zone)
    name = local.tzname() or ""
    return name if name[:1].isalpha() else _offset(local)


def zone_with_offset(at: datetime, zone: str) -> str:
    """Write the zone with its distance: "SAST (UTC+2)"."""
    label, offset = zone_label(at, zone), _offset(_local(at, zone))
    return label if label in (offset, "UTC") else f"{label} ({offset})"


def moment(at: datetime | None, zone: str = "UTC", *, seconds: bool = False) -> str:
    """Write an instant with date and zone: "Sun 15 Nov 2026 02:33 SAST"."""
    if at is None:
        return NONE
    time = clock(at, zone, seconds=seconds)
    return f"{day(at, zone, year=True)} {time} {zone_label(at, zone)}"


def clock_span(start: datetime, end: datetime, zone: str = "UTC", *, seconds: bool = False) -> str:
    """Write a window: "Sun 15 Nov 2026 01:00–04:00 SAST"; both dates when they differ."""
    first, last = clock(start, zone, seconds=seconds), clock(end, zone, seconds=seconds)
    began, ended = day(start, zone), day(end, zone)
    label = zone_label(end, zone)
    if zone_label(start, zone) != label:
        first = f"{first} {zone_label(start, zone)}"
    if _local(start, zone).date() == _local(end, zone).date():
        return f"{day(start, zone, year=True)} {first}{DASH}{last} {label}"
    if _local(start, zone).year != _local(end, zone).year:
        began = day(start, zone, year=True)
    year = _local(end, zone).year
    return _("{start} to {end}").format(
        start=f"{began} {first}", end=f"{ended} {year} {last} {label}"
    )


def bytes_size(size_bytes: float | None) -> str:
    """Write a size in decimal units: "512 B", "17.9 GB", "168 GB"."""
    if size_bytes is None:
        return NONE
    left, power = float(size_bytes), 0
    while abs(left) >= 999.5 and power < len(_SIZES) - 1:
        left, power = left / 1000, power + 1
    text = f"{left:.0f}" if power == 0 or abs(left) >= 99.95 else f"{left:.1f}"
    return _with_unit(text.replace("-", MINUS), _SIZES[power])


def count(value: int) -> str:
    """Write a whole number with thin spaces between the thousands."""
    return f"{value:,}".replace(",", THIN).replace("-", MINUS)


def count_of(part: int, total: int) -> str:
    """Write a share with its denominator: "17 of 20"."""
    return _("{part} of {total}").format(part=count(part), total=count(total))


def _plain(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    magnitude = int(power)
    decimals = max(0, digits - 1 - magnitude)
    if decimals > _MAX_DECIMALS or magnitude >= 15:
        return f"{mantissa}×10{str(magnitude).translate(_SUPERSCRIPT)}".replace("-", MINUS)
    return f"{value:,.{decimals}f}".replace(",", THIN).replace("-", MINUS)


def _signed_percents(fraction: float | None, unit: str) -> str:
    if fraction is None or not math.isfinite(fraction):
        return NONE
    percents = fraction * 100
    shown = round(percents, 0 if abs(percents) >= 1 else 1)
    return signed_number(shown, unit, 1)


def _two_units(whole_s: int) -> str:
    minutes, second = divmod(whole_s, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days > 1:
        big, small = _with_unit(str(days), "d"), _with_unit(str(hour), "h") if hour else ""
    elif hours:
        big, small = (
            _with_unit(str(hours), "h"),
            _with_unit(f"{minute:02}", "min") if minute else "",
        )
    elif minutes:
        big = _with_unit(str(minutes), "min")
        small = _with_unit(f"{second:02}", "s") if second else ""
    else:
        big, small = _with_unit(str(second), "s"), ""
    return f"{big} {small}".strip()


def unit_words(unit: str) -> str:
    """Return a unit as it is written everywhere: "/s", because 25 "1/s" reads like 251."""
    return unit.removeprefix("1") if unit.startswith("1/") else unit


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{THIN}{unit_words(unit)}" if unit else text


def _has_value(text: str) -> bool:
    return any(digit in text for digit in "123456789")


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else MINUS
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _local(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(ZoneInfo("UTC"))
