"""Where two frozen windows lie when there is no history: as long as the shorter of the two."""

from dataclasses import replace

import numpy as np

from app.analysis.clean import usual_step
from app.analysis.windows import Layout, Slot
from app.domain.change import Change
from app.domain.metric import Series
from app.domain.verdict import Parameters


def layout_of_windows(change: Change, before: Series, after: Series) -> Layout:
    """Lay two frozen windows of a change over their samples; there is no history."""
    zone = change.window.zone if change.window else "UTC"
    layout = _layout(before, after, Parameters(settle_s=change.settle_s, zone=zone))
    if change.work_start:
        layout = replace(layout, start_s=change.work_start.timestamp())
    return layout


def _layout(before: Series, after: Series, parameters: Parameters) -> Layout:
    """Lay two windows over two series: as long as the shorter, the end of one, the start of one."""
    spans = [_span(series) for series in (before, after)]
    told = [span for span in spans if span is not None]
    if not told:
        told = [(0.0, 0.0)]
    length_s = min(end - start for start, end in told)
    # A side without samples is laid where the other has none either.
    end_s = spans[0][1] if spans[0] else told[-1][0]
    begin_s = spans[1][0] if spans[1] else told[0][1]
    return Layout(
        end_s,
        Slot(((end_s - length_s, end_s),)),
        Slot(((begin_s, begin_s + length_s),)),
        replace(parameters, window_s=length_s),
    )


def _span(series: Series) -> tuple[float, float] | None:
    """Return where a window of samples begins and ends; each sample stands for one step."""
    at_s = np.sort(series.at_s[np.isfinite(series.at_s) & np.isfinite(series.value)])
    if not len(at_s):
        return None
    return float(at_s[0]), float(at_s[-1]) + (usual_step(np.unique(at_s)) or 1.0)
