"""What two changes have in common."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select

from app.domain.change import Change
from app.services.search.precedents import Likeness, Shared, telling_words
from app.store.tables import TABLES

_SIMILAR = 0.3
"""Titles that share less of their words are not called similar."""
_CHANGES, _TEMPLATES = TABLES["change"].c, TABLES["template"].c


def shares(change: Change, like: Likeness) -> Iterator[Shared]:
    """Yield what a change shares, as far as the change itself says."""
    theirs = {name.casefold() for name in (change.business_service, *change.impact.services)}
    if set(change.hosts) & set(like.hosts):
        yield Shared.HOST
    if theirs & {name.casefold() for name in like.services}:
        yield Shared.SERVICE
    if like.category and change.need.category is like.category:
        yield Shared.CATEGORY
    if alike(change.title, like.words) >= _SIMILAR:
        yield Shared.TITLE


def alike(title: str, words: Sequence[str]) -> float:
    """Return the share of words that a title has in common with others, 0 to 1.

    A word that is still being typed counts when a word of the title begins with it.
    """
    theirs = telling_words(title)
    common = sum(any(word.startswith(mine) for word in theirs) for mine in words)
    return common / max(len(words) + len(theirs) - common, common) if common else 0.0


def of_family(template: str) -> ColumnElement[bool]:
    """Return the condition that a change was opened from any edition of a template."""
    family = select(_TEMPLATES.family).where(_TEMPLATES.id == template).scalar_subquery()
    return _CHANGES.template.in_(select(_TEMPLATES.id).where(_TEMPLATES.family == family))
