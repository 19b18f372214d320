"""Whether an address answers, with which code, and how fast: asked on the host itself."""

import shlex
from dataclasses import dataclass
from statistics import median

from app.domain.health import Health, Reading
from app.i18n import _, later
from app.probes.base import Found, Section, Strange, figure, unknown, whole

_TIMES = 5
_SLOW_MS = 1000.0
_LIMIT_S = 3
_CODES, _REFUSED = range(100, 600), 400
_WHY = {
    6: later("its name is not known on the host"),
    7: later("the connection is refused"),
    28: later("no answer within 3 s"),
    35: later("no secure connection"),
    52: later("an empty answer"),
    60: later("its certificate is not trusted"),
}
"""What curl's exit codes say."""
_PYTHON = """
import sys, time, urllib.error, urllib.request
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *parts):
        return None
begun, failed, code = time.time(), 0, 0
try:
    code = urllib.request.build_opener(Stay).open(sys.argv[1], timeout=3).status
except urllib.error.HTTPError as error:
    code = error.code
except Exception as error:
    late = "timed out" in str(error)
    failed = 28 if late else 60 if "CERTIFICATE" in str(error) else 7
print(code, "%.6f" % (time.time() - begun))
sys.exit(failed)
"""
"""What is asked where there is no curl; the exit codes are curl's."""


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Up to five requests to each address; the middle time counts.

    One that fails, or takes longer than a second, is the last: a slow service needs no more.
    """

    urls: tuple[str, ...]
    name: str = "http"
    title: str = later("HTTP")

    def shell(self) -> str:
        """Ask with curl or Python, all addresses at the same time."""
        return f"""if command -v curl >/dev/null 2>&1; then
    get() {{ curl -sS -o /dev/null --max-time {_LIMIT_S} --proto '=http,https' \\
        -w '%{{http_code}} %{{time_total}}' -- "$1"; }}
elif command -v python3 >/dev/null 2>&1; then
    get() {{ python3 -c {shlex.quote(_PYTHON)} "$1"; }}
else exit 127; fi
ask() {{
    for n in 1 2 3 4 5; do
        said=$(get "$1" 2>/dev/null); code=$?
        printf '%s\\t%s\\t%s\\n' "$1" "$code" "$said"
        case "$code $said" in '0 '*' 0.'*) ;; *) return ;; esac
    done
}}
for url in {shlex.join(self.urls)}; do ask "$url" & done
wait"""

    def read(self, section: Section) -> list[Found]:
        """Judge each address; one that is not answered for is unknown."""
        rows: dict[str, list[tuple[int, int, float]]] = {url: [] for url in self.urls}
        for line in section.lines:
            url, failed, said = line.split("\t")
            code, seconds = said.split() if said.strip() else ("0", "0")
            if url not in rows:
                raise Strange(_("another address answers"))
            rows[url].append((whole(failed), whole(code), figure(seconds) * 1000))
        return [(url, _judge(answers)) for url, answers in rows.items()]


def _judge(rows: list[tuple[int, int, float]]) -> Reading:
    if not rows:
        return unknown(_("there was no answer"))
    failed, _code, last_ms = rows[-1]
    if failed:
        why = _WHY.get(failed, later("the request failed (curl {code})"))
        return Reading(Health.CRITICAL, _(why).format(code=failed))
    codes = [code for _failed, code, _ms in rows]
    if not all(code in _CODES for code in codes):
        raise Strange(_("this is no HTTP code"))
    if max(codes) >= _REFUSED:
        return Reading(Health.CRITICAL, _("answers {code}").format(code=max(codes)))
    if len(rows) < _TIMES and last_ms < _SLOW_MS:
        return unknown(_("not all requests were made"))
    ms = median(ms for _failed, _code, ms in rows)
    health = Health.WARNING if ms > _SLOW_MS else Health.OK
    return Reading(health, _("{code} in {ms:.1f} ms").format(code=max(codes), ms=ms), ms, "ms")
