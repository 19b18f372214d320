"""The next edition of a template: what a change does differently from the one in use."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.change import Change
from app.domain.template import TEMPLATE_FIELDS, Template, compared, pattern_of
from app.services.change.changes import Desk
from app.services.change.plan_changes import PlanDifference, differences

_COMPARED = tuple(name for name in TEMPLATE_FIELDS if name != "hosts")
"""Hosts and the values of steps differ from change to change, so they tell nothing."""


@dataclass(frozen=True, slots=True)
class NextEdition:
    """A template in use, and what a change would alter in it."""

    template: Template
    altered: tuple[PlanDifference, ...]
    is_origin: bool
    """Whether the change was opened from this template."""


def next_editions(change_id: str, *, desk: Desk) -> tuple[NextEdition, ...]:
    """Return what a change could be the next edition of, its own template first."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        templates = uow.templates.list()
    families: dict[str, list[Template]] = {}
    for item in templates:
        families.setdefault(item.family, []).append(item)
    found = []
    for editions in families.values():
        newest = in_order(editions)[0]
        if not newest.retired_by:
            own = change.template in {item.id for item in editions}
            altered = altered_between(newest.pattern, pattern_of(change))
            found.append(NextEdition(newest, altered, own))
    return tuple(sorted(found, key=lambda one: (not one.is_origin, one.template.name.casefold())))


def in_order(editions: Sequence[Template]) -> tuple[Template, ...]:
    """Return the editions of a template, the newest first."""
    return tuple(sorted(editions, key=lambda item: -item.edition))


def altered_between(before: Change, after: Change) -> tuple[PlanDifference, ...]:
    """Compare two patterns, part by part; hosts and values of steps are left out."""
    return differences(_text(before), _text(after))


def _text(pattern: Change) -> str:
    """Return a pattern to compare; figures are told even where they stand at their default."""
    told = json.loads(compared(pattern).text_of(_COMPARED))
    figures = {name: getattr(pattern, name) for name in _COMPARED}
    plain = {name: value for name, value in figures.items() if isinstance(value, (int, float))}
    return json.dumps(plain | told)
