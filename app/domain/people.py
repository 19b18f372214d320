"""Who takes part, what each may decide, and whom to reach during the work."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person does in the process; one person may have several roles."""

    COORDINATOR = "coordinator"
    IMPLEMENTER = "implementer"
    APPROVER = "approver"
    SERVICE_OWNER = "service_owner"
    REVIEWER = "reviewer"
    TESTER = "tester"
    RUNNER = "runner"

    @property
    def decides(self) -> bool:
        """Whether the role may decide about a plan."""
        return self in (Role.APPROVER, Role.SERVICE_OWNER)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the organisation has given roles.

    ``key`` is the public Ed25519 key (base64 of 32 bytes) that signs this person's decisions; it is
    *pinned*: confirmed by fingerprint once, and another one is refused from then on.
    """

    id: str
    name: str
    roles: tuple[Role, ...] = ()
    title: str = ""
    """The post, as printed beside a decision: "Head of operations"."""
    services: tuple[str, ...] = ()
    """Business services this person owns; nothing means all of them."""
    mail: str = ""
    key: str = ""
    key_confirmed_by: str = ""
    key_confirmed_at: datetime | None = None
    retired: bool = False
    version: int = 0

    @property
    def may_decide(self) -> bool:
        """Whether this person may decide about plans."""
        return not self.retired and any(role.decides for role in self.roles)

    def owns(self, service: str) -> bool:
        """Whether this person answers for a business service."""
        if self.retired or Role.SERVICE_OWNER not in self.roles:
            return False
        return not self.services or person_key(service) in map(person_key, self.services)


def same_person(one: str, other: str) -> bool:
    """Whether two names mean the same person, however they were typed; nobody is nobody."""
    return person_key(one) == person_key(other) != ""


def person_key(name: str) -> str:
    """Return a name in the form in which names are compared."""
    return " ".join(name.split()).casefold()


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who must be reachable during the window; ``present`` asks for being there."""

    name: str
    role: str = ""
    reach: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    present: bool = False
