"""What time the host thinks it is; the service compares it with ours."""

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, figure, whole

_LONG_AGO_S, _FAR_AHEAD_S = 1_000_000_000, 10_000_000_000


class ClockProbe:
    """The host's clock in Unix seconds; judged by `app.services.host.health`, which knows ours."""

    name, title = "time.skew", later("Clock")

    def shell(self) -> str:
        """Ask for seconds and nanoseconds, where date knows them."""
        return "date +%s.%N"

    def read(self, section: Section) -> list[Found]:
        """Return the time as the value; alone it says nothing yet."""
        seconds, _dot, fraction = section.text.strip().partition(".")
        now_s = figure(f"{seconds}.{fraction}") if fraction.isdecimal() else float(whole(seconds))
        if not _LONG_AGO_S < now_s < _FAR_AHEAD_S:
            raise Strange(_("this is no time of today"))
        return [("", Reading(Health.UNKNOWN, _("not compared yet"), now_s, "unix"))]
