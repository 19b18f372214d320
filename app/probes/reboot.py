"""Whether the host waits for a restart."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section, unknown


class RebootProbe:
    """A flag of the package manager."""

    name, title = "reboot.needed", "Restart needed"

    def shell(self) -> str:
        """Look at Debian's flag and whether anybody would set it, or ask Red Hat's tool."""
        return (
            "if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo yes\n"
            "elif command -v needs-restarting >/dev/null 2>&1; then\n"
            "    needs-restarting -r >/dev/null 2>&1\n"
            "    case $? in 0) echo no ;; 1) echo yes ;; esac\n"
            "elif [ -e /usr/share/update-notifier/notify-reboot-required ]; then echo no; fi"
        )

    def read(self, section: Section) -> list[Found]:
        """Say yes, no, or that nobody knows."""
        match section.lines:
            case ["no"]:
                return [("", Reading(Health.OK, "no"))]
            case ["yes"]:
                return [("", Reading(Health.WARNING, "yes"))]
            case _:
                return [("", unknown("this host has no such flag"))]
