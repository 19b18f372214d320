"""Work that may have altered the data of a host, as it was recorded."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import ChangeId, HostId


@dataclass(frozen=True, slots=True)
class Work:
    """One step that touched a host, or work recorded afterwards.

    ``at`` is when it ended, or when it began as long as nobody knows that it has ended.
    """

    host: HostId
    change: ChangeId
    number: str
    step: str
    at: datetime
    ended: bool = True
    run: str = ""

    def overtakes(self, began: datetime) -> bool:
        """Whether a backup that began then may lack what this work did."""
        return not self.ended or self.at > began


def last_of(works: tuple[Work, ...], host: HostId) -> Work | None:
    """Return the last work on a host; one that has not ended comes last of all."""
    found = (item for item in works if item.host == host)
    return max(found, key=lambda item: (not item.ended, item.at), default=None)
