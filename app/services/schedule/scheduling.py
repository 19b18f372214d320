"""Give a change its time: look at what a move would bring, move it, accept what is in the way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.change import Change, ChangeState
from app.domain.conflict import Acknowledgement, Conflict
from app.domain.event import NewEvent
from app.domain.window import Window
from app.errors import IllegalMove, InvalidInput, NotFound
from app.i18n import _
from app.services.approval.quorum import approved_tolerance_h, standing_approvals
from app.services.change.changes import Desk, edit_change
from app.services.ports.store import UnitOfWork
from app.services.schedule.conflicts import (
    Around,
    check_schedule,
    conflict_sentence,
    find_conflicts,
    look_around,
    unaccepted,
)
from app.services.schedule.follow_window import agreed_after
from app.wording import clock_span, duration

FIXED = (
    ChangeState.IMPLEMENT,
    ChangeState.TEST,
    ChangeState.MONITOR,
    ChangeState.REVIEW,
    ChangeState.BACKOUT,
    ChangeState.CLOSED,
    ChangeState.CANCELED,
)
"""The work has begun or is over: its time is history."""


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a change would bring; nothing is written yet.

    ``approvals`` are the people whose approval counts now, ``kept`` says whether it goes on
    counting. ``refused`` is why it cannot be moved at all, "" when it can.
    """

    change: Change
    window: Window
    conflicts: tuple[Conflict, ...]
    approvals: tuple[str, ...]
    kept: bool
    tolerance_h: float
    voided: int
    """Acknowledgements that the move makes void."""
    refused: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The consequences, one sentence each, the gravest first."""
        if self.refused:
            return (self.refused,)
        zone = self.window.zone
        found = [conflict_sentence(item, zone) for item in self.conflicts]
        if words := self.approval_words:
            found.append(words)
        if self.voided:
            found.append(_("What was accepted at the old time must be accepted anew."))
        return tuple(found) or (_("Nothing is in the way."),)

    @property
    def approval_words(self) -> str:
        """What becomes of approvals, "" when there are none that count."""
        if not self.approvals:
            return ""
        names = ", ".join(self.approvals)
        if self.kept:
            return _("The approval of {names} stays: within the tolerance of {h}.").format(
                names=names, h=duration(self.tolerance_h * 3600)
            )
        text = _("The approval of {names} no longer counts: another window is another plan.")
        return text.format(names=names)


def preview_move(change_id: str, window: Window, *, desk: Desk) -> Move:
    """Return what moving a change to a window would bring."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        around = look_around(change, window.span, uow)
    agreed = agreed_after(change, window)
    after = replace(change, window=window, agreed_window=agreed)
    now = change.window.span if change.window else None
    held = [item for item in change.acknowledged if item.span == now]
    return Move(
        change,
        window,
        find_conflicts(change, window, around),
        standing_approvals(change),
        after.plan_hash == change.plan_hash,
        approved_tolerance_h(change),
        len(held) if change.window != window else 0,
        why_fixed(change),
    )


def why_fixed(change: Change) -> str:
    """Return why the time of a change cannot be altered, "" when it can."""
    if change.state in FIXED:
        return _("{number} has begun or is over: its window is history.").format(
            number=change.number
        )
    if change.on_hold:
        return _("{number} is on hold: {why}").format(
            number=change.number, why=change.on_hold_reason
        )
    return ""


def reschedule(change_id: str, window: Window, *, desk: Desk) -> Change:
    """Move a change to a window; the calendar is checked and the log says from where to where.

    Raises:
        IllegalMove: The work has begun, or the change is on hold.
        InvalidInput: The window has no length.
    """
    if window.span.duration <= timedelta(0):
        raise InvalidInput(_("The window ends before it starts."), hint=_("Move the end."))

    def move(change: Change) -> Change:
        if why := why_fixed(change):
            raise IllegalMove(why)
        return replace(change, window=window)

    text = _("Moved the window to {span}").format(
        span=clock_span(window.span.start, window.span.end, window.zone)
    )
    return edit_change(change_id, move, desk=desk, note=text)


def check_now(change_id: str, *, desk: Desk) -> Change:
    """Look at the calendar anew for a change, and keep what was found.

    Raises:
        IllegalMove: It has no window.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        check = check_schedule(change, _around(change, uow), desk.clock.now())
        if check is None:
            raise IllegalMove(_("{number} has no window yet.").format(number=change.number))
        saved = uow.changes.save(replace(change, schedule_check=check))
        open_ones = unaccepted(change, check.found)
        text = _("Checked the calendar: {n} in the way, {m} of them not accepted").format(
            n=len(check.found), m=len(open_ones)
        )
        uow.log.append(NewEvent("schedule.checked", text, change.id))
        uow.commit()
    return saved


def acknowledge(change_id: str, key: str, *, desk: Desk, reason: str) -> Change:
    """Accept a conflict in the acting person's name; a later move of either side voids it.

    Raises:
        NotFound: There is no such conflict any more.
        IllegalMove: The reason is missing, or the change is closed.
    """
    if not reason.strip():
        raise IllegalMove(_("Accepting a conflict needs a reason."), hint=_("Say why in one line."))
    now = desk.clock.now()
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not change.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        found = find_conflicts(change, change.window, _around(change, uow))
        conflict = next((item for item in found if item.key == key), None)
        if conflict is None or change.window is None:
            raise NotFound(
                _("This is not in the way any more."), hint=_("Check the calendar again.")
            )
        given = Acknowledgement(
            conflict.key, desk.actor, reason.strip(), now, change.window.span, conflict.overlap
        )
        others = tuple(item for item in change.acknowledged if item.conflict != key)
        saved = uow.changes.save(replace(change, acknowledged=(*others, given)))
        sentence = conflict_sentence(conflict, change.window.zone)
        text = _("Accepted: {what} {reason}").format(what=sentence, reason=given.reason)
        uow.log.append(NewEvent("conflict.accepted", text, change.id))
        uow.commit()
    return saved


def settle_clocks(change_id: str, *, desk: Desk, keep_instant: bool) -> Change:
    """Decide about a time whose clock rules were altered after it was typed.

    Either the typed wall time holds, and the instant moves; or the instant holds, and the wall
    time is read anew.
    """

    def settle(change: Change) -> Change:
        window = change.window
        moved = window.by_the_clock if window else None
        if window is None or moved is None or not window.moved_by:
            raise NotFound(_("The clock rules are the same as when the time was typed."))
        return replace(change, window=Window(window.span, window.zone) if keep_instant else moved)

    note = (
        _("Kept the instant after the clock rules changed")
        if keep_instant
        else _("Kept the wall time after the clock rules changed")
    )
    return edit_change(change_id, settle, desk=desk, note=note)


def missed(change: Change, now: datetime) -> bool:
    """Whether the window of a scheduled change went by without a start."""
    window = change.window
    return change.state is ChangeState.SCHEDULED and window is not None and window.span.end <= now


def _around(change: Change, uow: UnitOfWork) -> Around:
    return look_around(change, change.window.span, uow) if change.window else Around()
