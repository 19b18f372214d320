"""Where the whole distribution moved: quantiles before against after, and the shift at each.

The level may stay while the tail gets worse, or the other way round. Quantiles are taken from
samples as they came; the likely range of each shift is that of `app.analysis.quantiles`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.chart_axes import Tick, share_ticks
from app.analysis.chart_plot import (
    Axis,
    Counts,
    Floats,
    Plot,
    Shape,
    Tone,
    Trace,
    logit,
    value_axis,
)
from app.analysis.chart_words import labelled
from app.domain.verdict import QuantileMove
from app.i18n import _
from app.wording import number, percent_range, signed_number, signed_percent

SHARES = tuple(n / 100 for n in range(1, 100))
_TICKS = (0.01, 0.05, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
_LEAST = 20
"""Samples of a side, below which a curve of quantiles would be drawn from nearly nothing."""


@dataclass(frozen=True, slots=True)
class DistributionInput:
    """The samples of both windows as they came, and how each quantile moved."""

    name: str
    unit: str
    before: Floats
    after: Floats
    moves: tuple[QuantileMove, ...] = ()
    margin: float = 0.0


def quantile_plot(data: DistributionInput) -> Plot | None:
    """Return the curves of quantiles of both sides; None with too few samples on a side."""
    if min(data.before.size, data.after.size) < _LEAST:
        return None
    shares = np.array(SHARES)
    x = np.log(shares / (1 - shares))
    traces = tuple(
        Trace(name, tone, x, np.quantile(side, shares), dashed=tone is Tone.BEFORE)
        for side, name, tone in (
            (data.before, _("before"), Tone.BEFORE),
            (data.after, _("after"), Tone.AFTER),
        )
    )
    across = _across()
    y = value_axis([trace.y for trace in traces], data.unit)
    texts = [(position, trace.name, "") for position, trace in enumerate(traces)]
    middle = [float(np.median(side)) for side in (data.before, data.after)]
    sentence = _("Quantiles of {name}: median {before} before, {after} after").format(
        name=data.name, before=number(middle[0], data.unit), after=number(middle[1], data.unit)
    )
    return Plot(across, y, traces, sentence, words=labelled(traces, texts, across, y))


def shift_plot(data: DistributionInput) -> Plot | None:
    """Return how far each quantile moved with its likely range; None where none can be said."""
    moves = data.moves
    if not moves:
        return None
    relative = all(move.relative is not None and move.interval95 is not None for move in moves)
    estimates, lows, highs = _columns(moves, relative=relative)
    trace = Trace(
        _("shift"), Tone.AFTER, np.array([logit(move.quantile) for move in moves]), estimates,
        line=False, shape=Shape.SQUARE, low=lows, high=highs,
        said=tuple(_said(move, data.unit) for move in moves),
    )  # fmt: skip
    margin = (-data.margin, data.margin) if relative else None
    extra = (0.0, *(margin or ()))
    if relative:
        y = _percent_axis([float(each) for each in (*lows, *highs, *extra)])
    else:
        y = value_axis([lows, highs], data.unit, name=_("shift"), extra=extra)
    sentence = "; ".join(
        (_("Shift of {name} since the change").format(name=data.name),
         *(f"p{100 * move.quantile:g} {_said(move, data.unit)}" for move in moves))
    )  # fmt: skip
    return Plot(_across(), y, (trace,), sentence, zone_of_margin=margin)


def _columns(moves: Sequence[QuantileMove], *, relative: bool) -> tuple[Floats, Floats, Floats]:
    if relative:
        rows = [(m.relative or 0.0, *(m.interval95 or (0.0, 0.0))) for m in moves]
    else:
        rows = [(m.difference, *m.difference95) for m in moves]
    table = np.array(rows, dtype=np.float64)
    return table[:, 0], table[:, 1], table[:, 2]


def _said(move: QuantileMove, unit: str) -> str:
    if move.relative is not None and move.interval95 is not None:
        return _("{by}, likely {range} ({before} → {after})").format(
            by=signed_percent(move.relative),
            range=percent_range(*move.interval95),
            before=number(move.before),
            after=number(move.after, unit),
        )
    low, high = (signed_number(end) for end in move.difference95)
    return _("{by}, likely {low} to {high} ({before} → {after})").format(
        by=signed_number(move.difference, unit),
        low=low,
        high=high,
        before=number(move.before),
        after=number(move.after, unit),
    )


def _across() -> Axis:
    ticks = tuple(Tick(logit(share), f"p{100 * share:g}") for share in _TICKS)
    return Axis(logit(SHARES[0]), logit(SHARES[-1]), ticks, name=_("quantile"),
                counts=Counts.QUANTILES)  # fmt: skip


def _percent_axis(ends: Sequence[float]) -> Axis:
    low, high = min(ends), max(ends)
    room = 0.08 * ((high - low) or 1.0)
    ticks = share_ticks(low - room, high + room, most=6)
    return Axis(low - room, high + room, ticks, name=_("shift"))
