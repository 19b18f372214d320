"""Bring samples in from a file: look at it first, then freeze what lies in the windows.

Looking reads the beginning of a file only; keeping reads all of it, piece by piece.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from app.analysis.windows import Layout, Slot, instant
from app.domain.change import Change
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.errors import InvalidInput
from app.i18n import _
from app.services.metric.metrics import Measuring, freeze
from app.services.metric.renaming import heir_words
from app.services.metric.sampling import Sampled
from app.services.metric.verdicts import layout_of
from app.services.ports.series import Rejected
from app.services.series_files.left_out import in_short
from app.services.series_files.reading import Keep, SeriesFile, open_series
from app.services.series_files.renamed import heirs
from app.tasks import TaskContext

_SHOWN_ROWS = 8
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class FileImport:
    """A file of samples for one metric.

    Without a column the one that is named like the metric is taken, else the first; without a zone
    times that name none are meant in the zone of the change.
    """

    change: str
    metric: str
    path: Path
    column: str = ""
    zone: str = ""
    every_name: bool = False
    """Whether a long file is gone through for series that begin behind its beginning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A file that was opened for a metric of a change."""

    change: Change
    metric: Metric
    layout: Layout
    wanted: FileImport
    """With the column and the zone that were chosen."""
    file: SeriesFile


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a file holds for a metric, before anything of it is kept."""

    wanted: FileImport
    """With the column and the zone that were chosen."""
    names: tuple[str, ...]
    """All columns of values."""
    rows: int
    first: datetime
    last: datetime
    missing: int
    """Rows whose cell in the column holds no number."""
    odd: tuple[Rejected, ...]
    """The first of those that hold something else instead."""
    rejected_rows: int
    rejected: tuple[Rejected, ...]
    """The first of them, with reasons."""
    samples: Mapping[WindowName, int]
    """How many lie in each window; those of earlier days serve as references."""
    days: int
    """Earlier days with samples."""
    shown: tuple[tuple[datetime, float], ...]
    """The first samples as they were understood."""
    share: float = 1.0
    """How much of the file was looked at; all figures are of that part."""
    may_hold_more: bool = False
    """Whether series that begin later in the file are missing among the columns."""
    renamed: str = ""
    """What is said of series that go on where this one ends."""

    @property
    def is_whole(self) -> bool:
        """Whether all of the file was looked at."""
        return self.share >= 1

    @property
    def is_useful(self) -> bool:
        """Whether anything lies in the windows of the change, as far as is known yet."""
        telling = (WindowName.BEFORE, WindowName.AFTER, WindowName.REPEATED)
        return any(self.samples.get(name) for name in telling) or not self.is_whole


def look_at_file(
    wanted: FileImport, *, with_: Measuring, context: TaskContext | None = None
) -> Outlook:
    """Read the beginning of a file and say what it holds for a metric; nothing is kept.

    All of it is gone through only where every name is wanted; ``context`` reports how far.

    Raises:
        InvalidInput: The file cannot be read, or the change has no window yet.
        TaskCancelled: A stop was asked for.
    """
    asked = open_asked(wanted, with_, context)
    whole = asked.file.look(asked.wanted.column)
    outlook = outlook_on(asked, whole, split_by_window(whole, asked.layout))
    if not asked.file.is_whole:  # told when it is kept, which reads all of it
        return outlook
    return replace(outlook, renamed=_heir_note(asked, whole, context))


def outlook_on(asked: Asked, whole: Series, parts: Mapping[WindowName, Series]) -> Outlook:
    """Say what was seen of a file, given what of it lies in which window."""
    file = asked.file
    earlier = parts[WindowName.REFERENCE].at_s if WindowName.REFERENCE in parts else np.empty(0)
    times = whole.at_s if len(whole.at_s) else file.head.at_s  # a series may begin later
    order = np.argsort(whole.at_s, kind="stable")[:_SHOWN_ROWS]
    return Outlook(
        wanted=asked.wanted,
        names=file.names,
        rows=len(whole.at_s),
        first=instant(float(times.min())),
        last=instant(float(times.max())),
        missing=int((~np.isfinite(whole.value)).sum()),
        odd=file.odd(asked.wanted.column),
        rejected_rows=file.head.skipped,
        rejected=file.head.rejected,
        samples={name: int(np.isfinite(part.value).sum()) for name, part in parts.items()},
        days=len(np.unique(earlier // _DAY_S)),
        shown=tuple((instant(float(whole.at_s[i])), float(whole.value[i])) for i in order),
        share=file.share,
        may_hold_more=file.may_hold_more and not asked.wanted.every_name,
    )


def import_file(
    wanted: FileImport, *, with_: Measuring, context: TaskContext | None = None
) -> tuple[SampleSet, ...]:
    """Freeze the samples of a file: what lies in both windows, and earlier days as references.

    Only what can be judged is kept: both windows, and the weeks before in which comparable days are
    looked for. Of a series that is denser than that, the newest part is kept.

    Raises:
        InvalidInput: The file cannot be read, or nothing of it lies in the windows.
        TaskCancelled: A stop was asked for; nothing was kept.
    """
    asked = open_asked(wanted, with_, context)
    chosen, file, layout = asked.wanted, asked.file, asked.layout
    name = chosen.path.name
    found = file.read([chosen.column], Keep(*layout.reach), context)
    split = split_by_window(found.series[chosen.column], layout)
    parts = {window: part for window, part in split.items() if len(part.at_s)}
    if not parts.keys() & {WindowName.BEFORE, WindowName.AFTER}:
        raise InvalidInput(
            _("Nothing in {name} lies in the windows of this change.").format(name=name),
            hint=_("Check the zone of its times, and the change's start and end."),
        )
    if found.since_s > layout.before.start_s:
        raise too_dense(name)
    kept: list[SampleSet] = []
    heir = _heir_note(asked, found.series[chosen.column], context)
    note = " ".join(filter(None, (in_short(found), heir)))
    for window, part in parts.items():
        kept += keep_part(asked, window, part, with_=with_, note=note)
        note = ""
    return tuple(kept)


def _heir_note(asked: Asked, own: Series, context: TaskContext | None) -> str:
    found = heirs(asked.file, asked.wanted.column, own, asked.layout, context)
    return heir_words(asked.wanted.column, tuple(found)) if found else ""


def too_dense(name: str) -> InvalidInput:
    """Return what is said of a file of which not even the windows can be kept whole."""
    return InvalidInput(
        _("{name} has more samples in the windows of the change than can be kept.").format(
            name=name
        ),
        hint=_("Export it in coarser steps, such as one sample per second."),
    )


def keep_part(
    asked: Asked, window: WindowName, part: Series, *, with_: Measuring, note: str = ""
) -> tuple[SampleSet, ...]:
    """Freeze what of a file lies in a window."""
    chosen, name = asked.wanted, asked.wanted.path.name
    query = f"{name}: {chosen.column}" if len(asked.file.names) > 1 else name
    named = replace(asked.metric, source="file", query=query)
    sampled = [Sampled(named, part, int((~np.isfinite(part.value)).sum()))]
    return freeze(asked.change, window, sampled, chosen.zone, with_=with_, note=note)


def open_asked(wanted: FileImport, with_: Measuring, context: TaskContext | None = None) -> Asked:
    """Look at the beginning of a file, with the column and the zone where none is named.

    Raises:
        InvalidInput: The file cannot be read, or the change has no window yet.
    """
    with with_.desk.new_uow() as uow:
        change = uow.changes.get(wanted.change)
    metric = next((item for item in change.metrics if item.id == wanted.metric), None)
    layout = layout_of(change)
    if metric is None or layout is None:
        raise InvalidInput(
            _("{number} has no such metric, or no window yet.").format(number=change.number)
        )
    zone = wanted.zone or layout.parameters.zone
    file = open_series(wanted.path, zone=zone, readers=with_.readers)
    if wanted.every_name:
        file = file.with_all_names(context)
    column = wanted.column
    if not column or (wanted.every_name and column not in file.names):  # it was several series
        column = _guess(metric, file)
    return Asked(change, metric, layout, replace(wanted, column=column, zone=zone), file)


def _guess(metric: Metric, file: SeriesFile) -> str:
    """Return the column that is named as the plan says, or like the metric; else the usual one."""
    lowered = {name.lower(): name for name in reversed(file.names)}
    for name in (metric.query, metric.name, metric.id):
        if found := lowered.get(name.lower()):
            return found
    return file.usual


def split_by_window(series: Series, layout: Layout) -> dict[WindowName, Series]:
    """Cut samples by the windows of a change; what comes after all of them is left out."""
    before = is_inside(series, layout.before)
    after = is_inside(series, layout.after)
    between = (series.at_s >= layout.before.end_s) & (series.at_s < layout.after.start_s)
    masks = {
        WindowName.BEFORE: before,
        WindowName.DURING: between,
        WindowName.AFTER: after,
        WindowName.REFERENCE: series.at_s < layout.before.start_s,
    }
    return {name: Series(series.at_s[mask], series.value[mask]) for name, mask in masks.items()}


def is_inside(series: Series, slot: Slot) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Tell for each sample whether it lies in a window."""
    inside = np.zeros(len(series.at_s), dtype=bool)
    for start_s, end_s in slot.spans:
        inside |= (series.at_s >= start_s) & (series.at_s < end_s)
    return inside
