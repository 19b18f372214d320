"""Who makes a move: whoever the change names for it, or who is listed with that role.

A role is held to once somebody is listed with it; before that, everybody does everything. The
program believes the name a person acts under, as the change log does: it has no passwords of its
own. What it can hold people to is that each move is made under a name that may make it.
"""

from collections.abc import Iterable, Sequence

from app.domain.change import Change
from app.domain.people import Person, Role, same_person
from app.errors import IllegalMove
from app.i18n import _, later
from app.services.change.transitions import Check, Facts, Guard
from app.services.guards.base import hard
from app.services.people_words import role_word
from app.services.ports.store import UnitOfWork


def made_by(*roles: Role) -> Guard:
    """Return the guard that lets nobody but those with one of these roles make a move."""
    return hard("who", later("Made by the right person"), _may(roles))


def _may(roles: Sequence[Role]) -> Check:
    def check(change: Change, facts: Facts) -> str:
        return lacks_role(roles, change, facts.people, facts.actor)

    return check


def lacks_role(
    roles: Sequence[Role],
    change: Change,
    people: Iterable[Person],
    actor: str,
    also: Iterable[str] = (),
) -> str:
    """Say who may do something when the acting person may not; "" when they may.

    Args:
        roles: Whoever has one of them may; nobody is held to it before somebody is listed with one.
        change: Whoever it names for one of the roles may too.
        people: Everybody who is listed.
        actor: Who acts.
        also: Further names, such as the owner of a step.
    """
    here = [person for person in people if not person.retired]
    listed = [person.name for person in here if any(role in person.roles for role in roles)]
    if not listed:
        return ""
    named = (name for role in roles for name in _named(role, change) if name.strip())
    names = list(dict.fromkeys((*named, *filter(None, also), *listed)))
    if any(same_person(name, actor) for name in names):
        return ""
    return _("{names} may do this ({role}), and you act as {actor}").format(
        names=_(" or ").join(names),
        role=_(" or ").join(role_word(role) for role in roles),
        actor=actor or "–",
    )


def require_role(
    roles: Sequence[Role],
    change: Change,
    uow: UnitOfWork,
    actor: str,
    also: Iterable[str] = (),
) -> None:
    """Raise IllegalMove, with the names of those who may, unless the acting person may."""
    if lacks := lacks_role(roles, change, uow.people.list(), actor, also):
        raise IllegalMove(
            f"{lacks}.", hint=_("One of them does it, or is given the role in Settings, People.")
        )


def _named(role: Role, change: Change) -> tuple[str, ...]:
    """Return whom a change names for a role; whoever implements it may run its steps."""
    return {
        Role.COORDINATOR: (change.coordinator,),
        Role.IMPLEMENTER: (change.implementer,),
        Role.RUNNER: (change.implementer,),
        Role.REVIEWER: (change.reviewer, change.reviewed_by),
    }.get(role, ())


COORDINATED = (made_by(Role.COORDINATOR),)
IMPLEMENTED = (made_by(Role.IMPLEMENTER),)
RUN = (made_by(Role.RUNNER),)
TRIED = (made_by(Role.TESTER),)
TRIED_OR_IMPLEMENTED = (made_by(Role.TESTER, Role.IMPLEMENTER),)
REVIEWED = (made_by(Role.REVIEWER),)
