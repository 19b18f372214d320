"""The guards of the process: each says in words what is still missing, or nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.approval import Decision
from app.domain.backup import BackupSet
from app.domain.change import Change
from app.domain.health import Health, HealthReport, Phase
from app.domain.metric import WindowName
from app.domain.review import CloseCode
from app.domain.run import Run, RunState, StepState
from app.domain.runbook import Phase as Direction
from app.domain.verdict import Verdict
from app.i18n import _
from app.services.backup_gate import gate_level
from app.services.transitions import Check, Facts
from app.settings import Settings

MIN_SAMPLES = 20
"""Fewer samples in a window cannot be judged (verdict design B needs at least as many)."""


def filled(field: str, what: str) -> Check:
    """Return a guard check: the text field is not empty."""

    def check(change: Change, _facts: Facts) -> str:
        return "" if str(getattr(change, field) or "").strip() else _(what)

    return check


def holds(rule: Callable[[Change], bool], what: str) -> Check:
    """Return a guard check from a rule over the change alone."""

    def check(change: Change, _facts: Facts) -> str:
        return "" if rule(change) else _(what)

    return check


def plan_is_complete(change: Change, _facts: Facts) -> str:
    """There is a way forward and a way back, step by step."""
    lacks = [
        text
        for phase, text in (
            (Direction.FORWARD, _("no step forward")),
            (Direction.BACKOUT, _("no step back")),
        )
        if not change.runbook.phase(phase)
    ]
    return _("The runbook has {lacks}").format(lacks=_(" and ").join(lacks)) if lacks else ""


def window_is_set(change: Change, _facts: Facts) -> str:
    """The window is agreed and long enough for the plan."""
    if change.window is None:
        return _("No maintenance window")
    planned = timedelta(seconds=change.runbook.forward_estimate_s)
    if change.window.span.duration < planned:
        return _("The window is shorter than the runbook")
    return ""


def no_conflict(_change: Change, facts: Facts) -> str:
    """No other open change works on the same host in the same window."""
    if not facts.rivals:
        return ""
    names = ", ".join(rival.number for rival in facts.rivals)
    return _("Same host and time as {names}").format(names=names)


def approvals_needed(change: Change, settings: Settings) -> int:
    """Return how many people must approve at the risk that remains, by the settings."""
    return settings.approvals_needed(change.risk.residual.level if change.risk else None)


def standing_approvals(change: Change) -> tuple[str, ...]:
    """Return who approved exactly this plan and took nothing back; implementers do not count."""
    plan = change.plan_hash
    latest = {item.approver: item for item in change.approvals if item.plan_hash == plan}
    return tuple(
        name
        for name, item in latest.items()
        if item.decision is Decision.APPROVED and name != change.implementer
    )


def is_approved(change: Change, _facts: Facts) -> str:
    """Somebody who does not implement has approved this very plan."""
    if standing_approvals(change):
        return ""
    if any(item.decision is Decision.APPROVED for item in change.approvals):
        return _("The plan was edited after it was approved")
    return _("Nobody but the implementer has approved")


def enough_approvals(change: Change, facts: Facts) -> str:
    """As many people have approved as the remaining risk asks for."""
    needed, given = approvals_needed(change, facts.settings), len(standing_approvals(change))
    if given >= needed:
        return ""
    return _("{given} of {needed} approvals that the remaining risk asks for").format(
        given=given, needed=needed
    )


def window_is_open(change: Change, facts: Facts) -> str:
    """It is the agreed time."""
    if change.window is None:
        return _("No maintenance window")
    if facts.now in change.window.span:
        return ""
    before = facts.now < change.window.span.start
    return _("The window has not opened yet") if before else _("The window is over")


def time_for_a_way_back(change: Change, facts: Facts) -> str:
    """The work fits before the latest moment at which a roll-back can still start."""
    if change.window is None:
        return _("No maintenance window")
    deadline = rollback_deadline(change, facts.backups)
    planned_end = facts.now + timedelta(seconds=change.runbook.forward_estimate_s)
    if deadline is None or planned_end <= deadline:
        return ""
    return _("The runbook would end after the latest start of a roll-back")


ROLLBACK_FACTOR = 1.5
"""Safety factor on the measured restore time: the real one meets a stressed team."""


def rollback_s(change: Change, backups: tuple[BackupSet, ...]) -> float:
    """Return how long the way back may take, in seconds: measured if it was, else as planned."""
    measured = [item.restore_s for item in backups if item.restore_s is not None]
    restore = max(measured, default=0.0) * ROLLBACK_FACTOR
    return max(restore, change.runbook.backout_estimate_s)


def rollback_deadline(change: Change, backups: tuple[BackupSet, ...]) -> datetime | None:
    """Return the latest safe start of a roll-back (UTC), None without a window."""
    if change.window is None:
        return None
    return change.window.span.end - timedelta(seconds=rollback_s(change, backups))


def backup_is_proven(change: Change, facts: Facts) -> str:
    """Every source of the backup plan is in a fresh set that is proven as the risk demands."""
    if change.risk is None:
        return _("The risk is not assessed, so the needed backup level is not known")
    if not change.backup_plan:
        return _("The plan names nothing to back up")
    needed = change.risk.required_backup
    oldest = timedelta(hours=facts.settings.backup_age_h)
    for host in dict.fromkeys(source.host for source in change.backup_plan):
        sets = [item for item in facts.backups if item.host == host]
        answer = gate_level(sets, needed, oldest, facts.now)
        if not answer.met:
            return f"{_name(host, facts)}: {answer.sentence}"
    return ""


def checked_before(change: Change, facts: Facts) -> str:
    """Health was checked before, on every host, and nothing critical was found."""
    for host in change.hosts:
        report = newest_report(facts.health, str(host), Phase.BEFORE)
        if report is None:
            return _("No health check of {host} yet").format(host=_name(host, facts))
        if report.worst is Health.CRITICAL:
            return _("The health check of {host} found something critical").format(
                host=_name(host, facts)
            )
    return ""


def checked_after_backout(change: Change, facts: Facts) -> str:
    """Health was checked after the way back, on every host."""
    run = facts.last_run
    since = run.ended_at if run else None
    for host in change.hosts:
        report = newest_report(facts.health, str(host), Phase.AFTER)
        if report is None or (since and report.started_at < since - _slack(run)):
            return _("No health check of {host} since the roll-back").format(
                host=_name(host, facts)
            )
    return ""


def _slack(run: Run | None) -> timedelta:
    """The check may be the last step of the way back itself."""
    if run is None or run.backout_at is None or run.ended_at is None:
        return timedelta(0)
    return run.ended_at - run.backout_at


def measured(window: WindowName, what: str) -> Check:
    """Return a guard check: every metric has a frozen, long enough sample set of a window."""

    def check(change: Change, facts: Facts) -> str:
        counts = {item.metric: item.n for item in facts.samples if item.window is window}
        lacking = [m.name for m in change.metrics if counts.get(m.id, 0) < MIN_SAMPLES]
        return f"{_(what)}: {', '.join(lacking)}" if lacking else ""

    return check


def contacts_confirmed(change: Change, _facts: Facts) -> str:
    """Everybody who must be reachable has said so."""
    silent = [person.name for person in change.contacts if person.confirmed_at is None]
    return _("Not confirmed: {names}").format(names=", ".join(silent)) if silent else ""


def run_is_done(change: Change, facts: Facts) -> str:
    """The way forward has ended, and every mandatory step is done or was skipped by name."""
    run = facts.last_run
    if run is None:
        return _("The run has not started")
    if run.state is not RunState.DONE:
        return _("The run has not ended")
    loose = [
        item.step.title
        for item in run.active
        if item.step.mandatory and item.state not in (StepState.DONE, StepState.SKIPPED)
    ]
    return _("Not done: {steps}").format(steps=", ".join(loose)) if loose else ""


def run_is_backed_out(_change: Change, facts: Facts) -> str:
    """The way back has ended."""
    run = facts.last_run
    done = run is not None and run.state is RunState.BACKED_OUT
    return "" if done else _("The roll-back has not ended")


def tests_are_settled(change: Change, _facts: Facts) -> str:
    """Every mandatory test has a result; a failed one is accepted by name."""
    if not change.tests:
        return _("No test case")
    loose = [case.title for case in change.tests if case.mandatory and not case.is_settled]
    return _("No result for: {tests}").format(tests=", ".join(loose)) if loose else ""


def watched_long_enough(change: Change, facts: Facts) -> str:
    """The agreed time under observation has passed."""
    if change.monitor_since is None:
        return _("The observation has not started")
    until = change.monitor_since + timedelta(days=change.monitor_days)
    if facts.now >= until:
        return ""
    left_h = (until - facts.now).total_seconds() / 3600
    return _("{hours:.1f} h of observation to go").format(hours=left_h)


def incidents_are_over(change: Change, _facts: Facts) -> str:
    """No incident that the change caused is still open."""
    loose = [i.reference for i in change.incidents if i.caused and i.restored_at is None]
    return _("Still open: {names}").format(names=", ".join(loose)) if loose else ""


def is_judged(change: Change, facts: Facts) -> str:
    """Every metric has a verdict."""
    judged = {item.metric_id for item in facts.comparisons}
    loose = [metric.name for metric in change.metrics if metric.id not in judged]
    return _("Not judged: {names}").format(names=", ".join(loose)) if loose else ""


def close_code_fits(change: Change, facts: Facts) -> str:
    """The close code says what the verdict and the run say."""
    if change.backed_out and change.close_code is not CloseCode.BACKED_OUT:
        return _("The change was backed out, the close code says otherwise")
    worse = any(item.verdict is Verdict.REGRESSED for item in facts.comparisons)
    if worse and change.close_code is CloseCode.SUCCESSFUL:
        return _("A measure got worse, the close code says “successful”")
    return ""


def reviewed_by_another(change: Change, _facts: Facts) -> str:
    """The review was done by somebody who did not implement."""
    if not change.reviewed_by:
        return _("Nobody has reviewed it")
    if change.reviewed_by == change.implementer:
        return _("The reviewer is the implementer")
    return ""


def newest_report(
    reports: tuple[HealthReport, ...], host: str, phase: Phase
) -> HealthReport | None:
    """Return the newest health report of a host in a phase."""
    fitting = [item for item in reports if item.host == host and item.phase is phase]
    return max(fitting, key=lambda item: item.started_at, default=None)


def _name(host_id: str, facts: Facts) -> str:
    return next((host.name for host in facts.hosts if host.id == host_id), host_id)
