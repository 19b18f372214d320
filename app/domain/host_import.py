"""Hosts read from the settings of another program, before anybody has taken them over."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.host import Login


@dataclass(frozen=True, slots=True)
class Remark:
    """What of a line could not be taken over, and why; ``line`` counts from 1."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class FoundHost:
    """One alias, or a jump host that only others name, with what applies to it."""

    name: str
    address: str
    port: int
    user: str
    login: Login
    key_file: str
    hops: tuple[str, ...]
    """Names of found hosts, from the first on the way to the last before this one."""
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class FoundHosts:
    """Everything that was read."""

    hosts: tuple[FoundHost, ...]
    remarks: tuple[Remark, ...]


class Standing(StrEnum):
    """How a found host stands to those that are kept."""

    NEW = "new"
    KEPT = "kept"
    """It is kept already, and reached in the same way."""
    DIFFERENT = "different"
    """A host of that name is kept, but reached in another way; it stays as it is."""
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A found host, beside what would become of it."""

    found: FoundHost
    standing: Standing
    why: str = ""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do."""

    candidates: tuple[Candidate, ...]
    remarks: tuple[Remark, ...]
