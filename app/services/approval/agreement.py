"""Where the approval of a plan stands: steps, decisions, what is void and why, who may decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.approval import Approval, ApprovalRequest, ApprovalStep, Decision
from app.domain.change import Change, ChangeState
from app.domain.people import Person, Role
from app.errors import IllegalMove
from app.services.approval.approvals import Given, awaits_decision, refuse_decision
from app.services.approval.quorum import (
    FilledStep,
    fill,
    request_for,
    standing,
    steps_of,
    void_reason,
)
from app.services.change.changes import Desk
from app.services.change.plan_changes import PlanDifference, changed_since
from app.services.ports.store import UnitOfWork
from app.signing import fingerprint, from_base64


@dataclass(frozen=True, slots=True)
class Said:
    """A decision with what is to be known of it; ``void`` is why it does not count."""

    approval: Approval
    void: str = ""
    key: str = ""
    """The fingerprint of the key it was signed with elsewhere."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a screen shows of the approval of a plan."""

    steps: tuple[FilledStep, ...] = ()
    people: tuple[tuple[str, ...], ...] = ()
    """For each step, the names of those who are listed and may fill it."""
    said: tuple[Said, ...] = ()
    """The newest decision of each person about each plan, newest last."""
    since: tuple[PlanDifference, ...] | None = None
    """What changed since the newest approval that became void; None where that is not known."""
    asked: ApprovalRequest | None = None
    awaits: bool = False
    """Whether a decision is waited for."""
    refusal: str = ""
    """Why the acting person cannot approve now."""
    no_rejecting: str = ""
    """Why the acting person cannot reject now."""
    outdated: bool = False
    """Whether the plan was edited since approval was asked for."""
    plan_hash: str = ""
    """The plan that is decided about."""

    @property
    def given(self) -> int:
        """Approvals that count for a step."""
        return sum(len(item.approvals) for item in self.steps)

    @property
    def needed(self) -> int:
        """Approvals that all steps ask for."""
        return sum(item.step.quorum for item in self.steps)


def agreement_of(change: Change, uow: UnitOfWork, desk: Desk) -> Agreement:
    """Gather where the approval of a plan stands, for the acting person."""
    steps, listed = steps_of(change, desk.settings), tuple(uow.people.list())
    asked, awaits = request_for(change), awaits_decision(change)
    said = tuple(_said(item, change) for item in _newest(change.approvals))
    plan_hash = change.plan_hash
    return Agreement(
        steps=fill(steps, standing(change)),
        people=tuple(_who_may(step, change, listed) for step in steps),
        said=said,
        since=_since(said, change, uow),
        asked=asked,
        awaits=awaits,
        refusal=_refusal(change, Decision.APPROVED, uow, desk) if awaits else "",
        no_rejecting=_refusal(change, Decision.REJECTED, uow, desk) if awaits else "",
        outdated=bool(
            awaits
            and change.state is ChangeState.AUTHORIZE
            and asked
            and asked.plan_hash != plan_hash
        ),
        plan_hash=plan_hash,
    )


def _newest(approvals: Sequence[Approval]) -> list[Approval]:
    found = {(item.approver, item.plan_hash, item.revision): item for item in approvals}
    return list(found.values())


def _said(item: Approval, change: Change) -> Said:
    key = fingerprint(from_base64(item.signed.key)) if item.signed else ""
    return Said(item, void_reason(item, change), key)


def _who_may(step: ApprovalStep, change: Change, listed: Sequence[Person]) -> tuple[str, ...]:
    if step.role is Role.SERVICE_OWNER:
        return tuple(sorted(p.name for p in listed if p.owns(change.business_service)))
    return tuple(sorted(person.name for person in listed if person.may_decide))


def _since(
    said: Sequence[Said], change: Change, uow: UnitOfWork
) -> tuple[PlanDifference, ...] | None:
    """Compare with the newest plan somebody approved that is no longer this one."""
    void = [
        item.approval
        for item in said
        if item.approval.decision is Decision.APPROVED
        and item.approval.plan_hash != change.plan_hash
    ]
    return changed_since(void[-1], change, uow) if void else None


def _refusal(change: Change, decision: Decision, uow: UnitOfWork, desk: Desk) -> str:
    given = Given(desk.actor, decision, desk.clock.now(), "said when it is asked for")
    try:
        refuse_decision(change, given, uow)
    except IllegalMove as error:
        return error.text
    return ""
