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
"""What hardly ever takes long: one guard stands before all of it, and the script's own shell runs
it, because starting more programs for each would cost the host as much as the checks themselves.
Only when the shared time is over does everything that had not ended by then begin again, each in a
shell and behind a guard of its own."""

_FRAME = r"""
LC_ALL=C; LANG=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL LANG PATH
unset LANGUAGE disks
ended=0
exec 3>/dev/null 4>/dev/null
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
look_ms
freely() { eval "$1"; }
limited() {
    if timeout -k 2 5 true 2>/dev/null; then
        limited() { timeout -k 2 "$seconds" sh -c "piece() { $1
}; piece"; }
    else
        limited() {
            sh -c "piece() { $1
}; piece" & work=$!
            ( sleep "$seconds"; kill -9 "$work" ) >/dev/null 2>&1 & watch=$!
            wait "$work"; code=$?
            kill "$watch" 2>/dev/null
            return "$code"
        }
    fi
    limited "$1"
}
section() {
    [ "$1" -gt "$ended" ] || return 0
    begun=$now
    printf '\n<<<CD:%s:%s>>>\n' "$nonce" "$2"
    "$guard" "$3" 2>/dev/null </dev/null 3>&- 4>&-
    code=$?
    look_ms
    printf '\n<<<CD:%s:end:%s:%s>>>\n' "$nonce" "$code" "$((now - begun))"
}
"""

_SHARED = r"""
kill_all() {
    kill -STOP "$1"
    for one in /proc/[0-9]*/stat; do
        { read -r line <"$one"; } 2>/dev/null || continue
        set -- "$1" ${line##*\) }
        one=${one%/stat}
        [ "${3-}" != "$1" ] || kill -9 "${one##*/}"
    done
    kill -9 "$1"
}
{
    passed=$(
        sleep "$shared" >/dev/null 4>&- & nap=$!
        { quickly; kill "$nap"; } 3>&1 >&4 & work=$!
        wait "$nap" && kill_all "$work"
        wait "$work"
    )
} 4>&1 2>/dev/null
ended=${passed##* }
: "${ended:=0}"
if [ "$ended" -lt "$all" ]; then
    printf '\n<<<CD:%s:end:again:0>>>\n' "$nonce"
    guard=limited
    look_ms
    quickly
fi
ended=0
look_ms
"""
"""A section behind the shared guard says its number on descriptor 3 when it has ended.

The guard is a ``sleep`` that the work ends when it is done. One that sleeps to its end has the work
killed, and what it waits for, so that programs that hang do not pile up on the host.
"""


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
        "all": str(len(quick)),
    }
    head = "; ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
    parts = [head, _FRAME, "guard=freely", *(_call(p) for p in free)]
    if quick:
        parts += ["quickly() {", *behind, "}", _SHARED]
    return "\n".join((*parts, "guard=limited", *(_call(p) for p in slow), ""))


def _call(probe: Probe, number: int = 1) -> str:
    return f"section {number} {shlex.quote(probe.name)} {shlex.quote(probe.shell())}"


_MARK = re.compile(
    r"\n<<<CD:(?P<nonce>[^:\n]*):(?:end:(?P<rc>[0-9]{1,4}|again):(?P<ms>-?[0-9]{1,18})"
    r"|(?!end:)(?P<name>[a-z.]+))>>>$",
    re.MULTILINE,
)


def split_sections(output: str, nonce: str) -> dict[str, Section]:
    """Return the sections of an output by probe name; an unfinished one has no exit code.

    A section that comes twice has no exit code either: one of the two is not ours. One that the
    script itself has given up, to begin it again, does not count.
    """
    sections: dict[str, Section] = {}
    output = f"\n{output}"
    marks = [mark for mark in _MARK.finditer(output) if mark["nonce"] == nonce]
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
