"""Bring samples in from a file: look at it first, then freeze what lies in the windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from app.analysis.windows import Layout, Slot, instant
from app.domain.change import Change
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.errors import InvalidInput
from app.i18n import _
from app.services.metrics import Measuring, freeze
from app.services.sampling import Sampled
from app.services.series_files.reading import read_table
from app.services.series_files.table import Rejected, Table
from app.services.verdicts import layout_of

_LARGEST_FILE = 512 * 1024 * 1024
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
    rejected_rows: int
    rejected: tuple[Rejected, ...]
    """The first of them, with reasons."""
    samples: Mapping[WindowName, int]
    """How many lie in each window; those of earlier days serve as references."""
    days: int
    """Earlier days with samples."""
    shown: tuple[tuple[datetime, float], ...]
    """The first samples as they were understood."""

    @property
    def is_useful(self) -> bool:
        """Whether anything lies in the windows of the change."""
        return bool(self.samples[WindowName.BEFORE] or self.samples[WindowName.AFTER])


def look_at_file(wanted: FileImport, *, with_: Measuring) -> Outlook:
    """Read a file and say what it holds for a metric; nothing is kept.

    Raises:
        InvalidInput: The file cannot be read, or the change has no window yet.
    """
    _change, _metric, layout, chosen, table = _read(wanted, with_)
    whole = table.series(chosen.column)
    parts = _split(whole, layout)
    earlier = parts[WindowName.REFERENCE].at_s
    order = np.argsort(whole.at_s, kind="stable")[:_SHOWN_ROWS]
    return Outlook(
        wanted=chosen,
        names=table.names,
        rows=len(whole.at_s),
        first=instant(float(whole.at_s.min())),
        last=instant(float(whole.at_s.max())),
        missing=int((~np.isfinite(whole.value)).sum()),
        rejected_rows=table.skipped,
        rejected=table.rejected,
        samples={name: int(np.isfinite(part.value).sum()) for name, part in parts.items()},
        days=len(np.unique(earlier // _DAY_S)),
        shown=tuple((instant(float(whole.at_s[i])), float(whole.value[i])) for i in order),
    )


def import_file(wanted: FileImport, *, with_: Measuring) -> tuple[SampleSet, ...]:
    """Freeze the samples of a file: what lies in both windows, and earlier days as references.

    Raises:
        InvalidInput: The file cannot be read, or nothing of it lies in the windows.
    """
    change, metric, layout, chosen, table = _read(wanted, with_)
    name = chosen.path.name
    query = f"{name}: {chosen.column}" if len(table.names) > 1 else name
    named = replace(metric, source="file", query=query)
    whole = table.series(chosen.column)
    parts = {window: part for window, part in _split(whole, layout).items() if len(part.at_s)}
    if not parts.keys() & {WindowName.BEFORE, WindowName.AFTER}:
        raise InvalidInput(
            _("Nothing in {name} lies in the windows of this change.").format(name=name),
            hint=_("Check the zone of its times, and the change's start and end."),
        )
    kept: list[SampleSet] = []
    for window, part in parts.items():
        kept += freeze(change, window, [Sampled(named, part)], chosen.zone, with_=with_)
    return tuple(kept)


def _read(wanted: FileImport, with_: Measuring) -> tuple[Change, Metric, Layout, FileImport, Table]:
    with with_.desk.new_uow() as uow:
        change = uow.changes.get(wanted.change)
    metric = next((item for item in change.metrics if item.id == wanted.metric), None)
    layout = layout_of(change)
    if metric is None or layout is None:
        raise InvalidInput(
            _("{number} has no such metric, or no window yet.").format(number=change.number)
        )
    zone = wanted.zone or layout.parameters.zone
    table = read_table(_bytes_of(wanted.path), zone=zone, sheets=with_.sheets)
    column = wanted.column or _guess(metric, table.names)
    return change, metric, layout, replace(wanted, column=column, zone=zone), table


def _guess(metric: Metric, names: Sequence[str]) -> str:
    """Return the column that is named as the plan says, or like the metric; else the first."""
    lowered = {name.lower(): name for name in reversed(names)}
    for name in (metric.query, metric.name, metric.id):
        if found := lowered.get(name.lower()):
            return found
    return names[0]


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
