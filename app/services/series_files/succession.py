"""Whether a long file holds one series after the other, of which its beginning shows only one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidInput
from app.i18n import _
from app.services.ports.series import Rows
from app.services.series_files.figures import is_figure
from app.services.series_files.labels import is_words, label_of
from app.services.series_files.table import TableForm, Timed

_MOST, _SHOWN = 10, 60


class Succession:
    """Watches the parts of a file for a cell that changes while the times begin anew.

    A word such as a host that was the same in every row, and is another one at a time that lies
    among those already read, names another series; so does a number such as that of a core, where
    rows are sorted by time. A state that changes as time goes on is none.
    """

    def __init__(self, form: TableForm) -> None:
        self._constant = form.constant
        self._first_s, self._last_s = np.inf, -np.inf

    def turns(self, timed: Timed) -> Iterator[tuple[int, str]]:
        """Yield the cells in which another series begins with a part: where, and what is there."""
        if not self._constant or not len(timed.at_s):
            return
        for place, word in self._constant:
            if any(found and found != word for found in timed.ends(place)):
                cells = np.array(timed.texts(place))
                others = (cells != word) & (cells != "")
                if self._begin_anew(timed.at_s, others):
                    yield place, str(cells[others][0])
        self._first_s = min(self._first_s, float(timed.at_s.min()))
        self._last_s = max(self._last_s, float(timed.at_s.max()))

    def _begin_anew(self, at_s: NDArray[np.float64], others: NDArray[np.bool_]) -> bool:
        """Tell whether rows lie among the times of all that stands before the first of them."""
        until = at_s[: int(np.argmax(others))]
        first_s = min(self._first_s, float(until.min(initial=np.inf)))
        last_s = max(self._last_s, float(until.max(initial=-np.inf)))
        anew = others & (at_s >= first_s) & (at_s < last_s)
        return bool(anew[[0, -1]].any() or 2 * anew.sum() > others.sum())


def as_long(form: TableForm, turned: Sequence[int], head: Rows) -> TableForm:
    """Return the form of a file in which these cells name the series of a row.

    Words that were the same at the beginning belong to the name, as in a file that is seen whole.

    Args:
        form: The form as the beginning of the file has it: of one series.
        turned: The cells that change while the times begin anew.
        head: The rows of the beginning.
    """
    told = [place for place, word in form.constant if not is_figure(word)]
    words = [place for place in turned if place in told]
    places = tuple(sorted(told if words else {*told, *turned}))
    label = label_of(head[0], places)
    values = [
        column
        for column in form.columns
        if column.place not in places and not is_words(head, column.place)
    ]
    columns = tuple(
        replace(column, name=label if len(values) == 1 else f"{label} {column.name}", label=label)
        for column in values
    )
    return replace(form, columns=columns, words_at=places, constant=())


def another(begins: str, names: Sequence[str]) -> InvalidInput:
    """Return what is said of a file that holds several series, which would be averaged into one.

    Args:
        begins: What is found where the second one begins.
        names: All of its series, as they can be asked for.
    """
    shown = [f"“{name[:_SHOWN]}”" for name in names[:_MOST]]
    more = ["…"] if len(names) > _MOST else []
    return InvalidInput(
        _("The file holds several series one after the other; “{name}” begins later.").format(
            name=begins[:_SHOWN]
        ),
        hint=_("Choose one of them as the column: {names}.").format(
            names=", ".join([*shown, *more])
        ),
    )
