"""A load test that is under way, as three small pictures: rate, response times, failures."""

import numpy as np

from app.analysis.chart_axes import Tick
from app.analysis.chart_plot import (
    Axis,
    Counts,
    Floats,
    Plot,
    Tone,
    Trace,
    value_axis,
)
from app.analysis.chart_words import labelled
from app.i18n import _
from app.wording import clock_duration

_LEAST_S = 10.0
_STEPS_S = (2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
_Lines = tuple[tuple[str, Floats, bool], ...]


def course_plots(
    at_s: Floats, rate: Floats, times: tuple[Floats, Floats], failed: Floats, end_s: float
) -> tuple[Plot, Plot, Plot]:
    """Return rate, response times and failures over the time since the first sample.

    Args:
        at_s: The middles of the steps.
        rate: Samples per second.
        times: Mean and 95th percentile in milliseconds.
        failed: The share of failed samples.
        end_s: Where the time ends: the planned end, or what has passed.
    """
    mean, p95 = times
    return (
        _plot(_("Rate"), "1/s", at_s, ((_("rate"), rate, False),), end_s),
        _plot(
            _("Response time"), "ms", at_s,
            ((_("mean"), mean, True), (_("95th percentile"), p95, False)), end_s,
        ),
        _plot(_("Failed"), "%", at_s, ((_("failed"), 100 * failed, False),), end_s),
    )  # fmt: skip


def _plot(name: str, unit: str, at_s: Floats, lines: _Lines, end_s: float) -> Plot:
    end_s = max(end_s, _LEAST_S)
    x = Axis(0.0, end_s, _ticks(end_s), counts=Counts.SECONDS)
    known = [values for _name, values, _dashed in lines if np.isfinite(values).any()]
    y = value_axis(known, unit, extra=() if known else (0.0, 1.0))
    traces = tuple(
        Trace(word, Tone.BEFORE if dashed else Tone.AFTER, at_s, values, dashed=dashed)
        for word, values, dashed in lines
    )
    several = [(place, word, "") for place, (word, _v, _d) in enumerate(lines)]
    words = labelled(traces, several, x, y) if len(lines) > 1 and known else ()
    return Plot(x, y, traces, _("{name} so far").format(name=name), words=words)


def _ticks(end_s: float, most: int = 5) -> tuple[Tick, ...]:
    step = next((each for each in _STEPS_S if end_s / each <= most), _STEPS_S[-1])
    return tuple(Tick(at, clock_duration(at)) for at in np.arange(0.0, end_s + 1e-6, step).tolist())
