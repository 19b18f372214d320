"""Judge the frozen samples of a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from app.analysis.clean import Samples, samples_of
from app.analysis.windows import Blocked, Layout, instant
from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.objective import BudgetUse
from app.domain.verdict import Caveat, Comparison, Gate, Parameters
from app.errors import InvalidInput
from app.i18n import _
from app.services.metric.around import Around
from app.services.metric.comparison import (
    Control,
    compare_metric,
    compare_quantiles,
    compare_under_load,
    judge_together,
)
from app.services.metric.disturbances import disturbances, in_windows
from app.services.metric.metrics import Measuring
from app.services.metric.objectives import (
    Stretch,
    apdex_move,
    bad_share_rises,
    budget_use,
)
from app.services.metric.two_windows import layout_of_windows
from app.services.ports.series import SeriesStore


def judge(change_id: str, *, with_: Measuring) -> tuple[Comparison, ...]:
    """Compare before with after for every metric that has both, and record the verdicts.

    A metric with samples of earlier days is judged against these days, any other one by its two
    windows alone.

    Raises:
        InvalidInput: No metric has samples on both sides.
    """
    desk = with_.desk
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        samples = tuple(uow.samples.list(change=change_id))
        now = desk.clock.now()
        blocked = disturbances(change, now=now, uow=uow)
    case = _Case(change, samples, with_.series, layout_of(change, blocked), now)
    found = [
        comparison
        for metric in change.metrics
        if (comparison := _judge_one(case, metric)) is not None
    ]
    if not found:
        raise InvalidInput(_("There are no samples on both sides of the change yet."))
    judged = tuple(replace(item, judged_at=now) for item in judge_together(found))
    with desk.new_uow() as uow:
        known = {item.id for item in uow.comparisons.list(change=change_id)}
        for item in judged:
            (uow.comparisons.save if item.id in known else uow.comparisons.add)(item)
        text = "; ".join(f"{item.metric}: {item.verdict.words.lower()}" for item in judged)
        uow.log.append(NewEvent("metrics.judged", text, change.id, actor=Actor.SYSTEM))
        uow.commit()
    return judged


def judge_later(
    change: Change, again: Sequence[SampleSet], *, with_: Measuring
) -> tuple[Comparison, ...]:
    """Hold what was sampled days after the work against the frozen samples from before it.

    Nothing is recorded. As right after the work, earlier days serve where their samples were kept;
    each of them then lies as far from its own later window as the two that are compared.
    """
    desk = with_.desk
    now = desk.clock.now()
    with desk.new_uow() as uow:
        kept = tuple(uow.samples.list(change=change.id))
        blocked = disturbances(change, now=now, uow=uow)
    earlier = [s for s in kept if s.window in (WindowName.BEFORE, WindowName.REFERENCE)]
    later = [replace(item, window=WindowName.AFTER) for item in again]
    found = []
    for metric in change.metrics:
        own = _newest(metric.id, later).get(WindowName.AFTER)
        if own is None:
            continue
        layout = _layout_at(change, own.start, blocked)
        case = _Case(change, (*earlier, *later), with_.series, layout, now)
        if (item := _judge_one(case, metric)) is not None:
            found.append(item)
    return tuple(found)


def _layout_at(change: Change, start: datetime, blocked: tuple[Blocked, ...]) -> Layout | None:
    """Return the windows of a change with the second one where it was sampled again."""
    layout = layout_of(change, blocked)
    if layout is None:
        return None
    end_s = start.timestamp() - layout.parameters.settle_used_s
    return Layout.around(layout.start_s, end_s, layout.parameters, blocked)


def can_be_judged(change_id: str, *, with_: Measuring) -> bool:
    """Tell whether any metric has samples on both sides of the change."""
    with with_.desk.new_uow() as uow:
        kept = {(item.metric, item.window) for item in uow.samples.list(change=change_id)}
    return any((metric, WindowName.AFTER) in kept for metric, window in kept
               if window is WindowName.BEFORE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    """A change with everything its metrics are judged by."""

    change: Change
    samples: Sequence[SampleSet]
    series: SeriesStore
    layout: Layout | None
    now: datetime


def _judge_one(case: _Case, metric: Metric) -> Comparison | None:
    newest = _newest(metric.id, case.samples)
    before, after = newest.get(WindowName.BEFORE), newest.get(WindowName.AFTER)
    if before is None or after is None:
        return None
    around = _around(case.layout, after, case.now)
    if _is_another_series(before, after):
        around = replace(around, gates=(Gate.OTHER_SERIES,))
    samples, layout = _material(case, metric, newest)
    traffic = _traffic_of(case, metric)
    if traffic is not None and not metric.control:
        found = compare_under_load(
            metric, samples, traffic, layout, change=case.change.id, around=around
        )
    else:
        control = _control_of(case.change, metric, case.samples, case.series)
        found = compare_metric(
            metric, samples, layout, change=case.change.id, control=control, around=around
        )
    same = found.is_comparable
    rises = same and bad_share_rises(metric, samples, layout)
    return replace(
        found,
        quantiles=compare_quantiles(found, samples, layout) if same else (),
        apdex=apdex_move(metric, samples, layout) if same else None,
        budget=_budget(case, metric, newest, layout, rises=rises),
    )


def _is_another_series(before: SampleSet, after: SampleSet) -> bool:
    """Whether the source named what it gave, and otherwise on each side: a renamed host, say."""
    return bool(before.labels and after.labels) and set(before.labels) != set(after.labels)


def _material(
    case: _Case, metric: Metric, newest: Mapping[WindowName, SampleSet]
) -> tuple[Samples, Layout]:
    """Return what a metric is judged from: its whole history, or its two windows alone."""
    if WindowName.REFERENCE in newest and case.layout is not None:
        return samples_of(_all_of(newest, case.series), metric.kind), case.layout
    both = [newest[window] for window in (WindowName.BEFORE, WindowName.AFTER)]
    before, after = (case.series.get(item.sha256) for item in both)
    pair = {item.window: item for item in both}
    layout = layout_of_windows(case.change, before, after)
    return samples_of(_all_of(pair, case.series), metric.kind), layout


def _traffic_of(case: _Case, metric: Metric) -> tuple[Metric, Samples] | None:
    """Return the metric of the traffic that was named for this one, with its samples."""
    load = next((item for item in case.change.metrics if item.id == metric.load), None)
    if load is None:
        return None
    newest = _newest(load.id, case.samples)
    if not {WindowName.BEFORE, WindowName.AFTER} <= newest.keys():
        return None
    return load, _material(case, load, newest)[0]


def _budget(
    case: _Case,
    metric: Metric,
    newest: Mapping[WindowName, SampleSet],
    layout: Layout,
    *,
    rises: bool,
) -> BudgetUse | None:
    work_s = case.change.work_start.timestamp() if case.change.work_start else layout.start_s
    spans = {
        WindowName.BEFORE: (layout.before.start_s, layout.before.end_s),
        WindowName.DURING: (work_s, max(work_s, layout.after.start_s)),
        WindowName.AFTER: (layout.after.start_s, layout.after.end_s),
    }

    def stretch(window: WindowName) -> Stretch:
        kept = newest.get(window)
        if kept is None:
            return Stretch(spans[window], None)
        return Stretch(spans[window], case.series.get(kept.sha256), kept.failed)

    return budget_use(metric, *(stretch(window) for window in spans), rises=rises)


def _around(layout: Layout | None, after: SampleSet, now: datetime) -> Around:
    """Return what else happened in the windows, and whether it is too early to be final."""
    if layout is None:
        return Around()
    notes = in_windows(layout, layout.blocked)
    caveats = (Caveat.DISTURBED,) if notes else ()
    end = instant(layout.after.end_s)
    if now < end and after.end < end:
        caveats = (*caveats, Caveat.PRELIMINARY)
    return Around(notes, caveats)


def _newest(metric_id: str, samples: Sequence[SampleSet]) -> Mapping[WindowName, SampleSet]:
    return {
        item.window: item
        for item in sorted(samples, key=lambda item: item.id)
        if item.metric == metric_id
    }


def _control_of(
    change: Change, metric: Metric, samples: Sequence[SampleSet], series: SeriesStore
) -> Control | None:
    """Return the untouched metric that was named for this one; without samples it is empty."""
    if not metric.control:
        return None
    named = next((item for item in change.metrics if item.id == metric.control), None)
    if named is None:  # taken out of the plan since: never judge as if none had been wanted
        return Control(_("The control"), samples_of(_all_of({}, series), metric.kind))
    newest = _newest(named.id, samples)
    return Control(named.name, samples_of(_all_of(newest, series), named.kind))


def layout_of(change: Change, blocked: tuple[Blocked, ...] = ()) -> Layout | None:
    """Return where the windows of a change lie: around the work, else around its window."""
    planned = change.window.span if change.window else None
    start = change.work_start or (planned.start if planned else None)
    end = change.work_end or (planned.end if planned else None)
    if start is None or end is None:
        return None
    zone = change.window.zone if change.window else "UTC"
    parameters = Parameters(window_s=change.baseline_s, settle_s=change.settle_s, zone=zone)
    return Layout.around(start.timestamp(), end.timestamp(), parameters, blocked)


def _all_of(newest: Mapping[WindowName, SampleSet], series: SeriesStore) -> Series:
    parts = [series.get(item.sha256) for item in newest.values()]
    if not parts:
        return Series(np.empty(0), np.empty(0))
    return Series(
        np.concatenate([part.at_s for part in parts]),
        np.concatenate([part.value for part in parts]),
    )
