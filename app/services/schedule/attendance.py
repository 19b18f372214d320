"""Who must be there while a change is worked on, and as what."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.change import Change
from app.domain.people import person_key
from app.domain.runbook import StepKind
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Needed:
    """Somebody who must be there: the name as it was written, and each reason in a few words."""

    name: str
    parts: tuple[str, ...]

    @property
    def words(self) -> str:
        """The first reason, and how many more there are."""
        more = len(self.parts) - 1
        return self.parts[0] + (_(" and {n} more").format(n=more) if more else "")


def needed_people(change: Change) -> dict[str, Needed]:
    """Return who must be there during the work, by the key that tells people apart.

    Implementer and coordinator, the owners of steps, who must answer a gate, and the contacts that
    are marked as present; who only has to be reachable can be so for several changes at once.
    """
    found: dict[str, Needed] = {}
    for name, part in _named(change):
        if name.strip():
            key = person_key(name)
            known = found.get(key, Needed(" ".join(name.split()), ()))
            found[key] = Needed(known.name, (*known.parts, part))
    return found


def _named(change: Change) -> Iterator[tuple[str, str]]:
    yield change.implementer, _("implements")
    yield change.coordinator, _("coordinates")
    for step in change.runbook.steps:
        yield step.owner, _("owns “{step}”").format(step=step.title)
        if step.kind is StepKind.GATE:
            yield step.approver, _("answers “{step}”").format(step=step.title)
    for contact in change.contacts:
        if contact.present:
            yield contact.name, contact.role or _("must be present")
