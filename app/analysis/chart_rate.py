"""Response over rate: how slow answers get as the load rises, and up to where they keep time."""

from collections.abc import Sequence

import numpy as np

from app.analysis.chart_plot import Plot, Shape, Tone, Trace, value_axis
from app.analysis.chart_words import labelled, level_at
from app.domain.loadtest import LoadPoint
from app.i18n import _
from app.wording import count, number, percent

Points = Sequence[LoadPoint]


def rate_plot(before: Points, after: Points, target_ms: float | None = None) -> Plot | None:
    """Return the 95th percentile at each rate on both sides; None without any point.

    Args:
        before: What was seen at each load before the change, lowest rate first.
        after: The same after it.
        target_ms: The longest 95th percentile that will do.
    """
    sides = ((before, _("before"), Tone.BEFORE, Shape.RING),
             (after, _("after"), Tone.AFTER, Shape.SQUARE))  # fmt: skip
    traces = tuple(_trace(*side) for side in sides if side[0])
    if not traces:
        return None
    rates, times = [trace.x for trace in traces], [trace.y for trace in traces]
    x = value_axis(rates, _("1/s"), name=_("requests per second"))
    goal = () if target_ms is None else (target_ms * 1.05,)
    y = value_axis(times, _("ms"), name=_("95th percentile"), extra=goal)
    level = None
    if target_ms is not None:
        text = _("target ≤ {value}").format(value=number(target_ms, "ms"))
        level = level_at(target_ms, text, traces, x, y)
    texts = [(position, trace.name, "") for position, trace in enumerate(traces)]
    sentence = "; ".join(
        _("{side}: {p95} at {rate} requests per second").format(
            side=trace.name, p95=number(float(trace.y[-1]), "ms"), rate=number(float(trace.x[-1]))
        )
        for trace in traces
    )
    return Plot(x, y, traces, sentence, level=level, words=labelled(traces, texts, x, y))


def _trace(points: Points, name: str, tone: Tone, shape: Shape) -> Trace:
    said = tuple(
        _("p95 {p95}, {failed} failed, {n} samples").format(
            p95=number(point.p95_ms, "ms", digits=3),
            failed=percent(point.error_share),
            n=count(point.samples),
        )
        for point in points
    )
    return Trace(
        name, tone, np.array([point.rate_per_s for point in points]),
        np.array([point.p95_ms for point in points]), dashed=tone is Tone.BEFORE, shape=shape,
        said=said,
    )  # fmt: skip
