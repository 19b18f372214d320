"""Which boot the host is in, and since when."""

from uuid import UUID

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, figure
from app.wording import duration


class BootProbe:
    """The boot id changes with every restart of the machine."""

    name, title = "sys.boot", later("Boot")

    def shell(self) -> str:
        """Read the kernel's own files."""
        return """read -r id </proc/sys/kernel/random/boot_id && read -r up </proc/uptime &&
echo "$id" && echo "$up" """

    def read(self, section: Section) -> list[Found]:
        """Return the boot id as the one item."""
        boot_id, uptime = section.lines
        up_s, _idle_s = (figure(word) for word in uptime.split())
        text = _("up for {time}").format(time=duration(up_s))
        return [("", Reading(Health.OK, text, items=(f"boot {UUID(boot_id.strip())}",)))]
