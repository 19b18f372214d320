"""Who makes a move: whoever the change names for it, or who is listed with that role.

A role is held to once somebody is listed with it; before that, everybody does everything. The
program believes the name a person acts under, as the change log does: it has no passwords of its
own. What it can hold people to is that each move is made under a name that may make it.
"""

from collections.abc import Iterator

from app.domain.change import Change
from app.domain.people import Role, same_person
from app.i18n import _, later
from app.services.guards.base import hard
from app.services.people_words import role_word
from app.services.transitions import Check, Facts, Guard


def made_by(role: Role) -> Guard:
    """Return the guard that lets nobody but those with a role make a move."""
    return hard("who", later("Made by the right person"), _may(role))


def _may(role: Role) -> Check:
    def check(change: Change, facts: Facts) -> str:
        names = list(dict.fromkeys(_allowed(role, change, facts)))
        if not names or any(same_person(name, facts.actor) for name in names):
            return ""
        return _("{names} may do this ({role}), and you act as {actor}").format(
            names=_(" or ").join(names), role=role_word(role), actor=facts.actor or "–"
        )

    return check


def _allowed(role: Role, change: Change, facts: Facts) -> Iterator[str]:
    """Yield who may: nobody at all means that everybody may."""
    listed = [person.name for person in facts.people if not person.retired and role in person.roles]
    if not listed:
        return
    named = {
        Role.COORDINATOR: (change.coordinator,),
        Role.IMPLEMENTER: (change.implementer,),
        Role.REVIEWER: (change.reviewer, change.reviewed_by),
    }
    yield from (name for name in named.get(role, ()) if name.strip())
    yield from listed


COORDINATED = (made_by(Role.COORDINATOR),)
IMPLEMENTED = (made_by(Role.IMPLEMENTER),)
REVIEWED = (made_by(Role.REVIEWER),)
