"""How long the certificates of the host's addresses are still good."""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.domain.health import Health, Reading
from app.probes.base import Found, Section, unknown

_WARN_DAYS, _FAIL_DAYS = 21.0, 7.0
_DAY_S = 86400


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """Days until the certificate of each https address ends."""

    urls: tuple[str, ...]
    name: str = "tls"
    title: str = "Certificate"

    def shell(self) -> str:
        """Ask openssl for the certificate that is really shown."""
        places = shlex.join(_places(self.urls))
        return f"""command -v openssl >/dev/null 2>&1 || exit 127
date +%s
for place in {places}; do
    host=${{place%:*}}
    said=$(openssl s_client -connect "$place" -servername "$host" </dev/null 2>/dev/null \\
        | openssl x509 -noout -enddate -fingerprint -sha256 2>/dev/null | tr '\\n' '|')
    printf '%s\\t%s\\n' "$place" "$said"
done"""

    def read(self, section: Section) -> list[Found]:
        """Judge the days left by the host's own clock; the fingerprint is the item."""
        now_s, *lines = section.lines
        found: list[Found] = []
        for line in lines:
            place, said = line.split("\t", 1)
            facts = dict(part.split("=", 1) for part in said.split("|") if "=" in part)
            if "notAfter" not in facts:
                found.append((place, unknown("no certificate was shown")))
                continue
            ends = datetime.strptime(facts["notAfter"], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
            days = (ends.timestamp() - int(now_s)) / _DAY_S
            found.append((place, _judge(days, facts)))
        return found


def _judge(days: float, facts: dict[str, str]) -> Reading:
    health = (
        Health.CRITICAL if days < _FAIL_DAYS else Health.WARNING if days < _WARN_DAYS else Health.OK
    )
    prints = tuple(value for name, value in facts.items() if "ingerprint" in name)
    return Reading(health, f"{days:.0f} days left", days, "d", prints, worse_when_lower=True)


def _places(urls: tuple[str, ...]) -> list[str]:
    parts = [urlsplit(url) for url in urls]
    return [f"{p.hostname}:{p.port or 443}" for p in parts if p.scheme == "https" and p.hostname]
