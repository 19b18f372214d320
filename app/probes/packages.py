"""Which packages are installed, and whether one is broken."""

import re

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, listed
from app.probes.dpkg import FIELDS, Row, file_rows

_ROW = re.compile(r"[uirph]([nciHUFWt])(R?) +(\S+) *(\S*)")
"""dpkg's state, whether it wants a re-installation, name, version; other tools are made alike."""
_WHOLE = ("i", "n", "c")
"""Installed, not installed, removed but for its configuration."""


class PackageProbe:
    """The set of installed packages with their versions."""

    name, title = "pkg.set", later("Packages")

    def shell(self) -> str:
        """Ask the package manager.

        Of dpkg's own file the lines that count are read where nothing is under way: dpkg itself
        takes ten times as long for the same, which would be most of what a check costs a host.
        """
        return rf"""status=/var/lib/dpkg/status
journal() {{ for file in /var/lib/dpkg/updates/*; do [ -e "$file" ] && return; done; return 1; }}
if [ -r $status ] && command -v grep >/dev/null 2>&1 && ! journal; then
    grep -E '^({FIELDS}): ' $status || return 1
elif command -v dpkg-query >/dev/null 2>&1; then
    dpkg-query -W -f '${{db:Status-Abbrev}} ${{binary:Package}} ${{Version}}\n' || return 1
elif command -v rpm >/dev/null 2>&1; then
    rpm -qa --qf 'ii %{{NAME}}.%{{ARCH}} %{{VERSION}}-%{{RELEASE}}\n' || return 1
elif command -v apk >/dev/null 2>&1; then
    said=$(apk list -I 2>/dev/null) || return 1
    printf '%s\n' "$said" | sed -E 's/^(.*)-([^-]+-r[0-9]+) .*$/ii \1 \2/'
else return 127; fi
echo listed"""

    def read(self, section: Section) -> list[Found]:
        """Return name and version as items; half installed ones are critical."""
        text = section.text.strip("\n")
        if text.startswith("Package: ") and text.endswith("\nlisted"):
            rows = file_rows(text.removesuffix("listed"))
        else:
            rows = [_row(line) for line in listed(section)]
        kept = tuple(sorted([f"{name} {version}" for state, name, version in rows if state == "i"]))
        broken = sorted(name for state, name, _version in rows if state not in _WHOLE)
        if not kept:
            raise Strange(_("not one package is installed"))
        if broken:
            text = _("broken: {names}").format(names=", ".join(broken))
            return [("", Reading(Health.CRITICAL, text, None, "", kept))]
        text = _("{n} installed").format(n=len(kept))
        return [("", Reading(Health.OK, text, None, "", kept))]


def _row(line: str) -> Row:
    found = _ROW.fullmatch(line.strip())
    if not found or (found[1] == "i" and not found[4]):
        raise Strange(_("this is no list of packages"))
    return found[2] or found[1], found[3], found[4]
