"""A change handed over as one file: what is in it, and what was found wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FORMAT = "changedesk-dossier/1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside, as the manifest names it."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the dossier says of itself; ``as_of`` is the time of the last log entry in it."""

    format: str
    number: str
    title: str
    log_head: str
    as_of: datetime | None
    members: tuple[Member, ...]


class Fault(StrEnum):
    """What can be wrong with a member."""

    ALTERED = "altered"
    MISSING = "missing"
    EXTRA = "extra"
    TWICE = "twice"
    NAME = "name"
    LINK = "link"
    SEALED = "sealed"
    OVERLAP = "overlap"
    TOO_BIG = "too_big"
    UNREADABLE = "unreadable"
    LOG = "log"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: with which member, of which kind, in words."""

    member: str
    fault: Fault
    text: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who vouches for the manifest: a name as it was given, and the key as people compare it."""

    by: str
    fingerprint: str
