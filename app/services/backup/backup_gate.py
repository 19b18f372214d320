"""Whether a backup is proven well enough, and fresh enough, to start a change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.backup import BackupSet, BackupSource, CaptureState, Level, SourceKind
from app.domain.change import Change
from app.domain.external_backup import ExternalBackup
from app.domain.ids import HostId
from app.domain.work import Work, last_of
from app.i18n import _
from app.services.backup.external_words import system_name
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
        return self.is_young(item.sealed_at)

    def is_young(self, at: datetime) -> bool:
        """Whether a moment is not too long ago, and not in the future."""
        return -CLOCK_TOLERANCE <= self.now - at <= self.max_age

    def is_overtaken(self, host: HostId, began: datetime) -> bool:
        """Whether work on a host may have altered it since a backup began."""
        last = last_of(self.work, host)
        return last is not None and last.overtakes(began)

    def later_work(self, item: BackupSet) -> Work | None:
        """Return the last work on a host of a set that the set may lack."""
        lasts = (last_of(self.work, host) for host in item.hosts)
        found = (last for last in lasts if last is not None and last.overtakes(item.started_at))
        return max(found, key=lambda last: (not last.ended, last.at), default=None)


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """Whether backups are good enough to start, and the sentence that says why.

    ``best`` is a set that was proven here, ``claim`` a reference that is only believed.
    """

    met: bool
    sentence: str
    best: BackupSet | None = None
    claim: ExternalBackup | None = None


def max_age(change: Change, usual_h: float) -> timedelta:
    """Return how old a backup may be when the work begins: the strictest of all that is said."""
    limits = [step.max_age_s for step in change.runbook.steps if step.max_age_s is not None]
    return timedelta(seconds=min([usual_h * 3600.0, *limits]))


def demand_of(
    change: Change,
    usual_h: float,
    now: datetime,
    work: tuple[Work, ...] = (),
    *,
    unassessed: Level = Level.CAPTURED,
) -> Demand:
    """Return what the gate asks of every backup of a change.

    Args:
        change: The change.
        usual_h: How many hours old a backup may be where nothing stricter is said.
        now: When it is asked.
        work: The last work on each host that may have altered its data.
        unassessed: The level that is enough while the risk is not assessed.
    """
    level = change.risk.required_backup if change.risk else unassessed
    zone = change.window.zone if change.window else "UTC"
    return Demand(level, max_age(change, usual_h), now, work, zone)


def own_sources(change: Change) -> list[BackupSource]:
    """Return what sets of our own are to hold: neither other systems nor a step of restic do."""
    by_restic = {step.host for step in change.runbook.steps if step.by_restic}
    return [
        source
        for source in change.backup_plan
        if source.kind is not SourceKind.EXTERNAL
        and not (source.kind is SourceKind.FILES and source.host in by_restic)
    ]


def gate_change(
    change: Change, sets: Sequence[BackupSet], demand: Demand
) -> tuple[tuple[HostId, GateAnswer], ...]:
    """Say for every host of a change whether its backup is good enough, the planned ones first.

    A host that the change touches and the plan does not back up is not good enough: where there is
    nothing to keep, the facts of the host still say what was before. What is to be sealed together
    must lie in one set: else it cannot be brought back to one moment.
    """
    plan = change.backup_plan
    hosts = dict.fromkeys([*(source.host for source in plan), *change.hosts])
    ours = own_sources(change)
    apart = change.backup_apart or len({source.host for source in ours}) < _SEVERAL
    whole = [item for item in sets if all(item.holds(source) for source in ours)]
    counted = sets if apart else whole or sets
    answers = {}
    for host in hosts:
        sources = [source for source in plan if source.host == host]
        own = [item for item in counted if host in item.hosts]
        answers[host] = (
            gate_host(sources, own, demand, change.external_backups)
            if sources
            else GateAnswer(False, _("The plan backs up nothing of it, not even its facts."))
        )
    loose = [host for host, one in answers.items() if one.met and one.claim is None]
    if not apart and not whole and len({s.host for s in ours if answers[s.host].claim is None}) > 1:
        answers |= {host: _not_together(answers[host]) for host in loose}
    return tuple(answers.items())


_SEVERAL = 2


def _not_together(answer: GateAnswer) -> GateAnswer:
    text = _("It lies in another set than the other hosts, so they go back to different moments.")
    return replace(answer, met=False, sentence=text)


def gate_host(
    sources: Sequence[BackupSource],
    sets: Sequence[BackupSet],
    demand: Demand,
    claims: Sequence[ExternalBackup] = (),
) -> GateAnswer:
    """Say whether everything the plan backs up on one host is in a set that is good enough.

    What no set of ours satisfies may be in a backup of another system, as far as that is believed.

    Args:
        sources: What the plan names on that host, at least one.
        sets: The sets of that host.
        demand: What is asked of them.
        claims: References to what other systems took.
    """
    worst: GateAnswer | None = None
    for source in sources:
        answer = gate_source(source, sets, demand, claims)
        if not answer.met:
            return answer
        if worst is None or _rank(answer) < _rank(worst):
            worst = answer
    return worst or GateAnswer(False, _no_usable(sets))


def gate_source(
    source: BackupSource,
    sets: Sequence[BackupSet],
    demand: Demand,
    claims: Sequence[ExternalBackup] = (),
) -> GateAnswer:
    """Say what counts for one thing of a plan: a set that is proven here, else what is claimed.

    Where neither is good enough, the answer is about our set, if there is one at all.
    """
    own = _gate_own(source, sets, demand)
    told = None if own.met else gate_claim(source, claims, demand)
    if told is None or (own.best is not None and not told.met):
        return own
    return told


def _gate_own(source: BackupSource, sets: Sequence[BackupSet], demand: Demand) -> GateAnswer:
    if source.kind is SourceKind.EXTERNAL:
        text = _("{what} is backed up by another system, and no reference to that is recorded.")
        return GateAnswer(False, text.format(what=source.title))
    holding = [item for item in sets if item.holds(source)]
    if sets and not holding:
        return GateAnswer(False, _("no backup holds {what}").format(what=source.title))
    return gate_level(holding, demand)


def gate_claim(
    source: BackupSource, claims: Sequence[ExternalBackup], demand: Demand
) -> GateAnswer | None:
    """Say what a reference is worth for a source; None when nobody has recorded one."""
    covering = [one for one in claims if one.stands and one.stands_for(source)]
    if not covering:
        return None
    best = max(
        covering,
        key=lambda one: (
            demand.is_young(one.taken_at), not demand.is_overtaken(source.host, one.taken_at),
            -1 if one.level is None else int(one.level), one.taken_at,
        ),
    )  # fmt: skip
    system, level = system_name(best), best.level
    if level is None:
        text = _("Nobody has checked what {system} took, or its restore failed.")
        return GateAnswer(False, text.format(system=system), claim=best)
    if not demand.is_young(best.taken_at) or demand.is_overtaken(source.host, best.taken_at):
        text = _("What {system} took {at} is too old: by its age, or by later work on the host.")
        at = moment(best.taken_at, demand.zone)
        return GateAnswer(False, text.format(system=system, at=at), claim=best)
    told = {"system": system, "has": level.label, "needed": demand.level.label}
    if level < demand.level:
        text = (
            _("{system}, run from here, has shown {has}, needed is {needed}.")
            if best.driven
            else _("{system} is claimed to hold {has}, needed is {needed}.")
        )
        return GateAnswer(False, text.format(**told), claim=best)
    if best.driven:
        text = _("{has}, by restic, run from here: {check}.")
        return GateAnswer(True, text.format(has=level.label, check=best.check), claim=best)
    text = _("{has}, claimed: taken by {system}, checked by {who}. Not proven here.")
    return GateAnswer(True, text.format(**told, who=best.checked_by), claim=best)


def _rank(answer: GateAnswer) -> tuple[bool, int]:
    """Order answers: what is only claimed comes before what is proven."""
    held = answer.claim if answer.claim is not None else answer.best
    level = held.level if held is not None else None
    return answer.claim is None, -1 if level is None else int(level)


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
        if lost := _lost(best, demand.level):
            return GateAnswer(False, lost, best)
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


def _lost(best: BackupSet, needed: Level) -> str:
    """Say that a set would count but for a record that is missing from the vault; or nothing."""
    latest = (best.latest(level) for level in Level if level <= needed)
    lost = next((proof for proof in latest if proof is not None and proof.is_lost), None)
    if lost is None:
        return ""
    return _(
        "The record of a proof of {host} is missing from the vault ({level}): prove it again."
    ).format(host=best.host_name, level=lost.level.label)


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
    if any(item.acceptance_lost and not item.missing for item in sets):
        return _("The record of who accepted the incomplete backup is missing: accept it again.")
    if any(item.state is CaptureState.PARTIAL and not item.missing for item in sets):
        return _("The backup is incomplete, and nobody has accepted that.")
    return _("There is no usable backup.")
