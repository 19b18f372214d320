"""Times that are typed into records: in the zone of the change, in the usual forms."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.window import to_utc
from app.errors import InvalidInput
from app.i18n import _
from app.wording import clock, day
from ui.pages.changes.saving import refuse
from ui.typed import wall_time
from ui.widgets.fields import LineField

EXAMPLE = "14 Nov 2026 22:00"


def show_moment(field: LineField, at: datetime | None, zone: str) -> None:
    """Write a moment into a field as it is read in a zone."""
    field.set_value("" if at is None else f"{day(at, zone, year=True)} {clock(at, zone)}")


def typed_moment(field: LineField, zone: str, now: datetime) -> datetime | None:
    """Return the moment that was typed in a zone, None for an empty field.

    Raises:
        InvalidInput: It cannot be read, is skipped by the clocks, or is yet to come; said at the
            field.
    """
    if not field.value:
        return None
    wall = wall_time(field.value, now.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    if wall is None:
        text = _("Write date and time, such as {example}.").format(example=EXAMPLE)
        raise refuse(field, InvalidInput(text))
    try:
        at = to_utc(wall, zone)
    except InvalidInput as error:
        raise refuse(field, error) from error
    if at > now.astimezone(UTC):
        raise refuse(field, InvalidInput(_("This is yet to come.")))
    return at
