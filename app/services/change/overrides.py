"""Pass a condition by name and reason, where the process allows it."""

from dataclasses import replace

from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.people import same_person
from app.domain.review import Override
from app.errors import IllegalMove
from app.i18n import _
from app.services.approval.quorum import standing
from app.services.change.changes import Desk, gather_facts
from app.services.change.process import next_move, transition
from app.services.change.transitions import Transition
from app.services.ports.store import UnitOfWork

BY_APPROVERS = ("backup",)
"""Guards that only an approver may pass, and never whoever implements."""
NEVER_BY_IMPLEMENTERS = ("second_approval",)
"""Guards that whoever implements may not pass: it would be an approval of their own work."""


def override_guard(
    change_id: str,
    guard_id: str,
    *,
    desk: Desk,
    reason: str,
    target: ChangeState | None = None,
) -> Change:
    """Pass a soft guard of a move by name and reason; page 1 of the report prints it.

    The override holds for this move, this revision, this plan and this finding; when one of them
    changes it lapses. ``target`` is where the move leads, the next one of the main path otherwise.

    Raises:
        IllegalMove: The guard is hard, unknown or met, the reason is missing, or the actor may
            not pass this one.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        move = transition(change.state, target) if target else next_move(change)
        guard = move.guard(guard_id) if move else None
        if move is None or guard is None or guard.hard:
            raise IllegalMove(_("This condition cannot be overridden."))
        if not reason.strip():
            raise IllegalMove(_("An override needs a reason."))
        if guard.id in BY_APPROVERS:
            _refuse_all_but_approvers(change, uow, desk.actor)
        if guard.id in NEVER_BY_IMPLEMENTERS and same_person(desk.actor, change.implementer):
            raise IllegalMove(_("Who implements a change cannot do without an approval of it."))
        finding = guard.check(change, gather_facts(change, uow, desk=desk))
        if not finding:
            raise IllegalMove(_("This condition is met; there is nothing to override."))
        override = _bound(move, change, Override(
            guard.id, guard.title, desk.actor, reason.strip(), desk.clock.now(), finding=finding
        ))  # fmt: skip
        saved = uow.changes.save(replace(change, overrides=(*change.overrides, override)))
        text = _("{title}: {reason} (found: {finding})").format(
            title=_(guard.title), reason=override.reason, finding=finding
        )
        uow.log.append(NewEvent("guard.overridden", text, change.id))
        uow.commit()
    return saved


def _bound(move: Transition, change: Change, override: Override) -> Override:
    key, revision, plan, finding = move.binding(change, override.finding)
    return replace(override, move=key, revision=revision, plan_hash=plan, finding=finding)


def _refuse_all_but_approvers(change: Change, uow: UnitOfWork, actor: str) -> None:
    if same_person(actor, change.implementer):
        raise IllegalMove(_("Only somebody who does not implement may go without a backup."))
    approved = any(same_person(item.approver, actor) for item in standing(change))
    listed = any(p.may_decide and same_person(p.name, actor) for p in uow.people.list())
    if not approved and not listed:
        raise IllegalMove(
            _("Only an approver may go without a backup."),
            hint=_("Somebody who approved this plan passes the condition."),
        )
