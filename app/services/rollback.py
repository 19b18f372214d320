"""How long the way back may take, and until when it can still be begun."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.critical_path import lay_out, longest_chain
from app.domain.ids import HostId
from app.domain.runbook import SIDE_BY_SIDE, Phase, Step, StepKind, waits_for

ROLLBACK_FACTOR = 1.5
"""Safety factor on the measured restore time: the real one meets a stressed team."""


@dataclass(frozen=True, slots=True)
class RollbackTime:
    """What the time for a roll-back is made of, in seconds: the longest chain of its way back.

    Restores that follow one another add up; those that go side by side take as long as the longest.
    Only what a restore has measured is multiplied by the factor.
    """

    restore_s: float
    """Restores of the chain, as measured."""
    rest_s: float
    """The rest of it as planned: stop, start, verify, and restores that nobody has measured."""

    @property
    def measured(self) -> bool:
        """Whether any of it was measured."""
        return self.restore_s > 0

    @property
    def total_s(self) -> float:
        """The whole."""
        return self.restore_s * ROLLBACK_FACTOR + self.rest_s


def rollback_time(change: Change, backups: Iterable[BackupSet]) -> RollbackTime:
    """Return how long the way back of a change may take.

    A way back without a step that restores still leaves time for the restores that were measured,
    one after the other: the longer of both counts.
    """
    measured: dict[tuple[HostId, ...], float] = {}
    for item in backups:
        if item.restore_s is not None:
            hosts = tuple(item.hosts)
            measured[hosts] = max(item.restore_s, measured.get(hosts, 0.0))
    for claim in change.external_backups:
        if claim.restore_s is not None and claim.level is not None:
            hosts = tuple(dict.fromkeys(one.host for one in claim.covers))
            measured[hosts] = max(claim.restore_s, measured.get(hosts, 0.0))
    steps = change.runbook.phase(Phase.BACKOUT)
    whole_s = change.runbook.backout_estimate_s
    if not any(step.kind is StepKind.RESTORE for step in steps):
        by_hand_s = sum(measured.values())
        longer = by_hand_s * ROLLBACK_FACTOR > whole_s
        return RollbackTime(by_hand_s, 0.0) if longer else RollbackTime(0.0, whole_s)
    each: dict[HostId, float] = {}
    for hosts, seconds in measured.items():  # of several hosts only the whole was measured
        each.update({host: max(seconds, each.get(host, 0.0)) for host in hosts})
    return _longest_chain(steps, each)


def _longest_chain(steps: Sequence[Step], measured: Mapping[HostId, float]) -> RollbackTime:
    restores = {
        step.id: measured[step.host]
        for step in steps
        if step.kind is StepKind.RESTORE and step.host is not None and step.host in measured
    }
    needed_s = {
        step.id: restores[step.id] * ROLLBACK_FACTOR if step.id in restores else step.estimate_s
        for step in steps
    }
    after = waits_for(steps)
    laid = lay_out(needed_s, after)
    chain = longest_chain(laid, after)
    restore_s = sum(restores.get(key, 0.0) for key in chain)
    rest_s = sum(needed_s[key] for key in chain if key not in restores)
    crowded_s = sum(needed_s.values()) / SIDE_BY_SIDE - laid.total_s
    return RollbackTime(restore_s, rest_s + max(0.0, crowded_s))


def rollback_s(change: Change, backups: Iterable[BackupSet]) -> float:
    """Return how long the way back may take, in seconds: measured if it was, else as planned."""
    return rollback_time(change, backups).total_s


def rollback_deadline(change: Change, backups: Iterable[BackupSet]) -> datetime | None:
    """Return the latest safe start of a roll-back (UTC), None without a window."""
    if change.window is None:
        return None
    return change.window.span.end - timedelta(seconds=rollback_s(change, backups))
