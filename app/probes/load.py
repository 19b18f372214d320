"""How many processes want a processor, per processor."""

from app.domain.health import Reading
from app.probes.base import Found, Section, graded


class LoadProbe:
    """Five-minute load average over the number of processors."""

    name, title = "cpu.load", "Load"
    warn, fail = 2.0, 4.0

    def shell(self) -> str:
        """Read the load and count the processors."""
        return "cat /proc/loadavg; getconf _NPROCESSORS_ONLN"

    def read(self, section: Section) -> list[Found]:
        """Judge the five-minute load; a single processor counts as two."""
        loads, cores = section.lines[:2]
        ratio = float(loads.split()[1]) / max(2, int(cores))
        health = graded(ratio, self.warn, self.fail)
        return [("", Reading(health, f"{ratio:.2f} × cores over 5 min", ratio, "× cores"))]
