"""What was learned, and what must still be done about it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Lesson:
    """Event, cause, effect and recommendation (PRINCE2's lesson)."""

    event: str
    cause: str = ""
    effect: str = ""
    recommendation: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An action that outlives the change."""

    title: str
    owner: str = ""
    due: date | None = None
    done: bool = False
