"""Who takes part in the sample change, when and where.

Everything is invented and deterministic.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from app.domain.host import Host
from app.domain.ids import ChangeId, HostId
from app.domain.window import TimeRange

ZONE = "Africa/Johannesburg"
DB1, DB2, APP = (HostId(name) for name in ("h-db-01", "h-db-02", "h-app-01"))
CHANGE = ChangeId("c-142")
WINDOW_S = 3 * 3600.0
MIDNIGHT = datetime(2026, 11, 14, 22, 0, tzinfo=UTC)
"""Sunday 15 November 2026, 00:00 in Johannesburg."""
KHUMALO, MOKOENA, NDLOVU = "Lerato Khumalo", "Thabo Mokoena", "Sipho Ndlovu"
DLAMINI, VAN_WYK, PATEL = "Nomsa Dlamini", "Pieter van Wyk", "Ayesha Patel"


def night(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a local time of the night of the change."""
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


WORK = TimeRange(night(1, 4), night(3, 12))
HOSTS = tuple(
    Host(ident, name, name, zone=ZONE)
    for ident, name in ((DB1, "db-01"), (DB2, "db-02"), (APP, "app-01"))
)
