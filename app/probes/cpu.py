"""How busy the processors are right now."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section


class CpuProbe:
    """Share of time that was not idle between two looks one second apart.

    One second says too little for more than a warning; being busy for minutes shows in the load.
    """

    name, title = "cpu.util", "Processor"
    warn = 85.0

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
        health = Health.WARNING if busy > self.warn else Health.OK
        return [("", Reading(health, f"{busy:.0f} % busy", busy, "%"))]
