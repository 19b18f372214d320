"""Who takes part, and whom to reach during the work."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who must be reachable during the window."""

    name: str
    role: str = ""
    reach: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
