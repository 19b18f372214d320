"""Measure a window on the hosts and freeze the samples; `verdicts` judges them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app import __version__
from app.analysis.clean import usual_step
from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.ids import SampleSetId, new_id
from app.domain.metric import READ_BY_US, Metric, SampleSet, WindowName
from app.errors import InvalidInput
from app.i18n import _
from app.services.change.changes import Desk
from app.services.metric.sampling import Sampled, sample_host
from app.services.ports.series import FileReaders, SeriesStore
from app.services.ports.world import Remotes
from app.tasks import TaskContext

SHORT_S = 600.0
"""Windows shorter than this are sampled densely."""
DENSE_PAUSE_S, USUAL_PAUSE_S = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Measuring:
    """The collaborators of measuring and judging."""

    desk: Desk
    remotes: Remotes
    series: SeriesStore
    readers: FileReaders


def measure(
    change_id: str,
    window: WindowName,
    *,
    with_: Measuring,
    context: TaskContext,
    only: Collection[str] | None = None,
) -> tuple[SampleSet, ...]:
    """Sample every metric of a change that is read from a host, and freeze what came.

    With ``only`` it is those among these ids.

    The window lasts as long as the change says (``baseline_s``). Metrics of other sources are left
    out; they are imported.

    Raises:
        RemoteError: A host could not be read; what other hosts gave is kept.
        InvalidInput: No metric of the change is read from a host.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        live = [m for m in change.metrics if is_live(m) and (only is None or m.id in only)]
        hosts = {m.host: uow.hosts.get(m.host) for m in live if m.host}
    if not hosts:
        raise InvalidInput(
            _("No metric of {number} is read from a host.").format(number=change.number),
            hint=_("Add one, or import samples from a file."),
        )
    pause_s = DENSE_PAUSE_S if change.baseline_s < SHORT_S else USUAL_PAUSE_S
    kept: list[SampleSet] = []
    for host in hosts.values():
        wanted = [m for m in live if m.host == host.id]
        sampled = sample_host(
            with_.remotes.open(host),
            wanted,
            seconds=change.baseline_s,
            pause_s=pause_s,
            context=context,
        )
        kept += freeze(change, window, sampled, host.zone, with_=with_)
    return tuple(kept)


def is_live(metric: Metric) -> bool:
    """Whether a metric can be read at any time; the samples of any other come from files."""
    return bool(metric.host) and metric.source == READ_BY_US


def freeze(
    change: Change,
    window: WindowName,
    sampled: Sequence[Sampled],
    zone: str,
    *,
    with_: Measuring,
    note: str = "",
) -> tuple[SampleSet, ...]:
    """Keep samples under their hash and record them; they are never altered afterwards.

    ``note`` says in the log what else must be known of them.
    """
    desk = with_.desk
    sets = tuple(_sample_set(change, window, item, zone, with_=with_) for item in sampled)
    with desk.new_uow() as uow:
        for item in sets:
            uow.samples.add(item)
        counts = ", ".join(
            f"{item.metric.name} {kept.n}" for item, kept in zip(sampled, sets, strict=True)
        )
        text = _("Samples of “{window}” kept: {counts}").format(window=window.value, counts=counts)
        text = f"{text}. {note}" if note else text
        refs = tuple(item.id for item in sets)
        uow.log.append(NewEvent("metrics.frozen", text, change.id, refs, actor=Actor.SYSTEM))
        uow.commit()
    return sets


def _sample_set(
    change: Change, window: WindowName, item: Sampled, zone: str, *, with_: Measuring
) -> SampleSet:
    times, now = np.unique(item.series.at_s), with_.desk.clock.now()
    start, end = (_moment(times[0]), _moment(times[-1])) if len(times) else (now, now)
    return SampleSet(
        id=SampleSetId(new_id()),
        change=change.id,
        metric=item.metric.id,
        window=window,
        start=start,
        end=end,
        n=len(item.series.at_s),
        sha256=with_.series.put(item.series),
        source=item.metric.source,
        query=item.metric.query,
        zone=zone,
        host=item.metric.host,
        failed=item.failed,
        collected_at=now,
        by=with_.desk.actor,
        tool=f"Change Desk {__version__}",
        unit=item.metric.unit,
        step_s=usual_step(times) or None,
        labels=item.labels,
        clock_offset_s=_clock_offset(item.metric, with_),
    )


def _clock_offset(metric: Metric, with_: Measuring) -> float | None:
    """Return how far the clock of the metric's host was off when its health was last checked."""
    if not metric.host:
        return None
    with with_.desk.new_uow() as uow:
        reports = uow.health.list(host=metric.host)
    told = [report for report in reports if report.skew_s is not None]
    return max(told, key=lambda report: report.id).skew_s if told else None


def _moment(unix_s: float) -> datetime:
    return datetime.fromtimestamp(float(unix_s), UTC)
