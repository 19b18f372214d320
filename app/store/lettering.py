"""Texts of the index as they are kept: in plain letters that remember what they were.

The index takes accents off by itself, but ``ß`` or ``æ`` it knows only as such. Kept is therefore
``ss`` with two accents behind it, which the index passes over: the word is found as ``strasse``,
by its beginning and within a phrase, and can still be shown as it was written. Each letter has a
pair of its own, in an order that composed text never has: an accent below stands first there.
Greek and Cyrillic letters, which the index knows with their accents only, are kept the same way:
there each bare letter has its own row of pairs.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from app.services.search.spelling import BARE, PLAIN, composed

_ABOVE, _BELOW = (
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307",
    "\u0323\u0324\u0325\u032d\u0330\u0331",
)
_PAIRS = tuple(above + below for above, below in product(_ABOVE, _BELOW))


def _paired() -> Iterator[tuple[str, str]]:
    """Yield letters and how they are kept; there are fewer letters of each sort than pairs."""
    for at, (letter, plain) in enumerate(PLAIN.items()):
        yield letter, plain + _PAIRS[at]
    seen: dict[str, int] = defaultdict(int)
    for letter, bare in BARE.items():
        yield letter, bare + _PAIRS[seen[bare]]
        seen[bare] += 1


_KEPT = dict(_paired())
_WRITTEN = {kept: letter for letter, kept in _KEPT.items()}
_TO_KEEP = str.maketrans(_KEPT)
_LATIN = "|".join(_KEPT[letter] for letter in PLAIN)
_OTHERS = f"[{''.join(sorted(set(BARE.values())))}][{_ABOVE}][{_BELOW}]"
_TO_SHOW = re.compile(f"{_LATIN}|{_OTHERS}")
_MARK = re.compile(f"[{_BELOW}]")
"""In all that is kept otherwise than it was written, and quickly looked for."""


def as_kept(text: str) -> str:
    """Return text as the index keeps it; what is no text in UTF-8 is replaced."""
    text = composed(text.encode("utf-8", "replace").decode())
    return text if text.isascii() else text.translate(_TO_KEEP)


def as_written(kept: str) -> str:
    """Return kept text as it was written, or a part of it that does not begin within a letter."""
    if kept.isascii() or not _MARK.search(kept):
        return kept
    return _TO_SHOW.sub(lambda found: _WRITTEN.get(found[0], found[0]), kept)
