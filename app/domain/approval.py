"""Approvals: a decision by a named person over exactly one version of the plan."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.people import Role


class Decision(StrEnum):
    """What an approver said."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """How many people of a role must approve; a soft step can be passed by name and reason."""

    role: Role
    quorum: int
    hard: bool = True


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """Approval was asked for: for which plan, and by which steps."""

    id: str
    at: datetime
    by: str
    plan_hash: str
    revision: int = 1
    steps: tuple[ApprovalStep, ...] = ()
    exported: tuple[str, ...] = ()
    """SHA-256 of each request file that went out; an answer to anything else is refused."""
    tests: tuple[str, ...] = ()
    """Ids of the test cases that were asked about; they stay as they were shown."""


@dataclass(frozen=True, slots=True)
class PlanCopy:
    """The plan as it stood when approval was asked for, to show later what has changed since."""

    id: str
    change: str
    plan_hash: str
    at: datetime
    plan: str
    """Canonical JSON; its SHA-256 is the hash."""


def plan_copy_id(change_id: str, plan_hash: str) -> str:
    """Return the id under which a plan of a change is kept."""
    return f"{change_id}-{plan_hash[:16]}"


@dataclass(frozen=True, slots=True)
class Signature:
    """An Ed25519 signature made elsewhere: what was signed, with which public key (base64)."""

    payload: str
    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One decision.

    It counts only in the revision and for the plan it was given for. ``tolerance_h`` is how far
    the window may move, in hours, and still be the one that was approved.
    """

    approver: str
    role: str
    decision: Decision
    at: datetime
    plan_hash: str
    comment: str = ""
    revision: int = 1
    tolerance_h: float = 0.0
    roles: tuple[Role, ...] = ()
    """The roles the person had when deciding."""
    request: str = ""
    requested_at: datetime | None = None
    recorded_at: datetime | None = None
    """When an answer that was signed elsewhere came in."""
    signed: Signature | None = None

    @property
    def waited_s(self) -> float | None:
        """Seconds from the request to the decision."""
        if self.requested_at is None:
            return None
        return max(0.0, (self.at - self.requested_at).total_seconds())
