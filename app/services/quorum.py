"""Whether enough people agreed to a plan: derived from the decisions, never stored."""

from app.domain.approval import Decision
from app.domain.change import Change
from app.settings import Settings


def approvals_needed(change: Change, settings: Settings) -> int:
    """Return how many people must approve at the risk that remains, by the settings."""
    return settings.approvals_needed(change.risk.residual_level if change.risk else None)


def standing_approvals(change: Change) -> tuple[str, ...]:
    """Return who approved exactly this plan and took nothing back; implementers do not count."""
    plan = change.plan_hash
    latest = {item.approver: item for item in change.approvals if item.plan_hash == plan}
    return tuple(
        name
        for name, item in latest.items()
        if item.decision is Decision.APPROVED and name != change.implementer
    )
