"""How much memory is still to be had."""

import re

from app.domain.health import Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, graded_low


class MemoryProbe:
    """Memory the kernel could hand out without swapping, in percent of all."""

    name, title = "mem.available", later("Memory available")
    warn, fail = 10.0, 5.0

    def shell(self) -> str:
        """Read the two lines that count."""
        return """while read -r line; do
    case $line in MemTotal:* | MemAvailable:*) echo "$line" ;; Active:*) break ;; esac
done </proc/meminfo"""

    def read(self, section: Section) -> list[Found]:
        """Judge MemAvailable over MemTotal."""
        total, available = (self._kilobytes(name, section) for name in ("MemTotal", "MemAvailable"))
        if not 0 <= available <= total or total == 0:
            raise Strange(_("more is available than there is"))
        share = 100 * available / total
        health = graded_low(share, self.warn, self.fail)
        text = _("{share:.0f} % available").format(share=share)
        return [("", Reading(health, text, share, "%", worse_when_lower=True))]

    def _kilobytes(self, name: str, section: Section) -> int:
        found = re.findall(rf"^{name}:\s+([0-9]{{1,15}}) kB$", section.text, re.MULTILINE)
        if len(found) != 1:
            raise Strange(_("{name} is missing").format(name=name))
        return int(found[0])
