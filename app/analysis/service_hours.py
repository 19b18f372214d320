"""Agreed hours of services in a period, and how much of them changes took from users."""

from collections.abc import Iterable
from datetime import timedelta

from app.domain.kpi import WEEK_H, Down, Part, Sample
from app.domain.outage import OutageKind


def agreed_s(sample: Sample) -> float:
    """Return the agreed seconds of all services named, from the start of the period to its end.

    A period that has not ended reaches to now.
    """
    reached = (sample.reached - sample.start) / timedelta(seconds=1)
    return len(sample.services) * reached * sample.service_hours / WEEK_H


def down_s(sample: Sample, kind: OutageKind, *, but: OutageKind | None = None) -> float:
    """Return the seconds that services were down in the period; what overlaps counts once.

    Where an outage of the kind ``but`` lies over it, that time is left out.
    """
    total = _union_s(sample, [item for item in sample.downs if item.kind is kind])
    if but is None:
        return total
    both = [item for item in sample.downs if item.kind in (kind, but)]
    return _union_s(sample, both) - down_s(sample, but)


def downtime(sample: Sample, kind: OutageKind) -> Part:
    """Return the downtime of a kind, of the agreed time."""
    numbers = tuple(dict.fromkeys(item.number for item in sample.downs if item.kind is kind))
    return Part(down_s(sample, kind), agreed_s(sample), numbers, by_amount=True)


def availability(sample: Sample) -> Part:
    """Return the time that services were there, of the agreed time without planned outages."""
    planned = down_s(sample, OutageKind.PLANNED)
    agreed = max(0.0, agreed_s(sample) - planned)
    lost = down_s(sample, OutageKind.UNPLANNED, but=OutageKind.PLANNED)
    numbers = tuple(dict.fromkeys(d.number for d in sample.downs if d.kind is OutageKind.UNPLANNED))
    return Part(max(0.0, agreed - lost), agreed, numbers)


def _union_s(sample: Sample, downs: Iterable[Down]) -> float:
    """Return the seconds that are in at least one span, each service for itself."""
    by_service: dict[str, list[Down]] = {}
    for item in downs:
        by_service.setdefault(item.service.strip().casefold(), []).append(item)
    total = 0.0
    for items in by_service.values():
        reached = sample.start
        for item in sorted(items, key=lambda each: each.begin):
            end = min(item.end, sample.reached)
            total += max(0.0, (end - max(item.begin, reached)).total_seconds())
            reached = max(reached, end)
    return total
