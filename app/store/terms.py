"""Which words of the text index begin with one that is typed.

The index keeps lists of hits for beginnings of up to five letters. For a longer one it first joins
the lists of all words that begin so, which takes as long as they are, even if a page of hits is all
that is wanted. Mostly these are one word or two; named in full, their hits are read as they come.
"""

import re
from collections.abc import Callable, Sequence
from string import punctuation
from typing import Any

TABLE = "change_text_term"
"""The words of the index, made for it by SQLite."""
_SERVED = 5
"""Beginnings of this many letters have lists of their own, see the steps of `migrations`."""
_MOST = 8
"""With more words, joining their lists is as quick as asking for each."""
_PLAIN = re.compile(r"[a-z0-9]+", re.ASCII)

Asking = Callable[[str, Sequence[Any]], Sequence[tuple[Any, ...]]]
"""Asks the database for the rows of a statement."""

# Each row looks up the next word behind the last: all rows of the table were all places of each.
_TERMS = f"""
WITH RECURSIVE held(term) AS (
  SELECT (SELECT term FROM {TABLE} WHERE term >= ?1 AND term <= ?1 || char(1114111) LIMIT 1)
  UNION ALL
  SELECT (
    SELECT term FROM {TABLE}
    WHERE term >= held.term || char(1) AND term <= ?1 || char(1114111) LIMIT 1
  ) FROM held WHERE held.term IS NOT NULL LIMIT {_MOST + 2}
) SELECT term FROM held WHERE term IS NOT NULL
"""  # noqa: S608 - a name of ours


def phrase(piece: str, ask: Asking | None) -> str:
    """Return what to look for in FTS5's language for a piece that was typed.

    Its last word is found by its beginning; without ``ask``, the index alone sees to that.
    """
    begun = f'"{piece}"*'
    word = piece.lower().strip(punctuation)
    if ask is None or len(word) <= _SERVED or not _PLAIN.fullmatch(word):
        return begun
    found = [term for (term,) in ask(_TERMS, (word,))]
    if not 0 < len(found) <= _MOST:
        return begun
    whole = " OR ".join(f'"{term}"' for term in found)
    return f"({whole})"
