"""Where a change comes from: its template, and how the changes of that template ended."""

from app.domain.change import Change, ChangeState
from app.domain.template import Template
from app.services.ports.store import UnitOfWork
from app.services.template.standing import Origin, TrackRecord, track_record


def record_of(template: Template, uow: UnitOfWork) -> TrackRecord:
    """Count how the changes of all editions ended, those they were made from included."""
    editions = uow.templates.list(family=template.family)
    found = {
        change.id: change for item in editions for change in uow.changes.list(template=item.id)
    }
    for item in editions:
        origin = uow.changes.find(item.made_from) if item.made_from else None
        if origin is not None and origin.state is ChangeState.CLOSED:
            found[origin.id] = origin
    return track_record(found.values())


def origin_of(change: Change, uow: UnitOfWork) -> Origin | None:
    """Return the template a change was opened from, with its record; None without one."""
    template = uow.templates.find(change.template) if change.template else None
    return None if template is None else Origin(template, record_of(template, uow))
