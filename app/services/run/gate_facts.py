"""What stands beside the buttons of a gate: the evidence a decision rests on, as it is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.backup import BackupSet, Level
from app.domain.change import Change
from app.domain.external_backup import ExternalBackup
from app.domain.health import Health, HealthReport
from app.domain.ids import HostId
from app.domain.run import Run, StepRun, StepState
from app.domain.runbook import Phase, StepKind
from app.domain.work import Work
from app.i18n import _
from app.services.backup.backup_gate import GateAnswer, demand_of, gate_change
from app.services.backup.external_words import system_name
from app.services.run.rollback import rollback_deadline
from app.services.run.runbooks import expected
from app.wording import clock, count_of, duration


class FactState(StrEnum):
    """What a fact speaks for."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class GateFact:
    """One line: a word, what it is about, a figure, and the ids of the records behind it."""

    state: FactState
    word: str
    text: str
    figure: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Everything a gate looks at; ``backup_age_h`` is the oldest backup that counts."""

    change: Change
    run: Run
    now: datetime
    health: Sequence[HealthReport] = ()
    backups: Sequence[BackupSet] = ()
    backup_age_h: float = 24.0
    zone: str = field(default="UTC")
    work: tuple[Work, ...] = ()
    """The last work on each host the plan backs up, of other runs than this one."""


def gate_facts(seen: Situation) -> tuple[GateFact, ...]:
    """Return the evidence for a decision, what speaks against going on included."""
    return (
        *_checks(seen),
        _health(seen),
        *_backups(seen),
        _pace(seen),
        *_deadline(seen),
        *_others(seen),
    )


def _checks(seen: Situation) -> Iterable[GateFact]:
    """The last check that this run has made."""
    done = [
        item
        for item in seen.run.active
        if item.step.kind in (StepKind.CHECK, StepKind.RESTORE_TEST) and item.ended_at
    ]
    last = max(done, key=lambda item: item.ended_at or seen.now, default=None)
    if last is None:
        return
    passed = last.state is StepState.DONE
    yield GateFact(
        FactState.GOOD if passed else FactState.BAD,
        _("Passed") if passed else _("Failed"),
        last.step.title,
        clock(last.ended_at, seen.zone) if last.ended_at else "",
        _kept(last, seen.run),
    )


def _kept(item: StepRun, run: Run) -> tuple[str, ...]:
    """Name the run and, where the step said something, its transcript."""
    said = (_("transcript {id}").format(id=item.transcript),) if item.transcript else ()
    return (_("run {id}").format(id=run.id), *said)


def _health(seen: Situation) -> GateFact:
    """The newest check of every host; what warns or could not be read is not called healthy."""
    hosts = seen.change.hosts
    newest: dict[str, HealthReport] = {}
    for report in sorted(seen.health, key=lambda item: item.started_at):
        newest[report.host] = report
    found = [newest[host] for host in hosts if host in newest]
    text = _("Last health check of every host")
    if not found or len(found) < len(hosts):
        share = count_of(len(found), len(hosts))
        return GateFact(FactState.MISSING, _("Not checked"), text, share, _ids(found))
    counts = {health: sum(r.worst is health for r in found) for health in Health}
    share = count_of(counts[Health.OK], len(found))
    for health, state, words in (
        (Health.CRITICAL, FactState.BAD, _("{n} critical")),
        (Health.WARNING, FactState.WATCH, _("{n} with warnings")),
        (Health.UNKNOWN, FactState.WATCH, _("{n} not all read")),
    ):
        if counts[health]:
            return GateFact(state, words.format(n=counts[health]), text, share, _ids(found))
    return GateFact(FactState.GOOD, _("Healthy"), text, share, _ids(found))


def _ids(reports: Iterable[HealthReport]) -> tuple[str, ...]:
    return tuple(_("check {id}").format(id=report.id) for report in reports)


def _backups(seen: Situation) -> Iterable[GateFact]:
    change = seen.change
    if not change.backup_plan or change.risk is None:
        yield GateFact(FactState.MISSING, _("No backup"), _("The plan names nothing to back up"))
        return
    demand = demand_of(change, seen.backup_age_h, seen.now, seen.work)
    told: set[tuple[str, str]] = set()
    for host, answer in gate_change(change, seen.backups, demand):
        best = answer.best
        if answer.claim is not None:
            yield _claim(answer, answer.claim, seen)
            continue
        if best is None or best.level is None:
            yield GateFact(FactState.BAD, _("No backup"), _named(host, answer.sentence, seen))
            continue
        if (best.id, answer.sentence) in told:
            continue  # one set of several hosts is one line
        told.add((best.id, answer.sentence))
        text = _("Backup of {host}, {level}").format(host=best.host_name, level=best.level.label)
        if best.restore_s is not None:
            text = _("{text} in {time}").format(text=text, time=duration(best.restore_s))
        state = FactState.GOOD if answer.met else FactState.BAD
        word = _("Proven") if answer.met else _("Not enough")
        if not answer.met:
            text = f"{text}. {answer.sentence}"
        ids = (_("set {id}").format(id=best.id),)
        yield GateFact(state, word, text, clock(best.sealed_at, seen.zone), ids)


def _claim(answer: GateAnswer, claim: ExternalBackup, seen: Situation) -> GateFact:
    """What another system took is not called proven, unless it was compared here."""
    text = _("Backup by {system}. {sentence}").format(
        system=system_name(claim), sentence=answer.sentence
    )
    state, word = FactState.BAD, _("Not enough")
    if answer.met:
        state, word = FactState.WATCH, _("By restic") if claim.driven else _("Claimed")
        if claim.is_shown_here:
            state, word = FactState.GOOD, Level.RESTORED.label
    proof = (f"SHA-256 {claim.proof.sha256[:12]}",) if claim.proof is not None else ()
    at = clock(claim.taken_at, seen.zone)
    return GateFact(state, word, text, at, (claim.name, *proof))


def _named(host: HostId, sentence: str, seen: Situation) -> str:
    """Say of which host it is, where there are several and its name is known."""
    names = {key: name for item in seen.backups for key, name in item.hosts.items()}
    names.update({report.host: report.host_name for report in seen.health})
    name = names.get(host, "") if len(seen.change.hosts) > 1 else ""
    return f"{name}: {sentence}" if name else sentence


def _pace(seen: Situation) -> GateFact:
    behind_s = behind(seen.run, seen.now)
    text = _("Elapsed against the plan")
    if behind_s is None:
        return GateFact(FactState.MISSING, _("No plan"), text)
    if behind_s > 60:
        return GateFact(FactState.WATCH, _("Behind"), text, duration(behind_s))
    return GateFact(FactState.GOOD, _("In time"), text, duration(max(0.0, -behind_s)))


def behind(run: Run, now: datetime) -> float | None:
    """Return how much later than planned the run looks like ending, in seconds; None if over."""
    ends = [item.planned_end for item in run.active if item.planned_end]
    if run.is_over or not ends:
        return None
    return (max(end for _start, end in expected(run, now).values()) - max(ends)).total_seconds()


def _deadline(seen: Situation) -> Iterable[GateFact]:
    deadline = rollback_deadline(seen.change, tuple(seen.backups))
    if deadline is None or not seen.run.is_live or seen.run.direction is Phase.BACKOUT:
        return
    left_s = (deadline - seen.now).total_seconds()
    text = _("Latest start of a roll-back, {time}").format(time=clock(deadline, seen.zone))
    if left_s < 0:
        yield GateFact(FactState.BAD, _("Passed by"), text, duration(-left_s))
    else:
        state = FactState.WATCH if left_s < 600 else FactState.GOOD
        yield GateFact(state, _("Left"), text, duration(left_s))


def _others(seen: Situation) -> Iterable[GateFact]:
    """Steps beside the gate that are not over."""
    beside: list[StepRun] = [item for item in seen.run.active if item.state is StepState.SENT]
    for item in beside:
        since = (seen.now - item.started_at).total_seconds() if item.started_at else 0.0
        yield GateFact(FactState.WATCH, _("Not ready"), item.step.title, duration(since))
