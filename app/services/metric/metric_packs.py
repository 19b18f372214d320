"""Measures that a kind of need calls for: what shall become better, what must not become worse.

They are a start, to be pruned and completed in the plan. Few of them are key, because every key
measure more makes a false alarm more likely.
"""

from dataclasses import replace

from app.domain.ids import HostId, new_id
from app.domain.metric import READ_BY_US, Metric, MetricKind, WorseWhen
from app.domain.vocabulary import NeedCategory
from app.i18n import _, later

_HOST, _FILE = READ_BY_US, "import"

_RESPONSE = Metric(
    "", later("Response time"), "ms", MetricKind.LATENCY, margin=0.10, floor=5.0, key=True,
    query="url ", source=_HOST,
)  # fmt: skip
_ERRORS = Metric(
    "", later("Share of failed requests"), "", MetricKind.RATIO, margin=0.10, floor=0.001, key=True,
    query="errors", source=_FILE,
)  # fmt: skip
_THROUGHPUT = Metric(
    "", later("Requests per second"), "1/s", worse_when=WorseWhen.LOWER, query="requests",
    source=_FILE,
)  # fmt: skip
_CPU = Metric("", later("Processor load"), "%", floor=1.0, query="cpu", source=_HOST)
_MEMORY = Metric("", later("Memory in use"), "%", floor=1.0, query="memory", source=_HOST)
_RESTARTS = Metric(
    "", later("Restarts of the service"), "", MetricKind.COUNTER, key=True, query="restarts",
    source=_FILE,
)  # fmt: skip
_QUEUE = Metric("", later("Waiting requests"), "", query="queue", source=_FILE)
_LOG_ERRORS = Metric(
    "", later("Errors in the log"), "1/s", MetricKind.COUNTER, margin=0.10, key=True,
    query="log_errors", source=_FILE,
)  # fmt: skip

_PACKS: dict[NeedCategory, tuple[Metric, ...]] = {
    NeedCategory.DOWNTIME_CRASH: (_RESTARTS, _ERRORS, replace(_RESPONSE, key=False), _MEMORY, _CPU),
    NeedCategory.CANNOT_SCALE: (
        replace(_THROUGHPUT, key=True), _RESPONSE, replace(_ERRORS, key=False), _QUEUE, _CPU,
    ),
    NeedCategory.OUTDATED: (_RESPONSE, _ERRORS, _THROUGHPUT, _CPU, _MEMORY),
    NeedCategory.PERSISTENT_BUG: (
        _LOG_ERRORS, replace(_ERRORS, key=False), replace(_RESPONSE, key=False), _MEMORY,
    ),
    NeedCategory.SECURITY_VULNERABILITY: (_RESPONSE, _ERRORS, _CPU),
}  # fmt: skip


def pack_for(category: NeedCategory, host: HostId | None = None) -> tuple[Metric, ...]:
    """Return the measures that a need calls for, each with an id of its own.

    Args:
        category: Why the system is changed.
        host: Where the program reads what it can read itself.
    """
    return tuple(
        replace(
            metric,
            id=new_id(),
            name=_(metric.name),
            host=host if metric.source == _HOST else None,
        )
        for metric in _PACKS[category]
    )


def missing_from(plan: tuple[Metric, ...], pack: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """Return the measures of a pack that a plan does not have yet, by what is read or by name."""
    names = {metric.name.casefold() for metric in plan}
    read = {metric.query for metric in plan if metric.query.strip() not in ("", "url")}
    return tuple(
        metric
        for metric in pack
        if metric.name.casefold() not in names and metric.query not in read
    )
