"""How full the local file systems are: space and inodes."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section

_SKIPPED = (
    *("tmpfs", "devtmpfs", "squashfs", "overlay", "iso9660", "efivarfs"),
    *("nfs", "nfs4", "cifs", "smbfs", "autofs"),
)
_LEFT_OUT = " ".join(f"-x {kind}" for kind in _SKIPPED)
"""Remote file systems can hang for ever; images and memory are always full or empty."""
_FREE_ENOUGH_KB = 5 * 1024 * 1024


class SpaceProbe:
    """Used space of what users may fill, per mount point."""

    name, title = "fs.space", "Disk space"
    warn, fail = 90.0, 98.0

    def shell(self) -> str:
        """Ask df about local file systems; some containers only show an overlay."""
        return f"df -PTlk {_LEFT_OUT} 2>/dev/null || df -PTk / 2>/dev/null || df -Pk /"

    def read(self, section: Section) -> list[Found]:
        """Judge each mount; nearly full is critical only with less than 5 GB left."""
        found: list[Found] = []
        for mount, used, free in _rows(section):
            percent = 100 * used / max(1, used + free)
            if percent > self.fail and free < _FREE_ENOUGH_KB:
                health = Health.CRITICAL
            else:
                health = Health.WARNING if percent > self.warn else Health.OK
            summary = f"{percent:.0f} % used, {free / 1024 / 1024:.1f} GB free"
            found.append((mount, Reading(health, summary, percent, "%")))
        return found


class InodeProbe:
    """Used inodes per mount point; file systems without a fixed number are left out."""

    name, title = "fs.inodes", "Inodes"
    warn, fail = 90.0, 98.0

    def shell(self) -> str:
        """Ask df about inodes."""
        return f"df -PTli {_LEFT_OUT} 2>/dev/null || df -PTi / 2>/dev/null || df -Pi /"

    def read(self, section: Section) -> list[Found]:
        """Judge each mount."""
        found: list[Found] = []
        for mount, used, free in _rows(section):
            if used + free == 0:
                continue
            percent = 100 * used / (used + free)
            health = (
                Health.CRITICAL
                if percent > self.fail
                else Health.WARNING
                if percent > self.warn
                else Health.OK
            )
            found.append((mount, Reading(health, f"{percent:.0f} % used", percent, "%")))
        return found


def _rows(section: Section) -> list[tuple[str, int, int]]:
    """Return mount point, used and free of every line below df's header."""
    if section.exit_code != 0:
        raise ValueError("df ended with an error")
    header, *lines = section.lines
    typed = "Type" in header.split()
    rows = []
    for line in lines:
        words = line.split(None, 6 if typed else 5)
        used, free = (int(words[place + typed]) for place in (2, 3))
        rows.append((words[5 + typed], used, free))
    return rows
