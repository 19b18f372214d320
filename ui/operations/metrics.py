"""What the metrics page reads and does, each as one call on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.verdict import Comparison, Overall
from app.services.metric import comparison, imports, pulling, verdicts
from app.services.metric.imports import FileImport
from ui.operations.listing import newest_changes
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.analysis.chart_model import ChartModel
    from app.services.facade import AppServices
    from app.services.pictures.metric import MetricPictures
    from app.services.pictures.pair import PairPicture
    from app.services.pictures.shelf import Shelf
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
    overall = comparison.overall(tuple(found.values()), planned=change.metrics) if found else None
    return MetricsView(change, others, tuple(views), overall)


def _metric_view(
    services: "AppServices",
    change: Change,
    metric: Metric,
    samples: Sequence[SampleSet],
    found: Comparison | None,
    names: dict[str, str],
) -> MetricView:
    shelf = _shelf(services, change, metric, samples, found)
    before, after = shelf.newest(WindowName.BEFORE), shelf.newest(WindowName.AFTER)
    chart = None
    if before or after:
        from app.services.pictures.metric import window_chart  # noqa: PLC0415 - numpy

        chart = window_chart(shelf)
    return MetricView(metric, names.get(metric.host or "", ""), found, before, after, chart)


def _shelf(
    services: "AppServices",
    change: Change,
    metric: Metric,
    samples: Sequence[SampleSet],
    found: Comparison | None,
) -> "Shelf":
    from app.services.pictures.shelf import Shelf  # noqa: PLC0415 - numpy

    def read(item: SampleSet) -> Series | None:
        return services.series.get(item.sha256)

    return Shelf.of(change, metric, samples, found, read)


def load_pictures(services: "AppServices", change_id: str, metric_id: str) -> "Pictures":
    """Return what there is to be seen of one metric beside its windows."""
    from app.services.pictures.metric import metric_pictures  # noqa: PLC0415 - numpy

    (shelf,) = _shelves(services, change_id, metric_id)
    return Pictures(metric_id, metric_pictures(shelf))


def load_pair(services: "AppServices", change_id: str, one: str, other: str) -> "PairPicture":
    """Return two metrics of a change against each other."""
    from app.services.pictures.pair import pair_picture  # noqa: PLC0415 - numpy

    return pair_picture(*_shelves(services, change_id, one, other))


def _shelves(services: "AppServices", change_id: str, *metrics: str) -> "list[Shelf]":
    with services.new_uow() as uow:
        change = uow.changes.get(change_id)
        samples = tuple(uow.samples.list(change=change.id))
        found = {item.metric_id: item for item in uow.comparisons.list(change=change.id)}
    known = {metric.id: metric for metric in change.metrics}
    return [_shelf(services, change, known[each], samples, found.get(each)) for each in metrics]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one metric."""

    metric_id: str
    drawn: "MetricPictures"


def measure(context: "UiContext", change: Change, window: WindowName, title: str) -> Task:
    """Sample every metric of a change that is read from a host."""
    services = context.services

    def work(task: "TaskContext") -> object:
        sets = pulling.read_all(change.id, window, with_=services.pulling, context=task)
        if window is WindowName.AFTER:
            verdicts.judge(change.id, with_=services.measuring)
        return sets

    lane = host_lane(change.hosts[0]) if change.hosts else ""
    return context.tasks.start(work, lane=lane, title=title)


def look_at_file(context: "UiContext", wanted: FileImport) -> Task:
    """Read how a file of samples begins, without keeping anything; succeeds with an `Outlook`.

    Going through all of it for every name takes its time, and shows how far it is.
    """
    services = context.services
    if wanted.every_name:
        return context.tasks.start(
            lambda task: imports.look_at_file(wanted, with_=services.measuring, context=task),
            title=wanted.path.name,
        )
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
