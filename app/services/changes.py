"""Record a change, edit it, and move it through the process."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from app.domain.approval import Approval, Decision
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.ids import ChangeId, new_id
from app.domain.review import Override
from app.errors import GuardRefused, IllegalMove, InvalidInput
from app.i18n import _
from app.services.conflicts import Around, find_conflicts, look_around
from app.services.follow_window import follow_window
from app.services.ports import Clock
from app.services.ports_store import NewUnitOfWork, UnitOfWork
from app.services.process import next_move, transition
from app.services.runbooks import refuse_circles
from app.services.transitions import Answer, Facts, Transition
from app.settings import Settings

Edit = Callable[[Change], Change]

_FIXED = frozenset(
    {"id", "number", "state", "version", "opened_at", "opened_by", "approvals", "template",
     "copied_from"}
)  # fmt: skip
"""What an edit may never touch; these change through verbs of their own."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts, and with what: the collaborators every verb here needs."""

    new_uow: NewUnitOfWork
    clock: Clock
    actor: str
    settings: Settings = Settings()


def open_change(title: str, *, desk: Desk) -> Change:
    """Record a new change as a draft and return it.

    Raises:
        InvalidInput: The title is empty or longer than 160 characters.
    """
    with desk.new_uow() as uow:
        change = blank_change(title, uow, desk=desk)
        uow.changes.add(change)
        uow.log.append(
            NewEvent("change.opened", _("Opened “{title}”").format(title=change.title), change.id)
        )
        uow.commit()
    return change


def blank_change(title: str, uow: UnitOfWork, *, desk: Desk) -> Change:
    """Return a draft with a number and nothing planned; the caller keeps it.

    Raises:
        InvalidInput: The title is empty or longer than 160 characters.
    """
    title = title.strip()
    if not title or len(title) > MAX_TITLE:
        raise InvalidInput(
            _("A title has 1 to {n} characters.").format(n=MAX_TITLE), hint=_("Shorten it.")
        )
    now = desk.clock.now()
    return Change(
        id=ChangeId(new_id()),
        number=uow.changes.next_number(),
        title=title,
        coordinator=desk.actor,
        monitor_days=desk.settings.monitor_days,
        opened_at=now,
        opened_by=desk.actor,
        updated_at=now,
    )


MAX_TITLE = 160


def edit_change(change_id: str, edit: Edit, *, desk: Desk, note: str = "") -> Change:
    """Apply an edit to a change and log it.

    Approvals stay recorded but count no longer when the plan has another hash afterwards.

    Raises:
        IllegalMove: The change is closed or on hold, or the edit touches what verbs own.
    """
    with desk.new_uow() as uow:
        before = uow.changes.get(change_id)
        if not before.state.is_open:
            raise IllegalMove(_("{number} is closed.").format(number=before.number))
        after = edit(before)
        _refuse_fixed(before, after)
        refuse_circles(after.runbook)
        now, tolerance_h = desk.clock.now(), desk.settings.move_tolerance_h
        after = follow_window(before, after, uow, now=now, tolerance_h=tolerance_h)
        after = replace(after, updated_at=now)
        saved = uow.changes.save(after)
        text = note or _("Edited {number}").format(number=before.number)
        if before.approvals and before.plan_hash != after.plan_hash:
            text += _(". The plan is another one now: earlier approvals no longer count")
        uow.log.append(NewEvent("change.edited", text, before.id))
        uow.commit()
    return saved


def _refuse_fixed(before: Change, after: Change) -> None:
    touched = [
        item.name
        for item in fields(Change)
        if item.name in _FIXED and getattr(before, item.name) != getattr(after, item.name)
    ]
    if touched:
        raise IllegalMove(_("An edit cannot change {names}.").format(names=", ".join(touched)))
    if before.state is not ChangeState.DRAFT and before.type is not after.type:
        raise IllegalMove(_("The type is fixed once the draft is left."))


def gather_facts(change: Change, uow: UnitOfWork, *, desk: Desk) -> Facts:
    """Collect what the guards of a change look at."""
    around = look_around(change, change.window.span, uow) if change.window else Around()
    return Facts(
        now=desk.clock.now(),
        backups=tuple(uow.backups.list(change=change.id)),
        runs=tuple(uow.runs.list(change=change.id)),
        health=tuple(uow.health.list(change=change.id)),
        samples=tuple(uow.samples.list(change=change.id)),
        comparisons=tuple(uow.comparisons.list(change=change.id)),
        hosts=tuple(uow.hosts.get(host) for host in change.hosts),
        rivals=tuple(item for item in around.others if set(item.hosts) & set(change.hosts)),
        conflicts=find_conflicts(change, change.window, around),
        settings=desk.settings,
    )


def readiness(change_id: str, *, desk: Desk) -> tuple[Transition, tuple[Answer, ...]] | None:
    """Return the next move of the main path with the answers of its guards; None at the end."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        move = next_move(change)
        return (move, move.answers(change, gather_facts(change, uow, desk=desk))) if move else None


def move_change(change_id: str, target: ChangeState, *, desk: Desk, reason: str = "") -> Change:
    """Move a change to another state, with the log entry in the same transaction.

    Raises:
        IllegalMove: There is no such move, the change is on hold, or a reason is missing.
        GuardRefused: A guard refuses; ``missing`` says what it needs.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        step = _allowed(change, target, reason)
        missing = tuple(
            f"{answer.title}: {answer.missing}"
            for answer in step.answers(change, gather_facts(change, uow, desk=desk))
            if not answer.met
        )
        if missing:
            raise GuardRefused(
                _("{number} cannot go on to “{state}” yet.").format(
                    number=change.number, state=target.value
                ),
                missing,
            )
        saved = moved(change, target, uow, desk=desk, reason=reason)
        uow.commit()
    return saved


def _allowed(change: Change, target: ChangeState, reason: str) -> Transition:
    step = transition(change.state, target)
    if step is None:
        raise IllegalMove(
            _("{number} is in “{state}”; there is no way from there to “{target}”.").format(
                number=change.number, state=change.state.value, target=target.value
            )
        )
    if change.on_hold and target is not ChangeState.CANCELED:
        raise IllegalMove(
            _("{number} is on hold: {why}").format(number=change.number, why=change.on_hold_reason),
            hint=_("Take it off hold, or cancel it."),
        )
    if step.needs_reason and not reason.strip():
        raise IllegalMove(_("This move needs a reason."), hint=_("Say why in one sentence."))
    return step


def moved(
    change: Change, target: ChangeState, uow: UnitOfWork, *, desk: Desk, reason: str = ""
) -> Change:
    """Put a change into a state inside an open unit of work; the caller has asked the guards."""
    now = desk.clock.now()
    after = replace(change, state=target, updated_at=now)
    match target:
        case ChangeState.DRAFT if change.state is ChangeState.REJECTED:
            after = replace(after, revision=change.revision + 1)
        case ChangeState.MONITOR:
            after = replace(after, monitor_since=now)
        case ChangeState.CLOSED | ChangeState.CANCELED:
            after = replace(after, closed_at=now)
        case _:
            pass
    saved = uow.changes.save(after)
    text = _("Moved from “{a}” to “{b}”").format(a=change.state.value, b=target.value)
    uow.log.append(
        NewEvent(
            "change.moved",
            f"{text}: {reason}" if reason.strip() else text,
            change.id,
            data=(("from", change.state.value), ("to", target.value)),
        )
    )
    return saved


def decide(
    change_id: str, decision: Decision, *, desk: Desk, role: str = "", comment: str = ""
) -> Change:
    """Record the actor's decision about the plan as it stands; a rejection needs a comment.

    Raises:
        IllegalMove: The change is not being authorized, the actor implements it, or a comment
            is missing.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if change.state is not ChangeState.AUTHORIZE:
            raise IllegalMove(
                _("{number} does not wait for approval.").format(number=change.number)
            )
        if desk.actor == change.implementer and decision is Decision.APPROVED:
            raise IllegalMove(_("Who implements a change cannot approve it."))
        if decision is Decision.REJECTED and not comment.strip():
            raise IllegalMove(_("A rejection needs a comment."))
        approval = Approval(
            desk.actor, role, decision, desk.clock.now(), change.plan_hash, comment.strip()
        )
        saved = uow.changes.save(replace(change, approvals=(*change.approvals, approval)))
        verb = _("Approved") if decision is Decision.APPROVED else _("Rejected")
        text = _("{verb} plan {plan}, revision {n}").format(
            verb=verb, plan=change.plan_hash[:8], n=change.revision
        )
        uow.log.append(NewEvent(f"plan.{decision.value}", text, change.id))
        uow.commit()
    return saved


def override_guard(change_id: str, guard_id: str, *, desk: Desk, reason: str) -> Change:
    """Pass a soft guard of the next move by name and reason; page 1 of the report prints it.

    Raises:
        IllegalMove: The guard is hard or unknown, the reason is missing, or the actor implements
            the change and the guard is the backup.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        move = next_move(change)
        guard = next((g for g in move.guards if g.id == guard_id), None) if move else None
        if guard is None or guard.hard:
            raise IllegalMove(_("This condition cannot be overridden."))
        if not reason.strip():
            raise IllegalMove(_("An override needs a reason."))
        if guard.id == "backup" and desk.actor == change.implementer:
            raise IllegalMove(_("Only somebody who does not implement may go without a backup."))
        override = Override(guard.id, guard.title, desk.actor, reason.strip(), desk.clock.now())
        saved = uow.changes.save(replace(change, overrides=(*change.overrides, override)))
        uow.log.append(NewEvent("guard.overridden", f"{guard.title}: {override.reason}", change.id))
        uow.commit()
    return saved


def set_hold(change_id: str, reason: str, *, desk: Desk) -> Change:
    """Put a change on hold with a reason, or take it off hold with an empty one."""
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if change.state in (ChangeState.CLOSED, ChangeState.CANCELED):
            raise IllegalMove(_("{number} is closed.").format(number=change.number))
        held = bool(reason.strip())
        saved = uow.changes.save(replace(change, on_hold=held, on_hold_reason=reason.strip()))
        text = _("On hold: {why}").format(why=reason.strip()) if held else _("Off hold")
        uow.log.append(NewEvent("change.held" if held else "change.released", text, change.id))
        uow.commit()
    return saved
