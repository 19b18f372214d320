"""How full the local file systems are."""

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section
from app.probes.df import SPACE, df_rows, df_shell

_FREE_ENOUGH_KB = 5 * 1024 * 1024


class SpaceProbe:
    """Used space of what users may fill, per mount point."""

    name, title = "fs.space", later("Disk space")
    warn, fail = 90.0, 98.0

    def shell(self) -> str:
        """Ask in kilobytes."""
        return df_shell("k")

    def read(self, section: Section) -> list[Found]:
        """Judge each mount; nearly full is critical only with less than 5 GB left."""
        rows, found = df_rows(section, SPACE)
        for mount, used, free in rows:
            if used + free == 0:
                continue
            percent = 100 * used / (used + free)
            if percent > self.fail and free < _FREE_ENOUGH_KB:
                health = Health.CRITICAL
            else:
                health = Health.WARNING if percent > self.warn else Health.OK
            text = _("{percent:.0f} % used, {free:.1f} GB free").format(
                percent=percent, free=free / 1024 / 1024
            )
            found.append((mount, Reading(health, text, percent, "%")))
        return found
