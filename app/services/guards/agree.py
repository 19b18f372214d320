"""Authorize: enough people agreed to exactly this plan."""

from app.domain.approval import Approval, Decision
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.people import same_person
from app.i18n import _, later
from app.services.approval.quorum import (
    fallen_short,
    fill,
    standing,
    standing_rejections,
    step_title,
    steps_of,
)
from app.services.change.transitions import Facts
from app.services.guards.base import hard, soft
from app.services.guards.time import is_inside_windows, no_open_conflict, no_open_freeze
from app.services.template.standing import lacks_for_standard


def template_stands(change: Change, facts: Facts) -> str:
    """A standard change is what its approved template says, and the template has a good record."""
    if change.type is not ChangeType.STANDARD:
        return _("It is not a standard change")
    return lacks_for_standard(change, facts.origin)


def is_approved(change: Change, facts: Facts) -> str:
    """The quorum that nobody can pass has approved this very plan; implementers do not count."""
    return _approved_by(change, facts, standing(change))


def is_approved_by_others(change: Change, facts: Facts) -> str:
    """As `is_approved`, not counting whoever starts the work."""
    given = standing(change)
    others = tuple(item for item in given if not same_person(item.approver, facts.actor))
    missing = _approved_by(change, facts, others)
    if missing and len(others) < len(given):
        return _("{name} approved this plan, so somebody else starts the work").format(
            name=facts.actor
        )
    return missing


def _by_template(change: Change, facts: Facts) -> bool:
    """Whether the approved template stands for people: on the short path, inside the windows.

    Whoever asks for approval gets one from people, work outside the windows is no standard, and
    what was recorded afterwards is decided about by people too.
    """
    asks = change.state is ChangeState.AUTHORIZE or change.retrospective
    standard = change.type is ChangeType.STANDARD and not asks
    return standard and not (template_stands(change, facts) or is_inside_windows(change, facts))


def _approved_by(change: Change, facts: Facts, given: tuple[Approval, ...]) -> str:
    if _by_template(change, facts):
        return ""
    if not given:
        if any(item.decision is Decision.APPROVED for item in change.approvals):
            return _("The plan is not the one that was approved")
        return _("Nobody but the implementer has approved")
    return fallen_short(steps_of(change, facts.settings), given)


def enough_approvals(change: Change, facts: Facts) -> str:
    """Every step that the remaining risk asks for is filled."""
    if _by_template(change, facts):
        return ""
    lacking = [
        _("{step}: {given} of {needed}").format(
            step=step_title(item.step), given=len(item.approvals), needed=item.step.quorum
        )
        for item in fill(steps_of(change, facts.settings), standing(change))
        if not item.is_full
    ]
    return "; ".join(lacking)


def is_rejected(change: Change, _facts: Facts) -> str:
    """Somebody who may decide has rejected this very plan."""
    return "" if standing_rejections(change) else _("Nobody has rejected this plan")


def decided_afterwards(change: Change, facts: Facts) -> str:
    """Work that began before its approval was decided about afterwards, either way."""
    if change.type is not ChangeType.EMERGENCY and not change.retrospective:
        return ""
    if standing_rejections(change):
        return ""
    return is_approved(change, facts)


APPROVED = (
    hard("approved", later("Approval"), is_approved),
    soft("second_approval", later("Every approver asked for"), enough_approvals),
    hard("freeze", later("No freeze"), no_open_freeze),
    soft("conflict", later("No conflict"), no_open_conflict),
)
REJECTED = (hard("rejected", later("Rejection"), is_rejected),)
