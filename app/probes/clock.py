"""What time the host thinks it is; the service compares it with ours."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section


class ClockProbe:
    """The host's clock in Unix seconds; judged by `app.services.health`, which knows our own."""

    name, title = "time.skew", "Clock"

    def shell(self) -> str:
        """Ask for seconds and nanoseconds, where date knows them."""
        return "date +%s.%N"

    def read(self, section: Section) -> list[Found]:
        """Return the time as the value."""
        now_s = float(section.lines[0].removesuffix(".N").removesuffix("%N"))
        return [("", Reading(Health.OK, "read", now_s, "unix"))]
