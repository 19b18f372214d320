"""A series of a file that goes on under another name: told, and never judged as a move."""

import numpy as np

from app.analysis.windows import Layout
from app.domain.metric import Series
from app.domain.verdict import Gate
from app.i18n import _
from app.services.metric.around import Around
from app.services.series_files.reading import SeriesFile
from app.services.series_files.renamed import heirs

_MOST = 3


def with_heir(file: SeriesFile, name: str, own: Series, layout: Layout) -> tuple[Series, Around]:
    """Return a series with the one that it became or came from, and what is to be said of both.

    As with two files that name their series otherwise, both levels are shown and no move is told.
    Where several series could be the one, they are named and nothing is put together.
    """
    found = heirs(file, name, own, layout)
    if not found:
        return own, Around()
    note = heir_words(name, tuple(found))
    if len(found) > 1:
        return own, Around((note,))
    (other,) = found.values()
    both = Series(np.concatenate((own.at_s, other.at_s)), np.concatenate((own.value, other.value)))
    return both, Around((note,), gates=(Gate.OTHER_SERIES,))


def heir_words(name: str, others: tuple[str, ...]) -> str:
    """Say which series could be the same one under another name."""
    names = [f"“{other}”" for other in others[:_MOST]]
    more = ["…"] if len(others) > _MOST else []
    return _(
        "“{name}” is there on one side of the change only, and on the other side only {others}: "
        "one series that was renamed, perhaps."
    ).format(name=name, others=", ".join([*names, *more]))
