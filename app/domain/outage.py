"""When users were without a service, or had less of it, because of a change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class OutageKind(StrEnum):
    """Whether it was agreed, and how much was missing."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"
    DEGRADATION = "degradation"

    @property
    def is_down(self) -> bool:
        """Whether the service was gone; a degraded one still works."""
        return self is not OutageKind.DEGRADATION


@dataclass(frozen=True, slots=True)
class Outage:
    """One span without, or with less of, a service; ``end`` is None while it lasts."""

    kind: OutageKind
    service: str
    begin: datetime
    end: datetime | None = None
    text: str = ""
    by: str = ""

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it lasts."""
        return None if self.end is None else self.end - self.begin


def downtime_s(outages: Iterable[Outage], kinds: Iterable[OutageKind]) -> float | None:
    """Return for how many seconds something was down; what overlaps counts once.

    None when there is no outage of these kinds, or one of them has not ended.
    """
    wanted = frozenset(kinds)
    counted = sorted((o for o in outages if o.kind in wanted), key=lambda o: o.begin)
    if not counted or any(item.end is None for item in counted):
        return None
    total, reached = 0.0, counted[0].begin
    for item in counted:
        end = item.end or item.begin
        total += max(0.0, (end - max(item.begin, reached)).total_seconds())
        reached = max(reached, end)
    return total
