"""Approvals: a decision by a named person over exactly one version of the plan."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Decision(StrEnum):
    """What an approver said."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Approval:
    """One decision; it counts only while the plan still has the hash it was given for."""

    approver: str
    role: str
    decision: Decision
    at: datetime
    plan_hash: str
    comment: str = ""
