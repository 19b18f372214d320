"""How many more files the local file systems can hold."""

from app.domain.health import Reading
from app.i18n import _, later
from app.probes.base import Found, Section, graded
from app.probes.df import INODES, df_rows, df_shell


class InodeProbe:
    """Used inodes per mount point; file systems without a fixed number are left out."""

    name, title = "fs.inodes", later("Inodes")
    warn, fail = 90.0, 98.0

    def shell(self) -> str:
        """Ask for inodes."""
        return df_shell("i")

    def read(self, section: Section) -> list[Found]:
        """Judge each mount."""
        rows, found = df_rows(section, INODES)
        for mount, used, free in rows:
            if used + free > 0:
                percent = 100 * used / (used + free)
                text = _("{percent:.0f} % used").format(percent=percent)
                reading = Reading(graded(percent, self.warn, self.fail), text, percent, "%")
                found.append((mount, reading))
        return found
