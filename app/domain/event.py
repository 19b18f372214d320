"""The change log: entries that are only ever added."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

SEAL = "record:"
"""How the name begins under which the data of an entry holds the hash of a record it wrote."""


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

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """The data that people read: all but the seals of records."""
        return tuple(pair for pair in self.data if not pair[0].startswith(SEAL))


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the whole log and of all records found.

    ``bad_seq`` is the first entry that does not fit, ``bad_record`` the first record that is not
    what the log says was last written. Records are looked at only when the log itself fits.
    """

    entries: int
    head: str
    bad_seq: int | None = None
    reason: str = ""
    records: int = 0
    """Records that are what the log says, settings included."""
    as_found: int = 0
    """Those of them that were written before hashes of records were kept, and not since: the log
    says what they were when the hashes began."""
    bad_record: str = ""

    @property
    def intact(self) -> bool:
        """Whether every entry fits, and every record is what the log says."""
        return self.bad_seq is None and not self.bad_record


HASHED = ("seq", "at", "by", "actor", "kind", "text", "change", "refs", "data", "prev_hash")
"""What the hash of an entry covers."""
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def digest(values: Mapping[str, Any]) -> str:
    """Return the hash of an entry's values: the SHA-256 of their canonical JSON."""
    import hashlib  # noqa: PLC0415 - loads slowly; a start does without

    return hashlib.sha256(canonical(values).encode()).hexdigest()


def entry_hash(event: Event) -> str:
    """Return the hash an entry must have."""
    values = {name: getattr(event, name) for name in HASHED}
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return digest(values | {"at": at, "actor": event.actor.value})
