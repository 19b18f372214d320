"""What a change is found by: its words, by where they stand, and its facets.

A facet is one token for one property, such as "state is draft" or "db-01 is a host of it". Facets
lie in the same full-text index as the words, so that a search within a filter is one walk through
it, however many changes there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s

from app.domain.change import Change


class Facet(StrEnum):
    """Kinds of properties; the value is the first letter of the token."""

    STATE = "s"
    TYPE = "t"
    RISK = "r"
    CATEGORY = "c"
    COORDINATOR = "k"
    PERSON = "p"
    HOST = "h"
    SERVICE = "v"
    TAG = "g"
    FLAG = "f"


HELD, UNASSIGNED = "held", "unassigned"


@dataclass(frozen=True, slots=True)
class Texts:
    """The columns of the full-text index, in its order."""

    title: str
    description: str
    plan: str
    lessons: str
    facets: str


def token(facet: Facet, value: object) -> str:
    """Return the token of a property; upper and lower case are the same.

    Values are hashed, because they may hold anything and the index knows only words.
    """
    text = str(value).strip().casefold().encode("utf-8", "replace")
    return facet.value + blake2s(text, digest_size=7).hexdigest()


def texts_of(change: Change, number: int) -> Texts:
    """Return everything a change is found by; ``number`` is the number inside its number."""
    return Texts(
        title=_joined((change.number, str(number), change.title, *change.tags)),
        description=_joined(_described(change)),
        plan=_joined(_planned(change)),
        lessons=_joined(_learned(change)),
        facets=" ".join(sorted(set(_facets(change)))),
    )


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _described(change: Change) -> Iterator[str]:
    yield change.description
    yield change.business_service
    yield change.justification
    yield change.impact.text
    for item in change.need.evidence:
        yield from (item.title, item.reference)
    for incident in change.incidents:
        yield from (incident.reference, incident.title)


def _planned(change: Change) -> Iterator[str]:
    yield from (change.scope.included, change.implementation_plan, change.backout_plan)
    yield from (change.test_plan, change.communication_plan)
    for option in change.options:
        yield option.title
    for step in change.runbook.steps:
        yield step.title


def _learned(change: Change) -> Iterator[str]:
    for lesson in change.lessons:
        yield from (lesson.event, lesson.cause, lesson.effect, lesson.recommendation)
        yield from lesson.tags
    for action in change.actions:
        yield action.title
    yield change.close_notes


def _facets(change: Change) -> Iterator[str]:
    yield token(Facet.STATE, change.state.value)
    yield token(Facet.TYPE, change.type.value)
    if change.risk:
        yield token(Facet.RISK, int(change.risk.level))
    if change.need.category:
        yield token(Facet.CATEGORY, change.need.category.value)
    yield token(Facet.COORDINATOR, change.coordinator)
    for person in people_of(change):
        yield token(Facet.PERSON, person)
    for host in change.hosts:
        yield token(Facet.HOST, host)
    for service in filter(None, (change.business_service, *change.impact.services)):
        yield token(Facet.SERVICE, service)
    for tag in change.tags:
        yield token(Facet.TAG, tag)
    if change.on_hold:
        yield token(Facet.FLAG, HELD)
    if not change.implementer.strip():
        yield token(Facet.FLAG, UNASSIGNED)


def people_of(change: Change) -> tuple[str, ...]:
    """Return everybody who has a role in a change."""
    roles = (change.coordinator, change.implementer, change.reviewer, change.requested_by)
    return tuple(name for name in roles if name.strip())
