"""Which boot the host is in, and since when."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section
from app.wording import duration


class BootProbe:
    """The boot id changes with every restart of the machine."""

    name, title = "sys.boot", "Boot"

    def shell(self) -> str:
        """Read the kernel's own files."""
        return "cat /proc/sys/kernel/random/boot_id /proc/uptime"

    def read(self, section: Section) -> list[Found]:
        """Return the boot id as the one item."""
        boot_id, uptime = section.lines[:2]
        up_s = float(uptime.split()[0])
        summary = f"up for {duration(up_s)}"
        return [("", Reading(Health.OK, summary, items=(boot_id.strip(),)))]
