"""Which incidents a change may have caused: those of its time that nobody has said that of."""

from datetime import timedelta

from app.domain.change import Change
from app.domain.review import Incident, Relation
from app.i18n import _
from app.wording import duration


def suspects(change: Change) -> tuple[Incident, ...]:
    """Return incidents that were detected while the work was done or watched, and merely related.

    A person decides; what falls into the time of a change is asked about, and never counted by
    itself.
    """
    return tuple(
        item
        for item in change.incidents
        if item.relation is Relation.RELATED and _is_in_its_time(item, change)
    )


def _is_in_its_time(incident: Incident, change: Change) -> bool:
    start, at = change.work_start, incident.detected_at
    if start is None or at is None or at < start:
        return False
    until = change.observed_until
    if until is None and change.work_end is not None:
        until = change.work_end + timedelta(days=change.monitor_days)
    return until is None or at <= until


def suspicion(incident: Incident, change: Change) -> str:
    """Ask about an incident: "INC-7 came 12 min after the work began. Was it caused by it?"."""
    if change.work_start is None or incident.detected_at is None:
        return ""
    after = duration((incident.detected_at - change.work_start).total_seconds())
    return _("{reference} came {time} after the work began. Was it caused by this change?").format(
        reference=incident.reference, time=after
    )
