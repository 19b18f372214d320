"""A repository of restic that is driven from here: where it is, and what each command came to."""

from dataclasses import dataclass

from app.domain.ids import HostId

WHOLE = 100
"""Per cent of a repository that a check reads again when nothing is left out."""
FULL_CODES = (0, 17, 1)
"""The version from which restic's exit codes tell a missing, a locked and a shut repository."""


@dataclass(frozen=True, slots=True)
class ResticRepository:
    """Where restic keeps what it took, as its host sees it; it was initialised by its owner."""

    host: HostId
    place: str

    @property
    def secret(self) -> str:
        """The name under which the keyring holds its password."""
        return f"restic/{self.host}/{self.place}"


@dataclass(frozen=True, slots=True)
class ResticSnapshot:
    """What restic says of a snapshot that it has just taken."""

    id: str
    version: tuple[int, ...]
    files: int
    size_bytes: int
    added_bytes: int


@dataclass(frozen=True, slots=True)
class ResticDrill:
    """What a restore came to: its files by how each stands to the live one of its host."""

    duration_s: float
    files: int
    size_bytes: int
    same: int
    """Equal to the live file, byte for byte."""
    newer: int
    """Different, and the live file was altered since the snapshot was taken."""
    gone: int
    """No longer on the host."""
    differ: int
    """Different without such a reason."""
    lacking: int
    """Live files as old as the snapshot that did not come back."""
    whole: bool
    """Whether the comparison got to its end."""

    @property
    def passed(self) -> bool:
        """Whether all came back that was not altered since, and something could be compared."""
        return self.whole and self.same > 0 and not (self.differ or self.lacking)
