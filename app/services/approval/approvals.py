"""Ask for approval of a plan, decide about it, and say what changed since."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.approval import Approval, Decision, Signature
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.event import NewEvent
from app.domain.people import Person, Role, same_person
from app.errors import IllegalMove
from app.i18n import _
from app.services.approval.quorum import request_for, standing
from app.services.approval.requests import ask, keep_copy
from app.services.change.changes import Desk, moved
from app.services.ports.store import UnitOfWork

S = ChangeState
_BEFORE_WORK = (S.AUTHORIZE, S.SCHEDULED)
_AFTERWARDS = (S.IMPLEMENT, S.TEST, S.MONITOR, S.BACKOUT, S.REVIEW)


@dataclass(frozen=True, slots=True)
class Given:
    """A decision as it was given, here or elsewhere."""

    by: str
    decision: Decision
    at: datetime
    comment: str = ""
    role: str = ""
    signed: Signature | None = None


def ask_again(change_id: str, *, desk: Desk) -> Change:
    """Ask for approval of the plan as it stands now, after an edit voided what was given.

    Raises:
        IllegalMove: The change does not wait for approval, or this very plan was asked for.
    """
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        if not awaits_decision(change):
            raise IllegalMove(
                _("{number} does not wait for approval.").format(number=change.number)
            )
        asked = request_for(change)
        if asked is not None and asked.plan_hash == change.plan_hash:
            raise IllegalMove(_("Approval of this very plan was asked for already."))
        saved = uow.changes.save(ask(change, uow, desk))
        uow.commit()
    return saved


def awaits_decision(change: Change) -> bool:
    """Whether somebody may decide now: before the work, or after work that began without."""
    if change.state in _BEFORE_WORK:
        return True
    began_without = change.type is ChangeType.EMERGENCY or change.retrospective
    return began_without and change.state in _AFTERWARDS


def decide(
    change_id: str, decision: Decision, *, desk: Desk, role: str = "", comment: str = ""
) -> Change:
    """Record the actor's decision about the plan as it stands; a rejection needs a comment.

    A rejection while the change waits for approval takes it back in the same transaction.

    Raises:
        IllegalMove: The change does not wait for a decision or is on hold, the actor implements
            it, may not decide or has approved already, or a comment is missing.
    """
    given = Given(desk.actor, decision, desk.clock.now(), comment.strip(), role)
    with desk.new_uow() as uow:
        change = uow.changes.get(change_id)
        refuse_decision(change, given, uow)
        saved = record(change, given, uow, desk)
        uow.commit()
    return saved


def refuse_decision(change: Change, given: Given, uow: UnitOfWork) -> None:
    """Raise IllegalMove when this decision cannot be taken."""
    if not awaits_decision(change):
        raise IllegalMove(_("{number} does not wait for approval.").format(number=change.number))
    if change.on_hold:
        raise IllegalMove(
            _("{number} is on hold: {why}").format(number=change.number, why=change.on_hold_reason)
        )
    if same_person(given.by, change.implementer):
        raise IllegalMove(_("Who implements a change cannot approve or reject it."))
    if given.decision is Decision.REJECTED and not given.comment.strip():
        raise IllegalMove(_("A rejection needs a comment."))
    deciders = [person for person in uow.people.list() if person.may_decide]
    if deciders and not any(same_person(person.name, given.by) for person in deciders):
        raise IllegalMove(
            _("{name} is not listed among those who may decide.").format(name=given.by),
            hint=_("Settings, People lists approvers and owners of services."),
        )
    approved = any(same_person(item.approver, given.by) for item in standing(change))
    if approved and given.decision is Decision.APPROVED:
        raise IllegalMove(_("{name} has approved this plan already.").format(name=given.by))


def record(change: Change, given: Given, uow: UnitOfWork, desk: Desk) -> Change:
    """Write a decision into an open unit of work, with its log entry; the caller has checked it."""
    keep_copy(change, uow, desk.clock.now())
    approval = _drawn_up(change, given, uow, desk)
    saved = uow.changes.save(replace(change, approvals=(*change.approvals, approval)))
    verb = _("Approved") if given.decision is Decision.APPROVED else _("Rejected")
    text = _("{verb} plan {plan}, revision {n}").format(
        verb=verb, plan=approval.plan_hash[:8], n=approval.revision
    )
    if given.signed is not None:
        text = _("{text}, by {name}, signed elsewhere").format(text=text, name=given.by)
    if given.comment:
        text = f"{text}: {given.comment}"
    uow.log.append(NewEvent(f"plan.{given.decision.value}", text, change.id))
    if given.decision is Decision.REJECTED and change.state is S.AUTHORIZE:
        return moved(saved, S.REJECTED, uow, desk=desk, reason=given.comment)
    return saved


def _drawn_up(change: Change, given: Given, uow: UnitOfWork, desk: Desk) -> Approval:
    asked, person = request_for(change), _listed(given.by, uow)
    return Approval(
        given.by,
        given.role or (person.title if person else ""),
        given.decision,
        given.at,
        change.plan_hash,
        given.comment,
        revision=change.revision,
        tolerance_h=desk.settings.move_tolerance_h,
        roles=_roles(person, change.business_service),
        request=asked.id if asked else "",
        requested_at=asked.at if asked else None,
        recorded_at=desk.clock.now() if given.signed else None,
        signed=given.signed,
    )


def _listed(name: str, uow: UnitOfWork) -> Person | None:
    return next((person for person in uow.people.list() if same_person(person.name, name)), None)


def _roles(person: Person | None, service: str) -> tuple[Role, ...]:
    """Return the roles in which somebody decides; an owner only for a service of theirs."""
    if person is None or person.retired:
        return ()
    return tuple(
        role
        for role in person.roles
        if role.decides and (role is not Role.SERVICE_OWNER or person.owns(service))
    )
