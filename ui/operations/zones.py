"""The time zones a form offers; read from disk once, on a worker before the form is built."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> tuple[str, ...]:
    """Return UTC and every named zone such as ``Europe/Berlin``, in order."""
    named = sorted(name for name in available_timezones() if "/" in name and name[0].isupper())
    return ("UTC", *named)
