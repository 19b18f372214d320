"""Where words stand in a plot: beside their line, where they cover least, never on each other."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from app.analysis.chart_labels import Box, Floats, free_place
from app.analysis.chart_plot import Axis, Level, Plot, Tone, Trace, Words

LABEL_SIZE = (0.20, 0.20)
"""Share of the plot's width and height that words beside a trace take."""
_LEVEL_WIDE, _LEVEL_HIGH = 0.2, 0.1
"""Room of the words at a level, as shares of the plot."""
Sizes = Callable[[Words], tuple[float, float]]
"""Tells how wide and high words get, in shares of the plot: each medium has its own type."""


def words_for(plot: Plot, sizes: Sizes) -> tuple[Words, ...]:
    """Return the words of a plot where they cover least and never each other.

    Args:
        plot: What is drawn; its words have places for a usual size, far too large for most.
        sizes: How much room words take in the type of the medium.
    """
    texts = [(words.trace, words.text, words.note) for words in plot.words]
    return labelled(plot.traces, texts, plot.x, plot.y, sizes, plot.level)


def labelled(
    traces: Sequence[Trace],
    texts: Sequence[tuple[int, str, str]],
    x: Axis,
    y: Axis,
    sizes: Sizes | None = None,
    level: Level | None = None,
) -> tuple[Words, ...]:
    """Place words beside traces where they cover least.

    Args:
        traces: All that is drawn.
        texts: Position of a trace, its words, and a note below them.
        x: The horizontal axis.
        y: The vertical one.
        sizes: How much room words take; a usual size otherwise.
        level: A line across the plot, which has words of its own.
    """
    wide, high = (x.high - x.low) or 1.0, (y.high - y.low) or 1.0
    drawn = [_in_shares(trace, x.low, y.low, wide, high) for trace in traces]
    lines, loose = (
        [part for part, trace in zip(drawn, traces, strict=True) if trace.line == joined]
        for joined in (True, False)
    )
    taken: list[Box] = []
    if level is not None and sizes is not None:
        up = (level.value - y.low) / high
        lines.append((np.array([0.0, 1.0]), np.array([up, up])))
        taken.append(_beside(level, sizes, (level.x - x.low) / wide, up))
    found = []
    for position, text, note in texts:
        own = drawn[position]
        if not own[0].size:
            continue
        words = Words(0.0, 0.0, text, note, traces[position].tone, position)
        size = LABEL_SIZE if sizes is None else sizes(words)
        limits = (max(0.0, float(own[0].min())), min(1.0, float(own[0].max())))
        if limits[1] - limits[0] < size[0]:
            middle = (limits[0] + limits[1]) / 2
            left = max(0.0, min(middle - size[0], 1 - 2 * size[0]))
            limits = (left, left + 2 * size[0])
        left, top = free_place(own, lines, taken, limits, size, loose)
        taken.append(Box(left, top - size[1], left + size[0], top))
        found.append(replace(words, x=x.low + left * wide, y=y.low + top * high))
    return tuple(found)


def _beside(level: Level, sizes: Sizes, left: float, up: float) -> Box:
    """Return what the words of a line across take: below it, where there is room."""
    wide, high = sizes(Words(0.0, 0.0, level.text, "", Tone.PLAIN))
    left, low = min(left, 1 - wide), up - high if up > high else up
    return Box(left, low, left + wide, low + high)


def level_at(value: float, text: str, traces: Sequence[Trace], x: Axis, y: Axis) -> Level:
    """Return a line across the plot; its words begin where the fewest points lie below it."""
    wide, high = (x.high - x.low) or 1.0, (y.high - y.low) or 1.0
    parts = [_in_shares(trace, x.low, y.low, wide, high) for trace in traces]
    across = np.concatenate([part[0] for part in parts]) if parts else np.empty(0)
    up = np.concatenate([part[1] for part in parts]) if parts else across
    share = (value - y.low) / high
    near = (up > share - _LEVEL_HIGH) & (up < share)
    starts = np.arange(0.02, 0.8, 0.02)
    crowds = [int((near & (across >= s) & (across < s + _LEVEL_WIDE)).sum()) for s in starts]
    return Level(value, text, x.low + float(starts[int(np.argmin(crowds))]) * wide)


def _in_shares(
    trace: Trace, x0: float, y0: float, wide: float, high: float, most: int = 400
) -> tuple[Floats, Floats]:
    known = np.flatnonzero(np.isfinite(trace.y))
    known = known[:: max(1, known.size // most)]
    return (trace.x[known] - x0) / wide, (trace.y[known] - y0) / high
