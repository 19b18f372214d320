"""How busy the processors are right now."""

from dataclasses import dataclass

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, whole

_FIELDS = 8
"""user, nice, system, idle, iowait, irq, softirq, steal"""
_IDLE, _WAITING = 3, 4
_WARN = 85.0


@dataclass(frozen=True, slots=True)
class CpuProbe:
    """Share of time that was not idle between two looks.

    A second says too little for more than a warning; minutes of it show in the load.
    """

    interval_s: float = 1.0
    name: str = "cpu.util"
    title: str = later("Processor")

    def shell(self) -> str:
        """Look twice."""
        look = 'read -r line </proc/stat && echo "$line"'
        return f"{look} && sleep {self.interval_s:g} && {look}"

    def read(self, section: Section) -> list[Found]:
        """Return busy time over all time, in percent; waiting for disks counts as idle."""
        first, second = (_counters(line) for line in section.lines)
        spent = [b - a for a, b in zip(first, second, strict=True)]
        total = sum(spent)
        busy = 100 * (1 - (spent[_IDLE] + spent[_WAITING]) / total) if total > 0 else -1.0
        if not 0 <= busy <= 100:
            raise Strange(_("the counters stand still or run backwards"))
        text = _("{busy:.0f} % busy").format(busy=busy)
        health = Health.WARNING if busy > _WARN else Health.OK
        return [("", Reading(health, text, busy, "%"))]


def _counters(line: str) -> list[int]:
    name, *words = line.split()
    if name != "cpu" or len(words) < _FIELDS:
        raise Strange(_("these are no processor counters"))
    return [whole(word) for word in words[:_FIELDS]]
