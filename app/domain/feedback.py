"""What users say about a change, and how many were asked."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.ids import ChangeId


class Channel(StrEnum):
    """How users were asked."""

    FORM = "form"
    MAIL = "mail"
    INTERVIEW = "interview"
    SERVICE_DESK = "service_desk"
    OTHER = "other"


LEAST, MOST = 1, 5
"""Ratings go from 1 (much worse) to 5 (much better)."""
SATISFIED = 4
"""From this rating on somebody is counted as satisfied."""


@dataclass(frozen=True, slots=True)
class Response:
    """What one person said; a rating or a text, mostly both. No name is kept, only a role."""

    rating: int | None = None
    text: str = ""
    role: str = ""
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """One round of asking; ``invited`` is None where nobody counted."""

    id: str
    change: ChangeId
    channel: Channel
    invited: int | None = None
    responses: tuple[Response, ...] = ()
    source: str = ""
    """The file or the place they came from."""
    sha256: str = ""
    """The file as it was imported."""
    taken_at: datetime | None = None
    by: str = ""

    @property
    def ratings(self) -> tuple[int, ...]:
        """Every rating that was given."""
        return tuple(item.rating for item in self.responses if item.rating is not None)
