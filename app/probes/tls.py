"""How long the certificates of the host's addresses are good, and whether they are trusted."""

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, graded_low, unknown, whole

_WARN_DAYS, _FAIL_DAYS = 21.0, 7.0
_DAY_S = 86400
_ENDS = re.compile(
    r"notAfter=([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) GMT", re.ASCII
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
"""``strptime`` would expect the months of whatever language the window has chosen."""
_PRINT = re.compile(r"Fingerprint=([0-9A-F:]{59,})", re.IGNORECASE)
_VERDICT = re.compile(r"Verify return code: (\d+) \((.*?)\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """Days until the certificate of each https address ends."""

    urls: tuple[str, ...]
    name: str = "tls"
    title: str = later("Certificate")

    def shell(self) -> str:
        """Ask openssl for the certificate that is really shown, and for its verdict on it."""
        calls = " ".join(
            f"{shlex.quote(place)} {shlex.quote(name)}" for place, name in self._places
        )
        return f"""command -v openssl >/dev/null 2>&1 || exit 127
limited() {{ if command -v timeout >/dev/null 2>&1; then timeout 5 "$@"; else "$@"; fi; }}
show() {{
    case $2 in
        *[!0-9.]*) check="-verify_hostname $2 -servername $2" ;;
        *) check="-verify_ip $2" ;;
    esac
    said=$(limited openssl s_client -connect "$1" $check </dev/null 2>/dev/null)
    facts=$(printf '%s\\n' "$said" | openssl x509 -noout -enddate -fingerprint -sha256 2>/dev/null)
    verdict=$(printf '%s\\n' "$said" | grep 'Verify return code' | head -n 1)
    printf '%s\\t%s|%s\\n' "$1" "$(printf %s "$facts" | tr '\\n' '|')" "$verdict"
}}
date +%s
set -- {calls}
while [ $# -gt 1 ]; do show "$1" "$2" & shift 2; done
wait"""

    def read(self, section: Section) -> list[Found]:
        """Judge the days left by the host's own clock; the fingerprint is the item."""
        now, *lines = section.lines
        answers = dict(line.split("\t", 1) for line in lines)
        now_s = whole(now)
        return [(place, _judge(answers.get(place, ""), now_s)) for place, _name in self._places]

    @property
    def _places(self) -> list[tuple[str, str]]:
        """Return address with port, and the name the certificate must hold, of each address."""
        parts = [urlsplit(url) for url in self.urls]
        return [
            (
                f"{'[' + p.hostname + ']' if ':' in p.hostname else p.hostname}:{p.port or 443}",
                p.hostname,
            )
            for p in parts
            if p.hostname
        ]


def _judge(said: str, now_s: int) -> Reading:
    ends, mark = _ENDS.search(said), _PRINT.search(said)
    if not ends or not mark:
        return unknown(_("no certificate was shown"))
    days = (_moment(ends) - now_s) / _DAY_S
    health = graded_low(days, _WARN_DAYS, _FAIL_DAYS)
    text = _("{days:.0f} days left").format(days=days)
    verdict = _VERDICT.search(said)
    if verdict is None:
        raise Strange(_("openssl gave no verdict"))
    if verdict[1] != "0":
        health = Health.CRITICAL
        text = _("{text}, not trusted: {why}").format(text=text, why=verdict[2])
    items = (f"sha256 {mark[1].upper()}",)
    return Reading(health, text, days, "d", items, worse_when_lower=True)


def _moment(ends: re.Match[str]) -> float:
    month, *rest = ends.groups()
    day, hour, minute, second, year = (int(word) for word in rest)
    at = datetime(year, _MONTHS.index(month) + 1, day, hour, minute, min(second, 59), tzinfo=UTC)
    return at.timestamp()
