"""What people decide about a change beside its next move, each as one call on a worker."""

from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.services import entries
from app.services.approval import approvals
from app.services.change import changes, families, overrides, retrospective
from ui.operations.changes import write
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


def write_entry(context: "UiContext", change_id: str, text: str) -> Task:
    """Write an entry into the log of a change."""
    return write(context, lambda desk: entries.write_entry(change_id, text, desk=desk))


def hold(context: "UiContext", change_id: str, reason: str) -> Task:
    """Put a change on hold, with a reason."""
    return write(context, lambda desk: changes.set_hold(change_id, reason, desk=desk))


def release(context: "UiContext", change_id: str, reason: str) -> Task:
    """Take a change off hold, with a reason."""
    return write(context, lambda desk: changes.set_hold(change_id, reason, desk=desk, held=False))


def reject(context: "UiContext", change_id: str, comment: str) -> Task:
    """Record the acting person's rejection of the plan, which takes the change back."""
    return write(
        context,
        lambda desk: approvals.decide(change_id, Decision.REJECTED, desk=desk, comment=comment),
    )


def approve(context: "UiContext", change_id: str, comment: str) -> Task:
    """Record the acting person's approval of the plan as it stands."""
    return write(
        context,
        lambda desk: approvals.decide(change_id, Decision.APPROVED, desk=desk, comment=comment),
    )


def override(
    context: "UiContext", change_id: str, guard: str, reason: str, target: ChangeState
) -> Task:
    """Pass a soft condition of a move in the acting person's name."""
    return write(
        context,
        lambda desk: overrides.override_guard(
            change_id, guard, desk=desk, reason=reason, target=target
        ),
    )


def ask_again(context: "UiContext", change_id: str) -> Task:
    """Ask for approval of the plan as it was edited."""
    return write(context, lambda desk: approvals.ask_again(change_id, desk=desk))


def open_child(context: "UiContext", change_id: str, title: str) -> Task:
    """Open a change that belongs to this one."""
    return write(context, lambda desk: families.open_child(change_id, title, desk=desk))


def set_parent(context: "UiContext", change_id: str, number: str) -> Task:
    """Put a change under another one by number, or under none."""
    return write(context, lambda desk: families.set_parent(change_id, number, desk=desk))


def record_afterwards(
    context: "UiContext", change_id: str, reason: str, span: tuple[datetime, datetime]
) -> Task:
    """Mark a draft as work that was done already."""
    return write(
        context,
        lambda desk: retrospective.record_afterwards(change_id, reason, *span, desk=desk),
    )


def record_beforehand(context: "UiContext", change_id: str) -> Task:
    """Take that mark back."""
    return write(context, lambda desk: retrospective.record_beforehand(change_id, desk=desk))
