"""Response over rate: how fast answers come at each load, and the highest load that still will do.

A run whose load rises, or several runs at different loads, are cut into slices of time; slices of
similar rate are put together. Capacity is the highest rate at which the target is kept, there and
at every lower rate that was seen.
"""

from collections.abc import Sequence

from app.analysis.load_run import Part
from app.analysis.loadtest import Histogram
from app.domain.loadtest import Capacity, LoadPoint

BANDS = 12
_LEAST_SAMPLES = 30


def response_over_rate(slices: Sequence[Part]) -> tuple[LoadPoint, ...]:
    """Return what was seen at each load, lowest rate first.

    Args:
        slices: Short stretches of runs, of one label or of all.
    """
    if not slices:
        return ()
    rates = [piece.rate_per_s for piece in slices]
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


def _point(slices: list[Part]) -> LoadPoint | None:
    n = sum(piece.n for piece in slices)
    if n < _LEAST_SAMPLES:
        return None
    every = Histogram.merged([piece.every for piece in slices])
    failed = sum(piece.failed.n for piece in slices)
    seconds = sum(piece.span.seconds for piece in slices)
    return LoadPoint(n / seconds, every.percentile_ms(95.0), failed / n, n)
