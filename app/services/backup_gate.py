"""Whether a backup is proven well enough, and fresh enough, to start a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.backup import BackupSet, BackupSource, CaptureState, GateAnswer, Level
from app.i18n import _
from app.wording import duration

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far in the future a set may lie before its age is not believed."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What the gate asks of every backup: its level, and how old it may be now."""

    level: Level
    max_age: timedelta
    now: datetime


def gate_host(
    sources: Sequence[BackupSource], sets: Sequence[BackupSet], demand: Demand
) -> GateAnswer:
    """Say whether everything the plan backs up on one host is in a set that is good enough.

    Args:
        sources: What the plan names on that host, at least one.
        sets: The sets of that host.
        demand: What is asked of them.
    """
    worst: GateAnswer | None = None
    for source in sources:
        holding = [item for item in sets if item.holds(source)]
        if sets and not holding:
            answer = GateAnswer(False, _("no backup holds {what}").format(what=source.title))
        else:
            answer = gate_level(holding, demand.level, demand.max_age, demand.now)
        if not answer.met:
            return answer
        if worst is None or _level(answer) < _level(worst):
            worst = answer
    return worst or GateAnswer(False, _no_usable(sets))


def _level(answer: GateAnswer) -> int:
    best = answer.best
    return -1 if best is None or best.level is None else int(best.level)


def gate_level(
    sets: Sequence[BackupSet], required: Level, max_age: timedelta, now: datetime
) -> GateAnswer:
    """Say whether one of the sets is proven well enough and fresh enough, and why not."""
    usable = [item for item in sets if item.usable and item.level is not None]
    if not usable:
        return GateAnswer(False, _no_usable(sets))
    best = max(usable, key=lambda item: (_is_fresh(item, max_age, now), item.level, item.sealed_at))
    has = best.level
    if has is None or not _is_fresh(best, max_age, now):
        return GateAnswer(
            False,
            _("The backup of {host} is older than {age}, or its time lies in the future.").format(
                host=best.host_name, age=duration(max_age.total_seconds())
            ),
            best,
        )
    if has < required:
        return GateAnswer(
            False,
            _("The backup of {host} is {has}, needed is {needed}.").format(
                host=best.host_name, has=has.label, needed=required.label
            ),
            best,
        )
    return GateAnswer(
        True, _("{has}, {at:%H:%M} UTC.").format(has=has.label, at=best.sealed_at), best
    )


def _no_usable(sets: Sequence[BackupSet]) -> str:
    if any(item.state is CaptureState.PARTIAL and not item.missing for item in sets):
        return _("The backup is incomplete, and nobody has accepted that.")
    return _("There is no usable backup.")


def _is_fresh(item: BackupSet, max_age: timedelta, now: datetime) -> bool:
    return -CLOCK_TOLERANCE <= now - item.sealed_at <= max_age
