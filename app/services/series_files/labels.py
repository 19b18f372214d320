"""Which cells name the series of a row, where a file has a row for each time and series."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.services.ports.series import Rows
from app.services.series_files.figures import NOTHING, is_figure

_SNIFFED_LINES = 50
_MOST_ONCE = 0.7
"""Share of rows with a time of their own, above which a file is wide."""
_LONGEST_NUMBER = 6
_MOST_GAPS = 0.1
"""Share of rows that numbered series may lack, such as cores of which not all were measured."""


def words_at_of(rows: Rows, at_s: NDArray[np.float64], places: Sequence[int]) -> tuple[int, ...]:
    """Return the cells that name the series of a row; none when every row is of all series.

    A file is long when times repeat, and words in the rows tell the repeated ones apart, or numbers
    that count something, such as cores.
    """
    words = tuple(place for place in places if is_words(rows, place))
    once = len(np.unique(at_s))
    if len(words) == len(places) or once > _MOST_ONCE * len(rows):
        return ()
    at = at_s.tolist()
    if words:
        told_apart = len({(t, label_of(row, words)) for t, row in zip(at, rows, strict=True)})
        if told_apart > max(once, _MOST_ONCE * len(rows)):
            return words
    for place in places:
        both = (*words, place)
        if len(both) == len(places) or place in words or not _are_numbers(rows, place):
            continue
        labels = [label_of(row, both) for row in rows]
        is_apart = len(set(zip(at, labels, strict=True))) == len(rows)
        if is_apart and len(set(labels)) * once <= len(rows) * (1 + _MOST_GAPS):
            return both
    return ()


def label_of(row: Sequence[str], words_at: Sequence[int]) -> str:
    """Return what names the series of a row."""
    return " ".join(filter(None, (cell_at(row, at) for at in words_at)))


def is_words(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Tell whether a column holds words and no figures."""
    cells = [cell for row in rows[:_SNIFFED_LINES] if (cell := cell_at(row, place))]
    cells = [cell for cell in cells if cell.lower() not in NOTHING]
    return bool(cells) and not any(is_figure(cell) for cell in cells)


def constant_cells(
    rows: Rows, at_s: NDArray[np.float64], places: Sequence[int]
) -> tuple[tuple[int, str], ...]:
    """Return the cells that hold one word in every row, such as a host, with that word.

    Where rows are sorted by time, so that it can be seen when times begin anew, numbers that count
    something are such words too.
    """
    is_sorted = bool((np.diff(at_s) > 0).all())
    words = (
        (place, cell_at(rows[0], place))
        for place in places
        if is_words(rows, place) or (is_sorted and _are_numbers(rows[:_SNIFFED_LINES], place))
    )
    return tuple(
        (place, word)
        for place, word in words
        if word and all(cell_at(row, place) == word for row in rows)
    )


def cell_at(row: Sequence[str], place: int) -> str:
    """Return a cell, nothing where the row has none."""
    return row[place] if place < len(row) else ""


def _are_numbers(rows: Rows, place: int) -> bool:
    cells = (cell_at(row, place) for row in rows)
    return all(cell.isascii() and cell.isdigit() and len(cell) <= _LONGEST_NUMBER for cell in cells)
