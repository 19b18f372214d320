"""How much memory is still to be had."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section


class MemoryProbe:
    """Memory the kernel could hand out without swapping, in percent of all."""

    name, title = "mem.available", "Memory available"
    warn, fail = 10.0, 5.0

    def shell(self) -> str:
        """Read the kernel's own file."""
        return "cat /proc/meminfo"

    def read(self, section: Section) -> list[Found]:
        """Judge MemAvailable over MemTotal."""
        sizes = {
            name: int(rest.split()[0])
            for name, _, rest in (line.partition(":") for line in section.lines)
            if rest.split()
        }
        share = 100 * sizes["MemAvailable"] / sizes["MemTotal"]
        if not 0 <= share <= _ALL:
            raise ValueError("more available than there is")
        health = (
            Health.CRITICAL
            if share < self.fail
            else Health.WARNING
            if share < self.warn
            else Health.OK
        )
        summary = f"{share:.0f} % available"
        return [("", Reading(health, summary, share, "%", worse_when_lower=True))]


_ALL = 100
