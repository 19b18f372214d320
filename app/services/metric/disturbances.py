"""What else happened to the hosts of a change: hours that must not serve as a comparison.

A reference day on which another change was worked on, or the service was down, is no ordinary day.
In the windows of the change themselves such hours cannot be left out, so they are named.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from app.analysis.windows import WEEKLY_BACK, Blocked, Layout
from app.domain.change import Change
from app.domain.vocabulary import ChangeState
from app.domain.window import TimeRange
from app.i18n import _
from app.services.ports.store import UnitOfWork

_WORKED_ON = (
    ChangeState.IMPLEMENT, ChangeState.TEST, ChangeState.MONITOR, ChangeState.REVIEW,
    ChangeState.CLOSED, ChangeState.BACKOUT,
)  # fmt: skip
"""States of changes that have touched their hosts."""


def disturbances(change: Change, *, now: datetime, uow: UnitOfWork) -> tuple[Blocked, ...]:
    """Return the hours in which something else happened to the hosts of a change.

    Counted are the work of other changes on the same hosts, outages and incidents they brought,
    incidents linked to this change that it did not cause, and the outages named as its reason.

    Args:
        change: The change that is judged.
        now: What lasts is counted up to here.
        uow: Where other changes are read.
    """
    if change.window is None:
        return ()
    begin = change.window.span.start - timedelta(days=WEEKLY_BACK + 1)
    others = uow.changes.overlapping(TimeRange(begin, now), _WORKED_ON) if begin < now else ()
    found = [*_own(change, now)]
    for other in others:
        if other.id != change.id and set(other.hosts) & set(change.hosts):
            found += _of_other(other, now)
    return tuple(sorted(found, key=lambda block: (block.start_s, block.end_s)))


def in_windows(layout: Layout, blocked: Iterable[Blocked]) -> tuple[str, ...]:
    """Return a sentence for each disturbance that lies in one of the two windows."""
    told = []
    for slot, when in ((layout.before, _("before")), (layout.after, _("after"))):
        for block in blocked:
            if block.start_s < slot.end_s and slot.start_s < block.end_s:
                text = _("In the window {when} the change, {why} took place.")
                told.append(text.format(when=when, why=block.why))
    return tuple(dict.fromkeys(told))


def _own(change: Change, now: datetime) -> Iterator[Blocked]:
    for item in change.need.evidence:
        if item.outage is not None:
            yield _block(item.outage.began, item.outage.ended or now, _("an outage"))
    for incident in change.incidents:
        if incident.detected_at is not None and not incident.caused:
            why = _("incident {number}").format(number=incident.reference)
            yield _block(incident.detected_at, incident.restored_at or now, why)


def _of_other(other: Change, now: datetime) -> Iterator[Blocked]:
    planned = other.window.span if other.window else None
    start = other.work_start or (planned.start if planned else None)
    end = other.work_end or (planned.end if planned else None)
    if start is not None and end is not None:
        yield _block(start, end, _("work on {number}").format(number=other.number))
    for outage in other.outages:
        why = _("an outage by {number}").format(number=other.number)
        yield _block(outage.begin, outage.end or now, why)


def _block(start: datetime, end: datetime, why: str) -> Blocked:
    return Blocked(start.timestamp(), max(start, end).timestamp(), why)
