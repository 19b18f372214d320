"""What the metrics page reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.verdict import Comparison, Overall
from app.services import comparison, imports, metrics, verdicts
from app.services.imports import FileImport
from ui.operations.listing import newest_changes
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.analysis.chart_model import ChartModel
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class MetricView:
    """One metric of a change, with what was measured and found."""

    metric: Metric
    host: str
    found: Comparison | None
    before: SampleSet | None
    after: SampleSet | None
    chart: "ChartModel | None"

    @property
    def id(self) -> str:
        """The metric's id."""
        return self.metric.id


@dataclass(frozen=True, slots=True)
class MetricsView:
    """A change with all its metrics."""

    change: Change
    others: tuple[tuple[str, str], ...]
    """Changes that have metrics: id, and number with title."""
    metrics: tuple[MetricView, ...]
    overall: Overall | None

    @property
    def zone(self) -> str:
        """The zone people read the times of this change in."""
        return self.change.window.zone if self.change.window else "UTC"


def load_view(services: "AppServices", ref: str = "") -> MetricsView | None:
    """Return the wanted change, else the one worked on last that has metrics; None without any."""
    with services.new_uow() as uow:
        known = [change for change in newest_changes(services) if change.metrics]
        asked = uow.changes.find(ref) if ref else None
        if asked is not None and asked.metrics and asked not in known:
            known.append(asked)
        if not known:
            return None
        change = next((c for c in known if c.id == ref), known[0])
        samples = tuple(uow.samples.list(change=change.id))
        found = {item.metric_id: item for item in uow.comparisons.list(change=change.id)}
        names = {str(host.id): host.name for host in uow.hosts.list()}
    views = [
        _metric_view(services, change, metric, samples, found.get(metric.id), names)
        for metric in sorted(change.metrics, key=lambda m: not m.key)
    ]
    others = tuple((c.id, f"{c.number}  {c.title}") for c in known)
    overall = comparison.overall(tuple(found.values())) if found else None
    return MetricsView(change, others, tuple(views), overall)


def _metric_view(
    services: "AppServices",
    change: Change,
    metric: Metric,
    samples: Sequence[SampleSet],
    found: Comparison | None,
    names: dict[str, str],
) -> MetricView:
    mine = sorted((s for s in samples if s.metric == metric.id), key=lambda s: s.id)
    newest = {item.window: item for item in mine}
    before, after = newest.get(WindowName.BEFORE), newest.get(WindowName.AFTER)
    chart = _chart(services, change, metric, found, before, after) if before or after else None
    return MetricView(metric, names.get(metric.host or "", ""), found, before, after, chart)


def _chart(
    services: "AppServices",
    change: Change,
    metric: Metric,
    found: Comparison | None,
    before: SampleSet | None,
    after: SampleSet | None,
) -> "ChartModel":
    from app.analysis.chart_model import ChartInput, before_after_chart  # noqa: PLC0415 - numpy

    def read(item: SampleSet | None) -> Series | None:
        return services.series.get(item.sha256) if item else None

    start, end = change_span(change, before, after)
    return before_after_chart(
        ChartInput(
            metric.name,
            metric.unit,
            read(before),
            read(after),
            _window(before, start - timedelta(seconds=change.baseline_s), start),
            _window(after, end, end + timedelta(seconds=change.baseline_s)),
            (start.timestamp(), end.timestamp()),
            change.window.zone if change.window else "UTC",
            metric.target,
            (),
            found.before if found else None,
            found.after if found else None,
        )
    )


def _window(item: SampleSet | None, start: datetime, end: datetime) -> tuple[float, float]:
    if item is not None:
        start, end = item.start, item.end
    return start.timestamp(), end.timestamp()


def change_span(
    change: Change, before: SampleSet | None, after: SampleSet | None
) -> tuple[datetime, datetime]:
    """Return when the work was done, or what lies between the samples while it is not."""
    if change.work_start and change.work_end:
        return change.work_start, change.work_end
    start = before.end if before else (change.work_start or (after.start if after else None))
    if start is None:
        raise ValueError("a chart needs samples or a start")
    return change.work_start or start, after.start if after else start


def measure(context: "UiContext", change: Change, window: WindowName, title: str) -> Task:
    """Sample every metric of a change that is read from a host."""
    services = context.services

    def work(task: "TaskContext") -> object:
        sets = metrics.measure(change.id, window, with_=services.measuring, context=task)
        if window is WindowName.AFTER:
            verdicts.judge(change.id, with_=services.measuring)
        return sets

    lane = host_lane(change.hosts[0]) if change.hosts else ""
    return context.tasks.start(work, lane=lane, title=title)


def look_at_file(context: "UiContext", wanted: FileImport) -> Task:
    """Read how a file of samples begins, without keeping anything; succeeds with an `Outlook`."""
    services = context.services
    return context.tasks.load(lambda: imports.look_at_file(wanted, with_=services.measuring))


def import_file(context: "UiContext", wanted: FileImport) -> Task:
    """Keep what a file says of one metric, and judge once both sides are there."""
    services = context.services

    def work(task: "TaskContext") -> object:
        sets = imports.import_file(wanted, with_=services.measuring, context=task)
        if verdicts.can_be_judged(wanted.change, with_=services.measuring):
            verdicts.judge(wanted.change, with_=services.measuring)
        return sets

    return context.tasks.start(work, title=wanted.path.name)
