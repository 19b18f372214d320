"""What the list of people reads and writes, each as one call on a worker."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.people import Person
from app.errors import SecretUnavailable
from app.services import people
from app.signing import fingerprint, from_base64
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person, and the fingerprint of the confirmed key."""

    person: Person
    fingerprint: str

    @property
    def id(self) -> str:
        """The id of the person."""
        return self.person.id


def load_people(services: "AppServices") -> tuple[ListedPerson, ...]:
    """Return everybody who is listed, by name; those who left come last."""
    listed = people.list_people(desk=services.desk)
    rows = (
        ListedPerson(one, fingerprint(from_base64(one.key)) if one.key else "") for one in listed
    )
    return tuple(sorted(rows, key=lambda row: row.person.retired))


def load_own_key(services: "AppServices") -> str:
    """Return the fingerprint of the acting person's key, made on first use.

    "" where there is no keyring.
    """
    try:
        return people.own_fingerprint(services.actor, services.secrets)
    except SecretUnavailable:
        return ""


def save(context: "UiContext", person: Person) -> Task:
    """Keep a person."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: people.save_person(person, desk=desk), lane=WRITES)


def forget_key(context: "UiContext", person_id: str, reason: str) -> Task:
    """Forget a confirmed key, with a reason."""
    desk = context.services.desk
    return context.tasks.start(
        lambda _ctx: people.forget_key(person_id, reason, desk=desk), lane=WRITES
    )
