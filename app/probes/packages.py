"""Which packages are installed, and whether one is broken."""

from app.domain.health import Health, Reading
from app.probes.base import Found, Section


class PackageProbe:
    """The set of installed packages with their versions."""

    name, title = "pkg.set", "Packages"

    def shell(self) -> str:
        """Ask the package manager."""
        return (
            "if command -v dpkg-query >/dev/null 2>&1; then\n"
            "    dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\\n' && echo listed\n"
            "elif command -v rpm >/dev/null 2>&1; then\n"
            "    rpm -qa --qf 'ii %{NAME} %{VERSION}-%{RELEASE}\\n' && echo listed\n"
            "elif command -v apk >/dev/null 2>&1; then\n"
            "    apk info -v | sed 's/^/ii /; s/$/ -/' && echo listed\n"
            "else exit 127; fi"
        )

    def read(self, section: Section) -> list[Found]:
        """Return name and version as items; half installed ones are critical."""
        *lines, last = section.lines
        if last != "listed":
            raise ValueError("the list has no end")
        rows = [line.split(None, 2) for line in lines]
        kept = sorted(f"{name} {version}" for state, name, version in rows if state[1] == "i")
        broken = sorted(row[1] for row in rows if row[0][1:] not in ("i", "n", "c"))
        if broken:
            text = f"broken: {', '.join(broken)}"
            return [("", Reading(Health.CRITICAL, text, None, "", tuple(kept)))]
        return [("", Reading(Health.OK, f"{len(kept)} installed", None, "", tuple(kept)))]
