"""A request for approval: the steps asked for, and a copy of the plan it is about."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.domain.approval import ApprovalRequest, PlanCopy, plan_copy_id
from app.domain.change import Change
from app.domain.event import NewEvent
from app.domain.ids import new_id
from app.i18n import _
from app.services.approval.quorum import policy
from app.services.ports.store import UnitOfWork
from app.services.ports.world import Clock
from app.settings import Settings


class Asks(Protocol):
    """What asking needs of a desk."""

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        ...

    @property
    def actor(self) -> str:
        """Who asks."""
        ...

    @property
    def settings(self) -> Settings:
        """Say how many must approve."""
        ...


def ask(change: Change, uow: UnitOfWork, desk: Asks) -> Change:
    """Return the change with a request for its plan; keeps a copy of the plan and logs it."""
    now = desk.clock.now()
    request = ApprovalRequest(
        new_id(), now, desk.actor, change.plan_hash, change.revision, policy(change, desk.settings),
        tests=tuple(case.id for case in change.tests),
    )  # fmt: skip
    keep_copy(change, uow, now)
    text = _("Asked for approval of plan {plan}, revision {n}").format(
        plan=request.plan_hash[:8], n=request.revision
    )
    uow.log.append(NewEvent("approval.requested", text, change.id))
    return replace(change, requests=(*change.requests, request))


def keep_copy(change: Change, uow: UnitOfWork, now: datetime) -> None:
    """Keep the plan as it stands, once."""
    ident = plan_copy_id(change.id, change.plan_hash)
    if uow.plans.find(ident) is None:
        uow.plans.add(PlanCopy(ident, change.id, change.plan_hash, now, change.plan_text))
