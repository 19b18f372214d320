"""One script for all probes of a host, and the way back from its output to sections.

Each section stands between markers that carry a nonce; text outside of them (banners, profile
noise) and lines that imitate a marker without the nonce are never taken for an answer.
"""

import re
import shlex
from collections.abc import Sequence

from app.probes.base import Probe, Section

_PROLOGUE = r"""
LC_ALL=C; LANG=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL LANG PATH
nonce=$1
limit() { sh -c "$1"; }
if command -v timeout >/dev/null 2>&1; then
    if timeout -k 2 5 true 2>/dev/null; then limit() { timeout -k 2 10 sh -c "$1"; }
    else limit() { timeout 10 sh -c "$1"; }; fi
fi
clock_ms() { t=$(date +%s%N); case $t in *N) echo 0 ;; *) echo $((t / 1000000)) ;; esac; }
section() {
    printf '\n<<<CD:%s:%s>>>\n' "$nonce" "$1"
    begun=$(clock_ms)
    limit "$2" 2>/dev/null </dev/null
    rc=$?
    printf '\n<<<CD:%s:end:%s:%s>>>\n' "$nonce" "$rc" "$(($(clock_ms) - begun))"
}
"""


def build_script(probes: Sequence[Probe]) -> str:
    """Return the script that runs every probe; its one argument is the nonce."""
    calls = [f"section {shlex.quote(p.name)} {shlex.quote(p.shell())}" for p in probes]
    return "\n".join((_PROLOGUE, *calls, ""))


def split_sections(output: str, nonce: str) -> dict[str, Section]:
    """Return the sections of an output by probe name; an unfinished one has no exit code."""
    mark = re.escape(nonce)
    pattern = re.compile(
        rf"^<<<CD:{mark}:(?!end:)(?P<name>[a-z.]+)>>>\n(?P<text>.*?)"
        rf"(?:^<<<CD:{mark}:end:(?P<rc>\d+):(?P<ms>-?\d+)>>>$|(?=^<<<CD:{mark}:)|\Z)",
        re.DOTALL | re.MULTILINE,
    )
    return {
        found["name"]: Section(
            found["text"].strip("\n"),
            int(found["rc"]) if found["rc"] else None,
            max(0, int(found["ms"] or 0)),
        )
        for found in pattern.finditer(output)
    }
