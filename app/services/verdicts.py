"""Judge the frozen samples of a change, and bring samples in from files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from app.analysis.clean import samples_of
from app.analysis.windows import Blocked, Layout, Slot, instant
from app.domain.change import Change
from app.domain.event import Actor, NewEvent
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.verdict import Caveat, Comparison, Parameters
from app.errors import InvalidInput
from app.i18n import _
from app.services.comparison import Around, Control, compare_metric, compare_windows, judge_together
from app.services.disturbances import disturbances, in_windows
from app.services.metrics import Measuring, freeze
from app.services.ports_series import SeriesStore
from app.services.sampling import Sampled
from app.services.series_files.reading import read_table

_LARGEST_FILE = 512 * 1024 * 1024


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


@dataclass(frozen=True, slots=True)
class _Case:
    """A change with everything its metrics are judged by."""

    change: Change
    samples: Sequence[SampleSet]
    series: SeriesStore
    layout: Layout | None
    now: datetime


def _judge_one(case: _Case, metric: Metric) -> Comparison | None:
    change, layout = case.change, case.layout
    newest = _newest(metric.id, case.samples)
    before, after = newest.get(WindowName.BEFORE), newest.get(WindowName.AFTER)
    if before is None or after is None:
        return None
    control = _control_of(change, metric, case.samples, case.series)
    around = _around(layout, after, case.now)
    if WindowName.REFERENCE in newest and layout is not None:
        every = samples_of(_all_of(newest, case.series), metric.kind)
        return compare_metric(
            metric, every, layout, change=change.id, control=control, around=around
        )
    both = case.series.get(before.sha256), case.series.get(after.sha256)
    return compare_windows(change, metric, *both, control=control, around=around)


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


@dataclass(frozen=True, slots=True)
class FileImport:
    """A file of samples for one metric; the first column of values unless one is named."""

    change: str
    metric: str
    path: Path
    column: str = ""


def import_file(wanted: FileImport, *, with_: Measuring) -> tuple[SampleSet, ...]:
    """Freeze the samples of a file: what lies in both windows, and earlier days as references.

    Raises:
        InvalidInput: The file cannot be read, or nothing of it lies in the windows.
    """
    with with_.desk.new_uow() as uow:
        change = uow.changes.get(wanted.change)
    metric = next((item for item in change.metrics if item.id == wanted.metric), None)
    layout = layout_of(change)
    if metric is None or layout is None:
        raise InvalidInput(
            _("{number} has no such metric, or no window yet.").format(number=change.number)
        )
    zone = layout.parameters.zone
    table = read_table(_bytes_of(wanted.path), zone=zone, sheets=with_.sheets)
    whole = table.series(wanted.column or table.names[0])
    named = replace(
        metric, source="file", query=f"{wanted.path.name}: {wanted.column}".rstrip(": ")
    )
    parts = {name: part for name, part in _split(whole, layout).items() if len(part.at_s)}
    if not parts.keys() & {WindowName.BEFORE, WindowName.AFTER}:
        raise InvalidInput(
            _("Nothing in {name} lies in the windows of this change.").format(
                name=wanted.path.name
            ),
            hint=_("Check the zone of its times, and the change's start and end."),
        )
    kept: list[SampleSet] = []
    for window, part in parts.items():
        kept += freeze(change, window, [Sampled(named, part)], zone, with_=with_)
    return tuple(kept)


def _split(series: Series, layout: Layout) -> dict[WindowName, Series]:
    before = _inside(series, layout.before)
    after = _inside(series, layout.after)
    earlier = ~before & ~after & (series.at_s < layout.before.start_s)
    masks = {WindowName.BEFORE: before, WindowName.AFTER: after, WindowName.REFERENCE: earlier}
    return {name: Series(series.at_s[mask], series.value[mask]) for name, mask in masks.items()}


def _inside(series: Series, slot: Slot) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    inside = np.zeros(len(series.at_s), dtype=bool)
    for start_s, end_s in slot.spans:
        inside |= (series.at_s >= start_s) & (series.at_s < end_s)
    return inside


def _all_of(newest: Mapping[WindowName, SampleSet], series: SeriesStore) -> Series:
    parts = [series.get(item.sha256) for item in newest.values()]
    if not parts:
        return Series(np.empty(0), np.empty(0))
    return Series(
        np.concatenate([part.at_s for part in parts]),
        np.concatenate([part.value for part in parts]),
    )


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidInput(
                _("{name} is larger than 512 MB.").format(name=path.name),
                hint=_("Export a shorter time, or fewer columns."),
            )
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read: {why}.").format(name=path.name, why=error.strerror or error)
        ) from error
