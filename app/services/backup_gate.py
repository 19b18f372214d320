"""Whether a backup is proven well enough, and fresh enough, to start a change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.backup import BackupSet, BackupSource, CaptureState, GateAnswer, Level
from app.domain.change import Change
from app.domain.ids import HostId
from app.domain.work import Work, last_of
from app.i18n import _
from app.wording import duration, moment

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far in the future a set may lie before its age is not believed."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What the gate asks of every backup: its level, how old it may be now, what it must hold."""

    level: Level
    max_age: timedelta
    now: datetime
    work: tuple[Work, ...] = ()
    """The last work on each host that may have altered its data."""
    zone: str = "UTC"
    """Where the times of an answer are read."""

    def is_fresh(self, item: BackupSet) -> bool:
        """Whether a set is young enough, and not from the future."""
        return -CLOCK_TOLERANCE <= self.now - item.sealed_at <= self.max_age

    def later_work(self, item: BackupSet) -> Work | None:
        """Return the last work on a host of a set that the set may lack."""
        lasts = (last_of(self.work, host) for host in item.hosts)
        found = (last for last in lasts if last is not None and last.overtakes(item.started_at))
        return max(found, key=lambda last: (not last.ended, last.at), default=None)


def gate_change(
    change: Change, sets: Sequence[BackupSet], demand: Demand
) -> tuple[tuple[HostId, GateAnswer], ...]:
    """Say for every host of a change whether its backup is good enough, the planned ones first.

    A host that the change touches and the plan does not back up is not good enough: where there is
    nothing to keep, the facts of the host still say what was before. What is to be
    sealed together must lie in one set: else it cannot be brought back to one moment.
    """
    plan = change.backup_plan
    hosts = dict.fromkeys([*(source.host for source in plan), *change.hosts])
    whole = [item for item in sets if all(item.holds(source) for source in plan)]
    apart = change.backup_apart or len({source.host for source in plan}) < _SEVERAL
    answers = []
    for host in hosts:
        sources = [source for source in plan if source.host == host]
        own = [item for item in (sets if apart else whole or sets) if host in item.hosts]
        if sources:
            answers.append((host, gate_host(sources, own, demand)))
        else:
            answers.append(
                (host, GateAnswer(False, _("The plan backs up nothing of it, not even its facts.")))
            )
    if not apart and not whole:
        return tuple((host, _not_together(answer)) for host, answer in answers)
    return tuple(answers)


_SEVERAL = 2


def _not_together(answer: GateAnswer) -> GateAnswer:
    if not answer.met:
        return answer
    text = _("It lies in another set than the other hosts, so they go back to different moments.")
    return replace(answer, met=False, sentence=text)


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
            answer = gate_level(holding, demand)
        if not answer.met:
            return answer
        if worst is None or _level(answer) < _level(worst):
            worst = answer
    return worst or GateAnswer(False, _no_usable(sets))


def _level(answer: GateAnswer) -> int:
    best = answer.best
    return -1 if best is None or best.level is None else int(best.level)


def gate_level(sets: Sequence[BackupSet], demand: Demand) -> GateAnswer:
    """Say whether one of the sets is proven well enough and fresh enough, and why not."""
    usable = [item for item in sets if item.usable and item.level is not None]
    if not usable:
        return GateAnswer(False, _no_usable(sets))
    best = max(
        usable,
        key=lambda item: (
            demand.is_fresh(item), demand.later_work(item) is None, item.level, item.sealed_at,
        ),
    )  # fmt: skip
    if doubt := _too_old(best, demand):
        return GateAnswer(False, doubt, best)
    has = best.level
    if has is None or has < demand.level:
        return GateAnswer(
            False,
            _("The backup of {host} is {has}, needed is {needed}.").format(
                host=best.host_name, has=has.label if has else "–", needed=demand.level.label
            ),
            best,
        )
    return GateAnswer(
        True, _("{has}, {at:%H:%M} UTC.").format(has=has.label, at=best.sealed_at), best
    )


def _too_old(best: BackupSet, demand: Demand) -> str:
    """Say why a set is too old: by the clock, or by what was done on its host since; or nothing."""
    if not demand.is_fresh(best):
        return _(
            "The backup of {host} is older than {age}, or its time lies in the future."
        ).format(host=best.host_name, age=duration(demand.max_age.total_seconds()))
    work = demand.later_work(best)
    if work is None:
        return ""
    text = (
        _("The backup of {host} began {began}, before “{step}” of {number} ended there ({at}).")
        if work.ended
        else _("“{step}” of {number}, begun {at}, is not known to have ended on {host}.")
    )
    return text.format(
        host=best.host_name,
        began=moment(best.started_at, demand.zone),
        step=work.step,
        number=work.number,
        at=moment(work.at, demand.zone),
    )


def _no_usable(sets: Sequence[BackupSet]) -> str:
    if any(item.state is CaptureState.PARTIAL and not item.missing for item in sets):
        return _("The backup is incomplete, and nobody has accepted that.")
    return _("There is no usable backup.")
