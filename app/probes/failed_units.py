"""Which units of the host have failed."""

import re

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, listed, unknown

_KINDS = "service|socket|device|mount|automount|swap|target|path|timer|slice|scope"
_UNIT = re.compile(rf"[\w:.\\@-]+\.(?:{_KINDS})", re.ASCII)


class FailedUnitsProbe:
    """Units that systemd counts as failed."""

    name, title = "svc.failed", later("Failed units")

    def shell(self) -> str:
        """Ask systemd, where it runs the machine."""
        return (
            "[ -d /run/systemd/system ] || { echo no-systemd; return 0; }\n"
            "systemctl list-units --failed --plain --no-legend --no-pager && echo listed"
        )

    def read(self, section: Section) -> list[Found]:
        """Return the failed units as items."""
        if section.lines == ["no-systemd"]:
            return [("", unknown(_("systemd does not run this host")))]
        units = tuple(sorted(_unit(line) for line in listed(section)))
        if not units:
            return [("", Reading(Health.OK, _("none")))]
        text = ", ".join(units)
        count = float(len(units))
        return [("", Reading(Health.WARNING, text, count, "", units, items_are_faults=True))]


def _unit(line: str) -> str:
    word = line.lstrip("●* \t").split()[0]
    if not _UNIT.fullmatch(word):
        raise Strange(_("this is no list of units"))
    return word
