"""Lines of a chart: where they are broken, and thinned so that no peak is lost."""

import numpy as np
from numpy.typing import NDArray

from app.domain.metric import Series

Floats = NDArray[np.float64]


def with_gaps(series: Series) -> tuple[Floats, Floats]:
    """Return samples in order of time, with a NaN wherever 2.5 usual steps are missing."""
    order = np.argsort(series.at_s, kind="stable")
    x, y = series.at_s[order], series.value[order]
    if x.size < 3:
        return x, y
    steps = np.diff(x)
    wide = np.flatnonzero(steps > 2.5 * max(float(np.median(steps)), 1e-9))
    return np.insert(x, wide + 1, x[wide] + 1e-6), np.insert(y, wide + 1, np.nan)


def unbroken(x: Floats, y: Floats, most: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return the stretches without a gap, thinned to about ``most`` points, peaks kept."""
    x, y = thinned(x, y, most)
    broken = np.flatnonzero(np.isnan(y))
    parts = zip(np.split(x, broken), np.split(y, broken), strict=True)
    kept = (
        [p for p in zip(px.tolist(), py.tolist(), strict=True) if p[1] == p[1]] for px, py in parts
    )
    return tuple(tuple(part) for part in kept if part)


def thinned(x: Floats, y: Floats, most: int) -> tuple[Floats, Floats]:
    """Keep the lowest and the highest value of each of ``most / 2`` equal buckets, and all gaps."""
    if x.size <= most:
        return x, y
    size = int(np.ceil(x.size / (most / 2)))
    kept: list[int] = []
    for begin in range(0, x.size, size):
        part = y[begin : begin + size]
        known = np.flatnonzero(np.isfinite(part))
        marks = (
            {begin + int(known[np.argmin(part[known])]), begin + int(known[np.argmax(part[known])])}
            if known.size
            else set()
        )
        gaps = np.flatnonzero(np.isnan(part))
        kept += sorted(marks | ({begin + int(gaps[0])} if gaps.size else set()))
    return x[kept], y[kept]
