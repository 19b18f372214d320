"""Response over rate: how fast answers come at each load, and the highest load that still will do.

A run whose load rises, or several runs at different loads, are cut into slices of time; slices of
similar rate are put together. Capacity is the highest rate at which the target is kept, there and
at every lower rate that was seen.
"""

from collections.abc import Iterator, Sequence

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
    points = (_point(band) for band in _bands([piece for piece in slices if piece.rate_per_s > 0]))
    return tuple(point for point in points if point is not None)


def _bands(slices: Sequence[Part]) -> Iterator[list[Part]]:
    """Put slices of similar rate together, each band from its slowest slice on.

    Bands at fixed places would cut a load that is held for a while in two.
    """
    in_order = sorted(slices, key=lambda piece: piece.rate_per_s)
    width = in_order[-1].rate_per_s / BANDS if in_order else 0.0
    band: list[Part] = []
    for piece in in_order:
        if band and piece.rate_per_s > band[0].rate_per_s + width:
            yield band
            band = []
        band.append(piece)
    if band:
        yield band


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
