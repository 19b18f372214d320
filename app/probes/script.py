"""One script for all probes of a host, and the way back from its output to sections.

Each section stands between markers that carry a nonce, which only the script's own text holds:
it is on no command line that other users of the server could see. Text outside of the markers
(banners, profile noise) and lines that imitate a marker are never taken for an answer.
"""

import re
import shlex
from collections.abc import Sequence

from app.probes.base import Probe, Section

SECTION_LIMIT_S = 10

_PROLOGUE = r"""
LC_ALL=C; LANG=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL LANG PATH
unset LANGUAGE
if timeout -k 2 5 true 2>/dev/null; then
    limited() { timeout -k 2 "$seconds" sh -c "$1"; }
else
    limited() {
        sh -c "$1" & work=$!
        ( sleep "$seconds"; kill -9 "$work" ) >/dev/null 2>&1 & guard=$!
        wait "$work"; code=$?
        kill "$guard" 2>/dev/null
        return "$code"
    }
fi
clock_ms() { t=$(date +%s%N); case $t in *[!0-9]*) echo 0 ;; *) echo $((t / 1000000)) ;; esac; }
section() {
    printf '\n<<<CD:%s:%s>>>\n' "$nonce" "$1"
    begun=$(clock_ms)
    limited "$2" 2>/dev/null </dev/null
    code=$?
    printf '\n<<<CD:%s:end:%s:%s>>>\n' "$nonce" "$code" "$(($(clock_ms) - begun))"
}
"""


def build_script(probes: Sequence[Probe], nonce: str, limit_s: int = SECTION_LIMIT_S) -> str:
    """Return the script that runs every probe, each for at most ``limit_s`` seconds."""
    values = f"nonce={shlex.quote(nonce)}; seconds={limit_s}"
    calls = [f"section {shlex.quote(p.name)} {shlex.quote(p.shell())}" for p in probes]
    return "\n".join((values, _PROLOGUE, *calls, ""))


def split_sections(output: str, nonce: str) -> dict[str, Section]:
    """Return the sections of an output by probe name; an unfinished one has no exit code.

    A section that comes twice has no exit code either: one of the two is not ours.
    """
    mark = re.escape(nonce)
    pattern = re.compile(
        rf"^<<<CD:{mark}:(?!end:)(?P<name>[a-z.]+)>>>\n(?P<text>.*?)"
        rf"(?:^<<<CD:{mark}:end:(?P<rc>[0-9]{{1,4}}):(?P<ms>-?[0-9]{{1,18}})>>>$"
        rf"|(?=^<<<CD:{mark}:)|\Z)",
        re.DOTALL | re.MULTILINE,
    )
    sections: dict[str, Section] = {}
    for found in pattern.finditer(output):
        name = found["name"]
        once = name not in sections and found["rc"]
        sections[name] = Section(
            found["text"].strip("\n"),
            int(found["rc"]) if once else None,
            max(0, int(found["ms"] or 0)),
        )
    return sections
