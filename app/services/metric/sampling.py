"""Sample a host many times a second over one SSH stream, and freeze what was read.

One script runs on the host for the whole window and prints a line per reading; nothing is
written there. The answers are framed by a nonce, so that nothing else is taken for a reading.
"""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.metric import Metric, Series
from app.errors import CommandFailed
from app.i18n import _
from app.services.ports.world import Remote
from app.tasks import TaskContext

SCRIPT = r"""
LC_ALL=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH; export LC_ALL PATH
nonce=$1; seconds=$2; pause=$3; shift 3
format=+%s.%N
case $(date "$format") in *[!0-9.]* | *.) format=+%s ;; esac
now() { date "$format"; }
end=$(( $(date +%s) + seconds ))
while [ "$(date +%s)" -lt "$end" ]; do
    read -r _ user nice system idle iowait irq softirq steal _ </proc/stat
    total=$((user + nice + system + idle + iowait + irq + softirq + steal))
    echo "$nonce cpu $(now) $((total - idle - iowait)) $total"
    awk -v n="$nonce" -v t="$(now)" '/^MemTotal:/ {m = $2} /^MemAvailable:/ {a = $2}
        END {print n, "memory", t, a, m}' /proc/meminfo
    index=0
    for url in "$@"; do
        echo "$nonce url$index $(now) $(curl -sS -o /dev/null --max-time 10 \
            -w '%{http_code} %{time_total}' -- "$url" 2>/dev/null)"
        index=$((index + 1))
    done
    sleep "$pause"
done
echo "$nonce end"
"""
_MIN_CPU_TICKS = 2
"""Two readings closer than this many clock ticks say nothing about the load between them."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What was read for one metric, and what could not be."""

    metric: Metric
    series: Series
    failed: int = 0
    labels: tuple[tuple[str, str], ...] = ()


def sample_host(
    remote: Remote,
    metrics: Sequence[Metric],
    *,
    seconds: float,
    pause_s: float,
    context: TaskContext,
) -> tuple[Sampled, ...]:
    """Read the metrics of one host for a while.

    Args:
        remote: The host.
        metrics: Queries ``cpu``, ``memory`` and ``url ADDRESS``; others are left out.
        seconds: Length of the window, rounded up to whole seconds.
        pause_s: Pause between two readings on the host.
        context: Reports progress in seconds; a stop ends the stream.

    Raises:
        CommandFailed: The host did not answer as expected, or the stream ended early.
    """
    urls = [metric.query.removeprefix("url ") for metric in metrics if _is_url(metric)]
    nonce = secrets.token_hex(8)
    lines: list[list[str]] = []
    whole_s = math.ceil(seconds)
    with remote.stream(SCRIPT, nonce, str(whole_s), f"{pause_s:g}", *urls) as stream:
        rest = b""
        while piece := stream.read(65536):
            *full, rest = (rest + piece).split(b"\n")
            for raw in full:
                words = raw.decode("ascii", "replace").split()
                if len(words) > 1 and words[0] == nonce:
                    lines.append(words[1:])
            context.progress(
                _seconds_in(lines), whole_s, _("Measuring {host}").format(host=remote.host.name)
            )
        stream.finish()
    if ["end"] not in lines:
        raise CommandFailed(
            _("Measuring ended early."), host=remote.host.name, hint=_("Measure again.")
        )
    return tuple(_read(metric, lines, urls) for metric in metrics if _is_known(metric))


def _is_url(metric: Metric) -> bool:
    return metric.query.startswith("url ")


def _is_known(metric: Metric) -> bool:
    return metric.query in ("cpu", "memory") or _is_url(metric)


def _seconds_in(lines: list[list[str]]) -> int:
    ends = (_figures(words[1:2]) for words in (lines[0], lines[-1])) if lines else ()
    stamps = [found[0] for found in ends if found]
    return int(stamps[-1] - stamps[0]) if len(stamps) > 1 else 0


def _figures(words: Sequence[str]) -> list[float] | None:
    """Return words as finite numbers, None when one of them is none: a host may say anything."""
    try:
        found = [float(word) for word in words]
    except ValueError:
        return None
    return found if all(map(math.isfinite, found)) else None


def _read(metric: Metric, lines: list[list[str]], urls: list[str]) -> Sampled:
    if _is_url(metric):
        name = f"url{urls.index(metric.query.removeprefix('url '))}"
        return _read_url(metric, [words for words in lines if words[0] == name])
    said = [_figures(words[1:]) for words in lines if words[0] == metric.query]
    good = [found for found in said if found and len(found) == _FIGURES]
    rows, failed = np.array(good).reshape(-1, _FIGURES), len(said) - len(good)
    if metric.query == "memory":
        used = 100 * (1 - rows[:, 1] / np.maximum(rows[:, 2], 1))
        return Sampled(metric, Series(rows[:, 0], used), failed)
    busy, total = np.diff(rows[:, 1]), np.diff(rows[:, 2])
    told = total >= _MIN_CPU_TICKS
    share = 100 * busy[told] / total[told]
    return Sampled(metric, Series(rows[1:, 0][told], share), failed + int((~told).sum()))


def _read_url(metric: Metric, lines: list[list[str]]) -> Sampled:
    factor = 1000.0 if metric.unit == "ms" else 1.0
    said = [
        _figures((words[1], words[3]))
        for words in lines
        if len(words) == _URL_WORDS and words[2].startswith("2")
    ]
    good = [found for found in said if found]
    rows = np.array(good, dtype=float).reshape(-1, 2)
    return Sampled(metric, Series(rows[:, 0], rows[:, 1] * factor), len(lines) - len(good))


_FIGURES = 3
"""A time and two counts in a line about the processor or the memory."""
_URL_WORDS = 4
