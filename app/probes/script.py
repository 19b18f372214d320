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
SHARED_LIMIT_S = 4
KERNEL = frozenset({"time.skew", "sys.boot", "cpu.load", "cpu.util", "mem.available"})
"""What reads nothing but memory of the kernel: it cannot hang, so nothing guards it."""
QUICK = frozenset(
    {"fs.space", "fs.inodes", "svc.failed", "net.listen", "log.err", "reboot.needed", "pkg.set"}
)
"""What hardly ever takes long: one guard stands before all of it, because starting two more
programs for each would cost the host as much as the checks themselves. Only when the shared time is
over does everything that had not ended by then begin again, each behind a guard of its own."""

_FRAME = r"""
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
freely() { (eval "$1") 3>&- 4>&-; }
section() {
    [ "$1" -gt "$ended" ] || return 0
    printf '\n<<<CD:%s:%s>>>\n' "$nonce" "$2"
    look_ms
    begun=$now
    "$guard" "$3" 2>/dev/null </dev/null
    code=$?
    look_ms
    printf '\n<<<CD:%s:end:%s:%s>>>\n' "$nonce" "$code" "$((now - begun))"
}
"""
"""What both shells know: the one that is fed by stdin, and the one behind the shared guard."""

_PROLOGUE = r"""
LC_ALL=C; LANG=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL LANG PATH
unset LANGUAGE
eval "$frame"
limited() {
    if timeout -k 2 5 true 2>/dev/null; then
        limited() { timeout -k 2 "$seconds" sh -c "$1"; }
    else
        limited() {
            sh -c "$1" & work=$!
            ( sleep "$seconds"; kill -9 "$work" ) >/dev/null 2>&1 & watch=$!
            wait "$work"; code=$?
            kill "$watch" 2>/dev/null
            return "$code"
        }
    fi
    limited "$1"
}
ended=0
"""

_SHARED = r"""
{
    passed=$(printf '%s\n' "$nonce" | timeout -k 2 "$shared" sh -c "$frame
read -r nonce; ended=0; guard=freely
$calls" 3>&1 >&4 2>/dev/null)
} 4>&1
ended=${passed##* }
: "${ended:=0}"
if [ "$ended" -lt "$all" ]; then
    printf '\n<<<CD:%s:end:again:0>>>\n' "$nonce"
    guard=limited; eval "$calls" 3>/dev/null
fi
ended=0
"""
"""A section behind the shared guard says its number on descriptor 3 when it has ended."""


def build_script(probes: Sequence[Probe], nonce: str, limit_s: int = SECTION_LIMIT_S) -> str:
    """Return the script that runs every probe; what may hang has ``limit_s`` seconds."""
    quick = [p for p in probes if p.name in QUICK]
    free = [p for p in probes if p.name in KERNEL]
    slow = [p for p in probes if p.name not in KERNEL | QUICK]
    behind = [f"{_call(p, n)} && printf ' {n}' >&3" for n, p in enumerate(quick, 1)]
    values = {
        "nonce": nonce,
        "seconds": str(limit_s),
        "shared": str(min(SHARED_LIMIT_S, limit_s)),
        "frame": _FRAME,
        "calls": "\n".join(("", *behind)),
        "all": str(len(quick)),
    }
    head = "; ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
    parts = [head, _PROLOGUE, "guard=freely", *(_call(p) for p in free), _SHARED if quick else ""]
    return "\n".join((*parts, "guard=limited", *(_call(p) for p in slow), ""))


def _call(probe: Probe, number: int = 1) -> str:
    return f"section {number} {shlex.quote(probe.name)} {shlex.quote(probe.shell())}"


def split_sections(output: str, nonce: str) -> dict[str, Section]:
    """Return the sections of an output by probe name; an unfinished one has no exit code.

    A section that comes twice has no exit code either: one of the two is not ours. One that the
    script itself has given up, to begin it again, does not count.
    """
    pattern = re.compile(
        rf"^<<<CD:{re.escape(nonce)}:(?:end:(?P<rc>[0-9]{{1,4}}|again):(?P<ms>-?[0-9]{{1,18}})>>>$"
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
        if end is not None and end["rc"] == "again":
            continue
        once = name not in sections and end is not None and end["rc"]
        sections[name] = Section(
            output[found.end() : end.start() if end else None].strip("\n"),
            int(end["rc"]) if once and end else None,
            max(0, int((end and end["ms"]) or 0)),
        )
    return sections
