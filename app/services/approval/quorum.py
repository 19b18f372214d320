"""Whether enough people agreed to a plan: derived from their decisions, never stored.

Silence never approves: a step is filled by approvals that stand, and by nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.approval import Approval, ApprovalRequest, ApprovalStep, Decision
from app.domain.change import Change
from app.domain.people import Role, person_key, same_person
from app.domain.risk import Grade
from app.i18n import _
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class FilledStep:
    """A step and the approvals that count for it."""

    step: ApprovalStep
    approvals: tuple[Approval, ...]

    @property
    def is_full(self) -> bool:
        """Whether as many approve as the step asks for."""
        return len(self.approvals) >= self.step.quorum


def policy(change: Change, settings: Settings) -> tuple[ApprovalStep, ...]:
    """Return the steps that the settings ask for at the risk that remains.

    At high risk the quorum of moderate risk is what nobody can pass; the further approvals and
    the owner of the service can be passed by name.
    """
    residual = change.risk.residual_level if change.risk else None
    total = settings.approvals_needed(residual)
    high = residual is not None and residual > Grade.MODERATE
    owner = settings.owner_approves.covers(residual)
    steps = [ApprovalStep(Role.SERVICE_OWNER, 1, hard=not high)] if owner else []
    rest = total - len(steps)
    firm = min(rest, settings.approvals_moderate) if high else rest
    steps.append(ApprovalStep(Role.APPROVER, firm))
    steps.append(ApprovalStep(Role.APPROVER, rest - firm, hard=False))
    return tuple(step for step in steps if step.quorum > 0)


def steps_of(change: Change, settings: Settings) -> tuple[ApprovalStep, ...]:
    """Return the steps that hold: those asked for with this very plan, else those of the policy."""
    asked = request_for(change)
    return (
        asked.steps if asked and asked.plan_hash == change.plan_hash else policy(change, settings)
    )


def request_for(change: Change) -> ApprovalRequest | None:
    """Return the newest request for approval in this revision."""
    mine = [item for item in change.requests if item.revision == change.revision]
    return mine[-1] if mine else None


def approvals_needed(change: Change, settings: Settings) -> int:
    """Return how many people must approve, over all steps."""
    return sum(step.quorum for step in steps_of(change, settings))


def void_reason(approval: Approval, change: Change) -> str:
    """Return why a decision does not count for the plan as it stands, "" when it does."""
    if approval.decision is Decision.APPROVED and same_person(
        approval.approver, change.implementer
    ):
        return _("who implements cannot approve")
    if approval.revision != change.revision:
        return _("given for revision {n}").format(n=approval.revision)
    return "" if approval.plan_hash == change.plan_hash else _("the plan was edited")


def standing(change: Change) -> tuple[Approval, ...]:
    """Return the approvals that count: for this plan, and not taken back by a later decision."""
    return tuple(i for i in _latest(change).values() if i.decision is Decision.APPROVED)


def approved_tolerance_h(change: Change) -> float:
    """Return how far the window may move, in hours, by everybody whose approval stands."""
    return min((item.tolerance_h for item in standing(change)), default=0.0)


def standing_rejections(change: Change) -> tuple[Approval, ...]:
    """Return the rejections of this plan that were not taken back."""
    return tuple(i for i in _latest(change).values() if i.decision is Decision.REJECTED)


def _latest(change: Change) -> dict[str, Approval]:
    fitting = (item for item in change.approvals if not void_reason(item, change))
    return {person_key(item.approver): item for item in fitting}


def standing_approvals(change: Change) -> tuple[str, ...]:
    """Return who approved exactly this plan and took nothing back; implementers do not count."""
    return tuple(item.approver for item in standing(change))


def fill(steps: Sequence[ApprovalStep], approvals: Sequence[Approval]) -> tuple[FilledStep, ...]:
    """Let each approval count for one step: first for the role it was given in."""
    left, counted = list(approvals), {}
    special_first = sorted(range(len(steps)), key=lambda at: steps[at].role is Role.APPROVER)
    for at in special_first:
        step = steps[at]
        fits = [item for item in left if step.role in (Role.APPROVER, *item.roles)]
        counted[at] = tuple(fits[: step.quorum])
        left = [item for item in left if item not in counted[at]]
    return tuple(FilledStep(step, counted[at]) for at, step in enumerate(steps))


def fallen_short(steps: Sequence[ApprovalStep], approvals: Sequence[Approval]) -> str:
    """Return what is missing of the quorum that nobody can pass, "" when it is there."""
    for item in fill(steps, approvals):
        if item.step.hard and item.step.role is not Role.APPROVER and not item.is_full:
            return _("The owner of the service has not approved")
    needed = sum(step.quorum for step in steps if step.hard)
    if len(approvals) >= needed:
        return ""
    return _("{given} of {needed} approvals").format(given=len(approvals), needed=needed)


def step_title(step: ApprovalStep) -> str:
    """Return what a step is called."""
    if step.role is Role.SERVICE_OWNER:
        return _("Owner of the service")
    return _("Approvers") if step.hard else _("Further approvers")
