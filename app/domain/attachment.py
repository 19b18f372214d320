"""A file that belongs to a record: its bytes lie under their hash, this says what they are."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it was when it was kept; its name is only shown, never used as a path."""

    sha256: str
    name: str
    size: int
    kept_at: datetime
    by: str = ""
    note: str = ""
