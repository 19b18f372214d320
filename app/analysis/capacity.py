"""Response over rate: how fast answers come at each load, and the highest load that still will do.

A run whose load rises, or several runs at different loads, are cut into slices of time; slices of
similar rate are put together. Capacity is the highest rate at which the target is kept, there and
at every lower rate that was seen.
"""

from collections.abc import Sequence

import numpy as np

from app.analysis.load_run import Part
from app.analysis.loadtest import percentile_of
from app.domain.loadtest import Capacity, LoadPoint

BANDS = 12
_SLICES = 60
_SHORTEST_SLICE_S = 1.0
_LEAST_SAMPLES = 30


def response_over_rate(runs: Sequence[Part]) -> tuple[LoadPoint, ...]:
    """Return what was seen at each load, lowest rate first.

    Args:
        runs: Whole runs, of one label or of all.
    """
    rates: list[float] = []
    slices: list[Part] = []
    for run in runs:
        for piece in _sliced(run):
            rates.append(piece.rate_per_s)
            slices.append(piece)
    if not slices:
        return ()
    highest = max(rates)
    points = []
    for band in range(BANDS):
        low, high = highest * band / BANDS, highest * (band + 1) / BANDS
        chosen = [i for i, rate in enumerate(rates) if low < rate <= high * (1 + 1e-9)]
        point = _point([slices[i] for i in chosen])
        if point is not None:
            points.append(point)
    return tuple(points)


def capacity(
    points: Sequence[LoadPoint], target_ms: float, *, most_errors: float = 0.01
) -> Capacity:
    """Return the highest rate with p95 within the target.

    Args:
        points: What was seen, lowest rate first.
        target_ms: The longest p95 that will do.
        most_errors: The highest share of failed samples that will do.
    """
    best: float | None = None
    for point in points:
        if point.p95_ms > target_ms or point.error_share > most_errors:
            return Capacity(target_ms, best, True)
        best = point.rate_per_s
    return Capacity(target_ms, best, False)


def _sliced(run: Part) -> list[Part]:
    if not len(run):
        return []
    width_us = max(run.span.seconds / _SLICES, _SHORTEST_SLICE_S) * 1e6
    n = int((run.span.end_us - run.span.start_us) / width_us)
    edges = run.span.start_us + (np.arange(n + 1) * width_us).astype(np.int64)
    cuts = np.searchsorted(run.at_us, edges)
    pieces = []
    for i in range(n):
        cut = slice(int(cuts[i]), int(cuts[i + 1]))
        span = type(run.span)(int(edges[i]), int(edges[i + 1]))
        pieces.append(Part(span, run.at_us[cut], run.took_us[cut], run.ok[cut]))
    return [piece for piece in pieces if len(piece)]


def _point(slices: list[Part]) -> LoadPoint | None:
    n = sum(len(piece) for piece in slices)
    if n < _LEAST_SAMPLES:
        return None
    took_us = np.concatenate([piece.took_us for piece in slices])
    ok = np.concatenate([piece.ok for piece in slices])
    seconds = sum(piece.span.seconds for piece in slices)
    p95_ms = percentile_of(np.sort(took_us), 95.0)
    return LoadPoint(n / seconds, p95_ms, 1 - float(ok.mean()), n)
