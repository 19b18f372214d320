"""Which packages are installed, and whether one is broken."""

import re

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, listed

_ROW = re.compile(r"[uirph]([nciHUFWt])(R?) +(\S+) *(\S*)")
"""dpkg's state, whether it wants a re-installation, name, version; other tools are made alike."""
_WHOLE = ("i", "n", "c")
"""Installed, not installed, removed but for its configuration."""


class PackageProbe:
    """The set of installed packages with their versions."""

    name, title = "pkg.set", later("Packages")

    def shell(self) -> str:
        """Ask the package manager.

        dpkg's own file is read where nothing is under way: asking dpkg for the same lines takes
        four times as long, and they are most of what a whole check costs a host.
        """
        return r"""status=/var/lib/dpkg/status
journal() { for file in /var/lib/dpkg/updates/*; do [ -e "$file" ] && return 0; done; return 1; }
if [ -r $status ] && command -v awk >/dev/null 2>&1 && ! journal; then
    awk '
BEGIN {
    split("unknown u install i hold h deinstall r purge p", wants)
    split("not-installed n unpacked U half-configured F installed i half-installed H" \
        " config-files c triggers-awaited W triggers-pending t", states)
    for (n = 1; n in wants; n += 2) want[wants[n]] = wants[n + 1]
    for (n = 1; n in states; n += 2) state[states[n]] = states[n + 1]
}
/^Package: / { names[++count] = $2 }
/^Status: / { marks[count] = want[$2] state[$4] ($3 == "ok" ? " " : "R") }
/^Architecture: / { kinds[count] = $2 }
/^Multi-Arch: same/ { several[count] = 1 }
/^Version: / { versions[count] = $2 }
END {
    for (n = 1; n <= count; n++) if (names[n] == "dpkg") native = kinds[n]
    for (n = 1; n <= count; n++) {
        other = several[n] || (kinds[n] != native && kinds[n] != "all")
        print marks[n], names[n] (other ? ":" kinds[n] : ""), versions[n]
    }
}' $status || exit 1
elif command -v dpkg-query >/dev/null 2>&1; then
    dpkg-query -W -f '${db:Status-Abbrev} ${binary:Package} ${Version}\n' || exit 1
elif command -v rpm >/dev/null 2>&1; then
    rpm -qa --qf 'ii %{NAME}.%{ARCH} %{VERSION}-%{RELEASE}\n' || exit 1
elif command -v apk >/dev/null 2>&1; then
    said=$(apk list -I 2>/dev/null) || exit 1
    printf '%s\n' "$said" | sed -E 's/^(.*)-([^-]+-r[0-9]+) .*$/ii \1 \2/'
else exit 127; fi
echo listed"""

    def read(self, section: Section) -> list[Found]:
        """Return name and version as items; half installed ones are critical."""
        rows = [_row(line) for line in listed(section)]
        kept = tuple(sorted(f"{name} {version}" for state, name, version in rows if state == "i"))
        broken = sorted(name for state, name, _version in rows if state not in _WHOLE)
        if not kept:
            raise Strange(_("not one package is installed"))
        if broken:
            text = _("broken: {names}").format(names=", ".join(broken))
            return [("", Reading(Health.CRITICAL, text, None, "", kept))]
        text = _("{n} installed").format(n=len(kept))
        return [("", Reading(Health.OK, text, None, "", kept))]


def _row(line: str) -> tuple[str, str, str]:
    """Return state, name and version; the state is ``R`` where a package must come again."""
    found = _ROW.fullmatch(line.strip())
    if not found or (found[1] == "i" and not found[4]):
        raise Strange(_("this is no list of packages"))
    return found[2] or found[1], found[3], found[4]
