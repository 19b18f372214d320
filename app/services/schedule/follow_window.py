"""What an edit of the window brings with it: the calendar is checked, agreed times are kept."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.change import Change, ChangeState
from app.domain.window import Window
from app.services.approval.quorum import approved_tolerance_h
from app.services.ports.store import UnitOfWork
from app.services.schedule.attendance import needed_people
from app.services.schedule.conflicts import check_schedule, look_around

_AGREED = (ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED)


def follow_window(before: Change, after: Change, uow: UnitOfWork, *, now: datetime) -> Change:
    """Return the edited change with a fresh check of the calendar, if its time or needs changed.

    Its needs are hosts, service and the people who must be there.

    A window that is only moved, and by no more than was approved, stays the one that was approved.
    Contacts confirm again for another window.
    """
    after = _to_confirm_again(before, after)
    touched = ("window", "hosts", "business_service")
    same = all(getattr(before, name) == getattr(after, name) for name in touched)
    if same and needed_people(before).keys() == needed_people(after).keys():
        return after
    if after.window is None:
        return replace(after, schedule_check=None, agreed_window=None)
    agreed = agreed_after(before, after.window)
    around = look_around(after, after.window.span, uow)
    return replace(after, agreed_window=agreed, schedule_check=check_schedule(after, around, now))


def _to_confirm_again(before: Change, after: Change) -> Change:
    """Whoever said to be reachable said so for the window as it was then."""
    if before.window is None or after.window == before.window:
        return after
    contacts = tuple(
        replace(item, confirmed_at=None, confirmed_by="") if item in before.contacts else item
        for item in after.contacts
    )
    return replace(after, contacts=contacts)


def agreed_after(before: Change, window: Window) -> Window | None:
    """Return the window that approvals go on counting for when it is moved; None for the new one.

    The move is measured from the window that was agreed, so that many small ones do not add up.
    """
    agreed, tolerance_h = before.agreed_window or before.window, approved_tolerance_h(before)
    if agreed is None or before.state not in _AGREED or agreed == window:
        return None
    moved = abs(window.span.start - agreed.span.start)
    same_length = window.span.duration == agreed.span.duration
    return agreed if same_length and moved <= timedelta(hours=tolerance_h) else None
