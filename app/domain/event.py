"""The change log: entries that are only ever added."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Actor(StrEnum):
    """Whether a person or the program wrote an entry."""

    HUMAN = "human"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An entry about to be written; ``kind`` is a past-tense word such as ``change.opened``."""

    kind: str
    text: str
    change: str = ""
    refs: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    actor: Actor = Actor.HUMAN


@dataclass(frozen=True, slots=True)
class Event:
    """An entry as it stands in the chain."""

    seq: int
    at: datetime
    by: str
    actor: Actor
    kind: str
    text: str
    change: str
    refs: tuple[str, ...]
    data: tuple[tuple[str, str], ...]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the whole log found; ``bad_seq`` is the first entry that does not fit."""

    entries: int
    head: str
    bad_seq: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        """Whether every entry fits."""
        return self.bad_seq is None
