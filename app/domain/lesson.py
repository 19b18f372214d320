"""What was learned, and what must still be done about it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Lesson:
    """Event, cause, effect and recommendation (PRINCE2's lesson)."""

    event: str
    cause: str = ""
    effect: str = ""
    recommendation: str = ""
    tags: tuple[str, ...] = ()
    by: str = ""
    at: datetime | None = None


class ActionState(StrEnum):
    """How an action stands on a day; *overdue* is open and late."""

    OVERDUE = "overdue"
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An action that outlives the change.

    ``dropped`` says why it will not be done; ``child`` is the number of the change that does it.
    """

    title: str
    owner: str = ""
    due: date | None = None
    done: bool = False
    done_on: date | None = None
    dropped: str = ""
    child: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return not self.done and not self.dropped

    def state(self, today: date) -> ActionState:
        """Return how it stands; it is late from the day after it was due."""
        if self.done:
            return ActionState.DONE
        if self.dropped:
            return ActionState.DROPPED
        late = self.due is not None and self.due < today
        return ActionState.OVERDUE if late else ActionState.OPEN


def tags_of(text: str) -> tuple[str, ...]:
    """Read tags as typed, with commas or spaces between them; each once, in lower case."""
    words = text.replace(",", " ").replace("#", " ").split()
    return tuple(dict.fromkeys(word.casefold()[:40] for word in words))
