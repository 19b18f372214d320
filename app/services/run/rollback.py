"""How long the way back may take, and until when it can still be begun."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.critical_path import lay_out, longest_chain
from app.domain.external_backup import ExternalBackup
from app.domain.ids import HostId
from app.domain.runbook import Phase, Step, StepKind, in_line
from app.i18n import _
from app.wording import duration

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
    claimed_s: float = 0.0
    """What of ``restore_s`` was not measured here: drills with other systems, as people told."""

    @property
    def measured(self) -> bool:
        """Whether any of it was measured, here or elsewhere."""
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
    found = _drills(change, backups)
    steps = change.runbook.phase(Phase.BACKOUT)
    whole_s = change.runbook.backout_estimate_s
    if not any(step.kind is StepKind.RESTORE for step in steps):
        by_hand_s = sum(one.seconds for one in found.values())
        claimed_s = sum(one.seconds for one in found.values() if one.claimed)
        longer = by_hand_s * ROLLBACK_FACTOR > whole_s
        return RollbackTime(by_hand_s, 0.0, claimed_s) if longer else RollbackTime(0.0, whole_s)
    each: dict[HostId, _Drill] = {}
    for hosts, drill in found.items():  # of several hosts only the whole was measured
        each.update({host: max(drill, each.get(host, drill), key=_length) for host in hosts})
    return _longest_chain(steps, each)


@dataclass(frozen=True, slots=True)
class _Drill:
    """How long a restore took, and whether that is only told."""

    seconds: float
    claimed: bool


def _hosts_of(claim: ExternalBackup) -> tuple[HostId, ...]:
    return tuple(dict.fromkeys(one.host for one in claim.covers))


def _length(drill: _Drill) -> float:
    return drill.seconds


def _drills(change: Change, backups: Iterable[BackupSet]) -> dict[tuple[HostId, ...], _Drill]:
    """Return the longest restore of the same hosts together; only told ones count like ours."""
    every = [
        (tuple(item.hosts), _Drill(item.restore_s, claimed=False))
        for item in backups
        if item.restore_s is not None
    ]
    every += [
        (_hosts_of(claim), _Drill(claim.restore_s, claimed=not claim.is_shown_here))
        for claim in change.external_backups
        if claim.restore_s is not None and claim.level is not None
    ]
    found: dict[tuple[HostId, ...], _Drill] = {}
    for hosts, drill in every:
        found[hosts] = max(drill, found.get(hosts, drill), key=_length)
    return found


def _longest_chain(steps: Sequence[Step], measured: Mapping[HostId, _Drill]) -> RollbackTime:
    restores = {
        step.id: measured[step.host]
        for step in steps
        if step.kind is StepKind.RESTORE and step.host is not None and step.host in measured
    }
    told_s = {key: drill.seconds * ROLLBACK_FACTOR for key, drill in restores.items()}
    needed_s = {step.id: told_s.get(step.id, step.estimate_s) for step in steps}
    after = in_line(steps, needed_s)
    laid = lay_out(needed_s, after)
    chain = longest_chain(laid, after)
    counted = [restores[key] for key in chain if key in restores]
    restore_s = sum(one.seconds for one in counted)
    claimed_s = sum(one.seconds for one in counted if one.claimed)
    rest_s = sum(needed_s[key] for key in chain if key not in restores)
    return RollbackTime(restore_s, rest_s, claimed_s)


def measured_words(time: RollbackTime) -> str:
    """Say who has measured the restores of a way back: this program, or somebody who tells it."""
    if not time.measured:
        return _("as planned")
    if not time.claimed_s:
        return _("measured")
    if time.claimed_s >= time.restore_s:
        return _("claimed, not measured here")
    return _("{claimed} of it claimed, the rest measured").format(claimed=duration(time.claimed_s))


def rollback_deadline(change: Change, backups: Iterable[BackupSet]) -> datetime | None:
    """Return the latest safe start of a roll-back (UTC), None without a window."""
    if change.window is None:
        return None
    return change.window.span.end - timedelta(seconds=rollback_time(change, backups).total_s)
