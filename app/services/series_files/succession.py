"""Whether a long file holds one series after the other, of which its beginning shows only one."""

import numpy as np

from app.errors import InvalidInput
from app.i18n import _
from app.services.series_files.table import TableForm, Timed


class Succession:
    """Watches the parts of a file for a word that changes while the times begin anew."""

    def __init__(self, form: TableForm) -> None:
        self._constant = form.constant
        self._first_s, self._last_s = np.inf, -np.inf

    def watch(self, timed: Timed) -> None:
        """Look at both ends of a part.

        A word such as a host that was the same in every row, and is another one at a time that lies
        among those already read, names another series; both would be averaged into one. A state
        that changes as time goes on is none.

        Raises:
            InvalidInput: Another series begins.
        """
        if not self._constant or not len(timed.at_s):
            return
        for place, word in self._constant:
            ends = zip(timed.ends(place), timed.at_s[[0, -1]].tolist(), strict=False)
            for found, at_s in ends:
                if found and found != word and self._first_s <= at_s < self._last_s:
                    raise _another(found)
        self._first_s = min(self._first_s, float(timed.at_s.min()))
        self._last_s = max(self._last_s, float(timed.at_s.max()))


def _another(word: str) -> InvalidInput:
    return InvalidInput(
        _("The file holds several series one after the other; “{name}” begins later.").format(
            name=word
        ),
        hint=_("Sort its rows by time, or give each series in a file of its own."),
    )
