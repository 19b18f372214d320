"""Measure a window, freeze the samples, and judge before against after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app import __version__
from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.ids import SampleSetId, new_id
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.verdict import Comparison
from app.errors import InvalidInput
from app.i18n import _
from app.services.changes import Desk
from app.services.comparison import compare_windows, judge_together
from app.services.ports import Remotes
from app.services.ports_series import SeriesStore
from app.services.sampling import Sampled, sample_host
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


def measure(
    change_id: str, window: WindowName, *, with_: Measuring, context: TaskContext
) -> tuple[SampleSet, ...]:
    """Sample every metric of a change that is read from a host, and freeze what came.

    The window lasts as long as the change says (``baseline_s``). Metrics of other sources are left
    out; they are imported.

    Raises:
        RemoteError: A host could not be read; what other hosts gave is kept.
        InvalidInput: No metric of the change is read from a host.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        hosts = {
            m.host: uow.hosts.get(m.host) for m in change.metrics if m.host and m.source == "host"
        }
    if not hosts:
        raise InvalidInput(
            _("No metric of {number} is read from a host.").format(number=change.number),
            hint=_("Add one, or import samples from a file."),
        )
    pause_s = DENSE_PAUSE_S if change.baseline_s < SHORT_S else USUAL_PAUSE_S
    kept: list[SampleSet] = []
    for host in hosts.values():
        wanted = [m for m in change.metrics if m.host == host.id and m.source == "host"]
        sampled = sample_host(
            with_.remotes.open(host),
            wanted,
            seconds=change.baseline_s,
            pause_s=pause_s,
            context=context,
        )
        kept += freeze(change, window, sampled, host.zone, with_=with_)
    return tuple(kept)


def freeze(
    change: Change,
    window: WindowName,
    sampled: Sequence[Sampled],
    zone: str,
    *,
    with_: Measuring,
) -> tuple[SampleSet, ...]:
    """Keep samples under their hash and record them; they are never altered afterwards."""
    desk = with_.desk
    sets = tuple(_sample_set(change, window, item, zone, with_=with_) for item in sampled)
    with desk.new_uow() as uow:
        for item in sets:
            uow.samples.add(item)
        counts = ", ".join(f"{item.metric} {item.n}" for item in sets)
        text = _("Measured “{window}”: {counts} samples").format(window=window.value, counts=counts)
        refs = tuple(item.id for item in sets)
        uow.log.append(NewEvent("metrics.frozen", text, change.id, refs, actor=Actor.SYSTEM))
        uow.commit()
    return sets


def _sample_set(
    change: Change, window: WindowName, item: Sampled, zone: str, *, with_: Measuring
) -> SampleSet:
    at_s, now = item.series.at_s, with_.desk.clock.now()
    start, end = (_moment(at_s[0]), _moment(at_s[-1])) if len(at_s) else (now, now)
    return SampleSet(
        id=SampleSetId(new_id()),
        change=change.id,
        metric=item.metric.id,
        window=window,
        start=start,
        end=end,
        n=len(at_s),
        sha256=with_.series.put(item.series),
        source=item.metric.source,
        query=item.metric.query,
        zone=zone,
        host=item.metric.host,
        failed=item.failed,
        collected_at=now,
        by=with_.desk.actor,
        tool=f"Change Desk {__version__}",
    )


def _moment(unix_s: float) -> datetime:
    return datetime.fromtimestamp(float(unix_s), UTC)


def judge(change_id: str, *, with_: Measuring) -> tuple[Comparison, ...]:
    """Compare before with after for every metric that has both, and record the verdicts.

    Raises:
        InvalidInput: No metric has samples on both sides.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        samples = tuple(uow.samples.list(change=change_id))
    found = [
        compare_windows(change, metric, *pair)
        for metric in change.metrics
        if (pair := _both_sides(metric, samples, with_.series)) is not None
    ]
    if not found:
        raise InvalidInput(_("There are no samples on both sides of the change yet."))
    now = desk.clock.now()
    judged = [replace(item, judged_at=now) for item in judge_together(found)]
    with desk.new_uow() as uow:
        known = {item.metric_id: item.id for item in uow.comparisons.list(change=change_id)}
        for item in judged:
            (uow.comparisons.save if item.metric_id in known else uow.comparisons.add)(item)
        text = "; ".join(f"{item.metric_id}: {item.verdict.value}" for item in judged)
        uow.log.append(NewEvent("metrics.judged", text, change.id, actor=Actor.SYSTEM))
        uow.commit()
    return tuple(judged)


def _both_sides(
    metric: Metric, samples: Sequence[SampleSet], series: SeriesStore
) -> tuple[Series, Series] | None:
    newest: Mapping[WindowName, SampleSet] = {
        item.window: item
        for item in sorted(samples, key=lambda item: item.id)
        if item.metric == metric.id
    }
    if WindowName.BEFORE not in newest or WindowName.AFTER not in newest:
        return None
    before, after = (newest[name] for name in (WindowName.BEFORE, WindowName.AFTER))
    return series.get(before.sha256), series.get(after.sha256)
