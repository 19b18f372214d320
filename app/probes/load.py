"""How many processes want a processor, per processor."""

import re

from app.domain.health import Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, figure, graded, whole


class LoadProbe:
    """Five-minute load average over the number of processors."""

    name, title = "cpu.load", later("Load")
    warn, fail = 2.0, 4.0

    def shell(self) -> str:
        """Read the load and count the processors in use."""
        return """read -r load </proc/loadavg && echo "$load" && n=0 || return
if { read -r online </sys/devices/system/cpu/online; } 2>/dev/null; then
    IFS=,
    for range in $online; do n=$((n + ${range#*-} - ${range%-*} + 1)); done
    unset IFS
else
    while read -r name _; do
        case $name in cpu[0-9]*) n=$((n + 1)) ;; intr) break ;; esac
    done </proc/stat
fi && echo $n"""

    def read(self, section: Section) -> list[Found]:
        """Judge the five-minute load; a single processor counts as two."""
        loads, cores = section.lines
        found = re.fullmatch(r"[0-9.]+ ([0-9.]+) [0-9.]+ [0-9]+/[0-9]+ [0-9]+", loads.strip())
        if not found or whole(cores.strip()) < 1:
            raise Strange(_("this is no load average"))
        ratio = figure(found[1]) / max(2, whole(cores.strip()))
        text = _("{ratio:.2f} × cores over 5 min").format(ratio=ratio)
        return [("", Reading(graded(ratio, self.warn, self.fail), text, ratio, "× cores"))]
