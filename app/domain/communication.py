"""Who is told what, and when: messages drafted from a change, and the proof that they went out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Whom a message is written for."""

    USERS = "users"
    SERVICE_DESK = "service_desk"
    IT_TEAM = "it_team"
    MANAGEMENT = "management"
    PARTNERS = "partners"


class Moment(StrEnum):
    """When a message is sent, seen from the work."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    CALLED_OFF = "called_off"
    """Instead of the work: what was announced does not take place."""


@dataclass(frozen=True, slots=True)
class Sent:
    """That a message went out; ``sha256`` names the mail as it was, among the evidence."""

    at: datetime
    by: str
    to: str
    subject: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one audience at one moment.

    ``basis`` fingerprints the facts it was drafted from, by their names, so that it can be said
    when they are others now.
    """

    audience: Audience
    moment: Moment
    to: str = ""
    subject: str = ""
    text: str = ""
    basis: tuple[tuple[str, str], ...] = ()
    sent: tuple[Sent, ...] = ()

    @property
    def id(self) -> str:
        """What it is called within its change; there is one for each audience and moment."""
        return f"{self.audience.value}/{self.moment.value}"
