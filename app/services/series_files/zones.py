"""Time zones by their names; apart from all else, because it is needed before anything is read."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.errors import InvalidInput
from app.i18n import _


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
