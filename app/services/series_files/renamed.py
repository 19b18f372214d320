"""A series that ends where another one of the file begins: renamed with the change, perhaps."""

from collections.abc import Iterator

import numpy as np

from app.analysis.windows import Layout
from app.domain.metric import Series
from app.errors import InvalidInput
from app.services.series_files.reading import Keep, SeriesFile
from app.tasks import TaskContext

_MOST = 200
"""So many other series are looked through."""
_LEAST_MISSING = 0.5
"""Share of a window that a series lacks at its end, before others are looked for."""


def heirs(
    file: SeriesFile, name: str, own: Series, layout: Layout, context: TaskContext | None = None
) -> dict[str, Series]:
    """Return the series that go on where one ends, or end where it begins; mostly there are none.

    Args:
        file: The file, with all its names where these are to be known.
        name: The series that is judged.
        own: Its samples.
        layout: Where the windows lie. A series that is there in both has no heirs.
        context: Reports progress; a stop ends the reading.

    Raises:
        TaskCancelled: A stop was asked for.
    """
    first_s, last_s = layout.before.start_s, layout.after.end_s
    at_s = _measured(own)
    at_s = at_s[(at_s >= first_s) & (at_s < last_s)]
    missing_s = _LEAST_MISSING * layout.parameters.window_s
    if not len(at_s):
        return {}
    begins_s, ends_s = float(at_s.min()), float(at_s.max())
    goes_on = ends_s < last_s - missing_s
    came_from = begins_s > first_s + missing_s
    if goes_on == came_from:  # there in both windows, or a piece of something else
        return {}
    if file.may_hold_more:
        file = file.with_all_names(context)
    found = file.read(list(_others(file, name)), Keep(first_s, last_s), context)
    told = {other: _measured(series) for other, series in found.series.items()}
    return {
        other: found.series[other]
        for other, at in told.items()
        if len(at) and (at.min() > ends_s if goes_on else at.max() < begins_s)
    }


def _measured(series: Series) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return series.at_s[np.isfinite(series.value)]


def _others(file: SeriesFile, name: str) -> Iterator[str]:
    """Yield the series that could be the same: of a long file those of the same column."""
    columns = {column.name: column for column in file.form.columns}
    is_long = bool(file.form.words_at)
    alike = (
        other
        for other in file.names
        if other != name and (not is_long or columns[other].place == columns[name].place)
    )
    for _n, other in zip(range(_MOST), alike, strict=False):
        try:
            file.look(other)
        except InvalidInput:
            continue  # a column of words
        yield other
