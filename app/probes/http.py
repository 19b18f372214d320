"""Whether an address answers, with which code, and how fast: asked on the host itself."""

import shlex
from dataclasses import dataclass
from statistics import median

from app.domain.health import Health, Reading
from app.probes.base import Found, Section, unknown

_TIMES = 5
_SLOW_MS = 1000.0


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Five requests to each address; the middle time counts."""

    urls: tuple[str, ...]
    name: str = "http"
    title: str = "HTTP"

    def shell(self) -> str:
        """Ask with curl; without it the check is unknown."""
        urls = shlex.join(self.urls)
        return f"""command -v curl >/dev/null 2>&1 || exit 127
for url in {urls}; do for n in 1 2 3 4 5; do
    said=$(curl -sS -o /dev/null --max-time 3 --proto '=http,https' \\
        -w '%{{http_code}} %{{time_total}}' -- "$url" 2>/dev/null)
    printf '%s\\t%s\\n' "$url" "$said"
done; done"""

    def read(self, section: Section) -> list[Found]:
        """Judge each address by its worst code and its middle time."""
        answers: dict[str, list[tuple[int, float]]] = {}
        for line in section.lines:
            url, said = line.split("\t", 1)
            code, seconds = (*said.split(), "0", "0")[:2]
            answers.setdefault(url, []).append((int(code), float(seconds) * 1000))
        return [(url, _judge(rows)) for url, rows in answers.items()]


def _judge(rows: list[tuple[int, float]]) -> Reading:
    if len(rows) < _TIMES:
        return unknown("not all requests were made")
    codes = sorted({code for code, _ in rows})
    if codes[0] == 0:
        return Reading(Health.CRITICAL, "no answer")
    if codes[-1] >= 400:
        return Reading(Health.CRITICAL, f"answers {codes[-1]}")
    ms = median(ms for _, ms in rows)
    health = Health.WARNING if ms > _SLOW_MS else Health.OK
    return Reading(health, f"{codes[-1]} in {ms:.1f} ms", ms, "ms")
