"""Time zones by their names; apart from all else, because it is needed before anything is read."""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.errors import InvalidInput
from app.i18n import _

_PERFMON = re.compile(r"\(PDH-[CT]SV [\d.]+\) \([^)]*\)\((-?\d+)\)")
"""How Windows heads the times of its counters: with the minutes that they lie behind UTC."""
_HOUR_MIN, _FARTHEST_H = 60, 14
_BETWEEN_HOURS = {-330: "Asia/Kolkata", -345: "Asia/Kathmandu", -570: "Australia/Darwin"}


@lru_cache(maxsize=16)
def zone_of(name: str) -> ZoneInfo:
    """Return a zone.

    Raises:
        InvalidInput: There is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            _("The time zone “{zone}” is not known.").format(zone=name),
            hint=_("Use a name such as Europe/Berlin."),
        ) from error


def named_zone(header: str) -> str:
    """Return the zone that the header of a column of times names; nothing where it names none."""
    found = _PERFMON.search(header)
    if found is None:
        return ""
    behind_min = int(found[1])
    hours, rest = divmod(behind_min, _HOUR_MIN)
    if rest or abs(hours) > _FARTHEST_H:
        return _BETWEEN_HOURS.get(behind_min, "")
    return f"Etc/GMT{hours:+d}" if hours else "UTC"
