"""Which kinds of error the host's log shows, with numbers and ids masked."""

import re

from app.domain.health import Health, Reading
from app.probes.base import Found, Section, unknown

_MASKS = (
    (re.compile(r"0x[0-9a-fA-F]+"), "0x#"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"), "#uuid"),
    (re.compile(r"\d+"), "#"),
)
_MOST = 50
_LONGEST = 160


class ErrorLogProbe:
    """Errors of the last ten minutes, by template; a template that is new is what matters."""

    name, title = "log.err", "Error log"

    def shell(self) -> str:
        """Ask the journal, else the classic files."""
        return (
            "if [ -d /run/systemd/system ] && command -v journalctl >/dev/null 2>&1; then\n"
            "    journalctl -p 0..3 --since -10min --no-pager -o cat -n 500 && echo listed\n"
            "else for f in /var/log/syslog /var/log/messages; do\n"
            "    if [ -r $f ]; then tail -n 500 $f | grep -iE 'error|fail|crit'; echo listed;"
            " exit 0; fi; done\n"
            "    echo no-log; fi"
        )

    def read(self, section: Section) -> list[Found]:
        """Return the templates as items."""
        *lines, last = section.lines
        if last == "no-log":
            return [("", unknown("there is no readable log"))]
        if last != "listed":
            return [("", unknown("the log could not be read to its end"))]
        templates = sorted({_mask(line) for line in lines})[:_MOST]
        if not templates:
            return [("", Reading(Health.OK, "no error in the last lines"))]
        summary = f"{len(lines)} lines, {len(templates)} kinds"
        return [("", Reading(Health.WARNING, summary, None, "", tuple(templates)))]


def _mask(line: str) -> str:
    for pattern, mark in _MASKS:
        line = pattern.sub(mark, line)
    return line[:_LONGEST]
