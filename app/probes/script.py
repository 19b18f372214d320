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
KERNEL = frozenset({"time.skew", "sys.boot", "cpu.load", "cpu.util", "mem.available"})
"""What reads nothing but memory of the kernel: it cannot hang, and starting two more programs to
limit it would cost the host more than the check itself."""

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
if { read -r up _ </proc/uptime; } 2>/dev/null; then
    look_ms() {
        read -r up _ </proc/uptime
        part=${up#*.}
        now=$((${up%.*} * 1000 + ${part#0} * 10))
    }
else
    look_ms() {
        now=$(date +%s%N)
        case $now in *[!0-9]*) now=0 ;; *) now=$((now / 1000000)) ;; esac
    }
fi
section() {
    printf '\n<<<CD:%s:%s>>>\n' "$nonce" "$1"
    look_ms
    begun=$now
    if [ "$3" = kernel ]; then (eval "$2"); else limited "$2"; fi 2>/dev/null </dev/null
    code=$?
    look_ms
    printf '\n<<<CD:%s:end:%s:%s>>>\n' "$nonce" "$code" "$((now - begun))"
}
"""


def build_script(probes: Sequence[Probe], nonce: str, limit_s: int = SECTION_LIMIT_S) -> str:
    """Return the script that runs every probe; what may hang has ``limit_s`` seconds."""
    values = f"nonce={shlex.quote(nonce)}; seconds={limit_s}"
    calls = [
        f"section {shlex.quote(p.name)} {shlex.quote(p.shell())}"
        f" {'kernel' if p.name in KERNEL else 'limited'}"
        for p in probes
    ]
    return "\n".join((values, _PROLOGUE, *calls, ""))


def split_sections(output: str, nonce: str) -> dict[str, Section]:
    """Return the sections of an output by probe name; an unfinished one has no exit code.

    A section that comes twice has no exit code either: one of the two is not ours.
    """
    pattern = re.compile(
        rf"^<<<CD:{re.escape(nonce)}:(?:end:(?P<rc>[0-9]{{1,4}}):(?P<ms>-?[0-9]{{1,18}})>>>$"
        r"|(?!end:)(?P<name>[a-z.]+)>>>\n)",
        re.MULTILINE,
    )
    sections: dict[str, Section] = {}
    marks = [*pattern.finditer(output)]
    for place, found in enumerate(marks):
        name = found["name"]
        if name is None:
            continue
        end = marks[place + 1] if place + 1 < len(marks) else None
        once = name not in sections and end is not None and end["rc"]
        sections[name] = Section(
            output[found.end() : end.start() if end else None].strip("\n"),
            int(end["rc"]) if once and end else None,
            max(0, int((end and end["ms"]) or 0)),
        )
    return sections
