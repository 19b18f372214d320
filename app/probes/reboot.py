"""Whether the host waits for a restart."""

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, unknown


class RebootProbe:
    """A flag of the package manager."""

    name, title = "reboot.needed", later("Restart needed")

    def shell(self) -> str:
        """Look at Debian's flag and whether anybody would set it, or ask Red Hat's tool."""
        return """if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo yes
elif command -v needs-restarting >/dev/null 2>&1; then
    needs-restarting -r >/dev/null 2>&1
    case $? in 0) echo no ;; 1) echo yes ;; *) echo failed ;; esac
elif [ -e /usr/share/update-notifier/notify-reboot-required ]; then echo no
else echo no-flag; fi"""

    def read(self, section: Section) -> list[Found]:
        """Say yes, no, or that nobody knows."""
        match section.lines:
            case ["no"]:
                return [("", Reading(Health.OK, _("no")))]
            case ["yes"]:
                return [("", Reading(Health.WARNING, _("yes")))]
            case ["no-flag"]:
                return [("", unknown(_("nobody on this host says so")))]
            case _:
                raise Strange(_("neither yes nor no"))
