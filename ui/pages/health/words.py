"""The words and marks of health states."""

from app.domain.health import Health
from app.i18n import _
from ui.cells import Badge, Mark

HEALTH = {
    Health.OK: Badge(Mark.GOOD, _("OK")),
    Health.WARNING: Badge(Mark.WATCH, _("Warning")),
    Health.CRITICAL: Badge(Mark.BAD, _("Critical")),
    Health.UNKNOWN: Badge(Mark.UNKNOWN, _("Unknown")),
}
