"""How busy the processors are right now."""

from app.domain.health import Reading
from app.probes.base import Found, Section, graded


class CpuProbe:
    """Share of time that was not idle between two looks one second apart."""

    name, title = "cpu.util", "Processor"
    warn, fail = 85.0, 95.0

    def shell(self) -> str:
        """Look twice."""
        return "head -n 1 /proc/stat; sleep 1; head -n 1 /proc/stat"

    def read(self, section: Section) -> list[Found]:
        """Return busy time over all time, in percent; waiting for disks counts as idle."""
        first, second = ([int(word) for word in line.split()[1:9]] for line in section.lines[:2])
        spent = [b - a for a, b in zip(first, second, strict=True)]
        total = sum(spent)
        if total <= 0:
            raise ValueError("the counters stand still")
        busy = 100 * (1 - (spent[3] + spent[4]) / total)
        return [("", Reading(graded(busy, self.warn, self.fail), f"{busy:.0f} % busy", busy, "%"))]
