"""Which kinds of error the host's log shows, with numbers and ids masked."""

import re

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, listed, unknown

_MASKS = (
    (re.compile(r"^[A-Z][a-z]{2} [ \d]\d [\d:]{8} \S+ |^\d{4}-\d\d-\d\dT\S+ \S+ "), ""),
    (re.compile(r"0x[0-9a-fA-F]+"), "#hex"),
    (re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b"), "#uuid"),
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b"), "#hex"),
    (re.compile(r"\d+"), "#"),
)
_NOTES = ("-- ", "Hint: ")
_BLIND = ("not seeing messages from other users", "No journal files were")
_MOST = 50
_LONGEST = 160


class ErrorLogProbe:
    """Errors of the last ten minutes, by template; a template that is new is what matters."""

    name, title = "log.err", later("Error log")

    def shell(self) -> str:
        """Ask the journal, else the classic files."""
        return r"""if [ -d /run/systemd/system ] && command -v journalctl >/dev/null 2>&1; then
    journalctl -p 0..3 --since -10min --no-pager -o cat -n 500 2>&1 && echo listed
    return
fi
for file in /var/log/syslog /var/log/messages; do
    [ -r $file ] || continue
    said=$(tail -n 500 $file) || return 1
    printf '%s\n' "$said" | grep -iE 'error|fail|crit|panic'
    echo listed
    return 0
done
echo no-log"""

    def read(self, section: Section) -> list[Found]:
        """Return the templates as items."""
        if section.lines == ["no-log"]:
            return [("", unknown(_("there is no readable log")))]
        lines = listed(section)
        if any(sign in line for line in lines for sign in _BLIND):
            return [("", unknown(_("this user may not read the host's log")))]
        lines = [line for line in lines if not line.startswith(_NOTES)]
        templates = tuple(sorted({_mask(line) for line in lines})[:_MOST])
        if not templates:
            return [("", Reading(Health.OK, _("no error in the last lines")))]
        text = _("{lines} lines, {kinds} kinds").format(lines=len(lines), kinds=len(templates))
        return [("", Reading(Health.WARNING, text, None, "", templates, items_are_faults=True))]


def _mask(line: str) -> str:
    for pattern, mark in _MASKS:
        line = pattern.sub(mark, line)
    return line.strip()[:_LONGEST]
