"""The pictures of one metric: timeline, overlay, distribution."""

from dataclasses import dataclass

import numpy as np

from app.analysis.chart_distribution import DistributionInput, quantile_plot, shift_plot
from app.analysis.chart_model import ChartInput, ChartModel, before_after_chart
from app.analysis.chart_plot import Floats, Plot
from app.analysis.chart_timeline import (
    EarlierDay,
    TimelineInput,
    days_words,
    overlay_plot,
    timeline_plot,
)
from app.analysis.clean import cuts
from app.analysis.quantiles import QUANTILES, quantile_moves
from app.analysis.windows import Slot
from app.domain.metric import Series, WindowName
from app.i18n import _
from app.services.metric.comparison import days_back
from app.services.pictures.shelf import Shelf

SHOWN = (0.10, 0.25, *QUANTILES)
"""Quantiles whose shift is shown."""


@dataclass(frozen=True, slots=True)
class MetricPictures:
    """What there is to be seen of a metric beside its two windows in a row.

    A picture is None where the samples do not suffice; then ``missing`` or its note says why.
    """

    missing: str = ""
    timeline: Plot | None = None
    timeline_note: str = ""
    overlay: Plot | None = None
    quantiles: Plot | None = None
    shifts: Plot | None = None
    distribution_note: str = ""


def metric_pictures(shelf: Shelf) -> MetricPictures:
    """Prepare everything; reads all samples of the metric."""
    told = timeline_input(shelf)
    if told is None:
        return MetricPictures(_("Nothing was measured yet."), distribution_note=_too_few())
    quantiles, shifts, note = distribution(shelf)
    return MetricPictures(
        timeline=timeline_plot(told),
        timeline_note=days_words(told.days, shelf.zone),
        overlay=overlay_plot(told),
        quantiles=quantiles,
        shifts=shifts,
        distribution_note=note,
    )


def timeline_input(shelf: Shelf) -> TimelineInput | None:
    """Return what a timeline shows; None while nothing was kept."""
    before, after = shelf.before_window, shelf.after_window
    if before is None and after is None:
        return None
    work, found = shelf.work, shelf.found
    length = shelf.change.baseline_s
    return TimelineInput(
        shelf.metric.name,
        shelf.metric.unit,
        shelf.series(WindowName.BEFORE),
        shelf.series(WindowName.AFTER),
        before or (work[0] - length, work[0]),
        after or (work[1], work[1] + length),
        work,
        earlier=shelf.series(WindowName.REFERENCE),
        around=shelf.series(WindowName.DURING),
        later=shelf.series(WindowName.REPEATED),
        days=_days(shelf),
        target=shelf.metric.target,
        zone=shelf.zone,
        before_value=found.before if found else None,
        after_value=found.after if found else None,
    )


def window_chart(shelf: Shelf) -> ChartModel | None:
    """Return both windows in a row with the earlier days behind them; None without samples."""
    told = timeline_input(shelf)
    if told is None:
        return None
    return before_after_chart(
        ChartInput(
            told.name,
            told.unit,
            told.before,
            told.after,
            told.before_window,
            told.after_window,
            told.change,
            told.zone,
            told.target,
            earlier_days(told),
            told.before_value,
            told.after_value,
        )
    )


def earlier_days(told: TimelineInput) -> tuple[Series, ...]:
    """Return the used earlier days, each moved onto the day of the change."""
    if told.earlier is None:
        return ()
    start, end = told.before_window[0], told.after_window[1]
    found = []
    for day in told.days:
        if day.why:
            continue
        by = told.before_window[0] - day.before[0]
        moved = told.earlier.at_s + by
        shown = (moved >= start) & (moved <= end)
        if shown.any():
            found.append(Series(moved[shown], told.earlier.value[shown]))
    return tuple(found)


def distribution(shelf: Shelf) -> tuple[Plot | None, Plot | None, str]:
    """Return the curves of quantiles, the shifts, and why they may be missing or weak."""
    layout = shelf.layout
    if layout is None:
        return None, None, _too_few()
    samples, backs = shelf.samples, days_back(shelf.found) if shelf.found else ()
    before, after = (
        _values(samples.at_s, samples.part / samples.whole, slot)
        for slot in (layout.before, layout.after)
    )
    data = DistributionInput(
        shelf.metric.name,
        shelf.metric.unit,
        before,
        after,
        quantile_moves(samples, layout, backs, SHOWN),
        shelf.metric.margin,
    )
    quantiles, shifts = quantile_plot(data), shift_plot(data)
    if quantiles is None:
        return None, None, _too_few()
    if shifts is None:
        return quantiles, None, _("The samples are too few to say how far each quantile moved.")
    if backs:
        return quantiles, shifts, ""
    note = _(
        "Without comparison days the likely ranges come from ten pieces of each window; a daily "
        "rhythm cannot be excluded."
    )
    return quantiles, shifts, note


def _values(at_s: Floats, value: Floats, slot: Slot) -> Floats:
    return np.concatenate([value[cut] for cut in cuts(at_s, slot)])


def _days(shelf: Shelf) -> tuple[EarlierDay, ...]:
    found = []
    for day in shelf.found.days if shelf.found else ():
        windows = shelf.day_windows(day)
        if windows is not None:
            found.append(EarlierDay(*windows, why="" if day.used else day.why))
    return tuple(found)


def _too_few() -> str:
    return _("Both windows need at least 20 samples and a verdict for this picture.")
