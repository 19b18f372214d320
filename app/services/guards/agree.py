"""Authorize: enough people agreed to exactly this plan."""

from app.domain.approval import Decision
from app.domain.change import Change
from app.i18n import _, later
from app.services.guards.base import hard, soft
from app.services.guards.time import no_open_conflict, no_open_freeze
from app.services.quorum import approvals_needed, standing_approvals
from app.services.transitions import Facts


def is_approved(change: Change, _facts: Facts) -> str:
    """Somebody who does not implement has approved this very plan."""
    if standing_approvals(change):
        return ""
    if any(item.decision is Decision.APPROVED for item in change.approvals):
        return _("The plan was edited after it was approved")
    return _("Nobody but the implementer has approved")


def enough_approvals(change: Change, facts: Facts) -> str:
    """As many people have approved as the remaining risk asks for."""
    needed, given = approvals_needed(change, facts.settings), len(standing_approvals(change))
    if given >= needed:
        return ""
    return _("{given} of {needed} approvals that the remaining risk asks for").format(
        given=given, needed=needed
    )


APPROVED = (
    hard("approved", later("Approval"), is_approved),
    soft("second_approval", later("Enough approvals"), enough_approvals),
    hard("freeze", later("No freeze"), no_open_freeze),
    soft("conflict", later("No conflict"), no_open_conflict),
)
