"""Monitor and Review: watched, measured, judged, learned from."""

from app.domain.change import Change, ChangeType
from app.domain.metric import WindowName
from app.domain.people import same_person
from app.domain.review import CloseCode, TestResult
from app.domain.run import DeviationKind, Run
from app.domain.verdict import Verdict
from app.i18n import _, later
from app.services.change.closing import misfit
from app.services.change.transitions import Facts
from app.services.guards.agree import decided_afterwards
from app.services.guards.base import filled, hard, holds, soft
from app.services.guards.measure import measured
from app.wording import moment


def watched_long_enough(change: Change, facts: Facts) -> str:
    """The agreed time under observation has passed."""
    until = change.observed_until
    if until is None:
        return _("The observation has not started")
    zone = change.window.zone if change.window else "UTC"
    return "" if facts.now >= until else _("Watched until {at}").format(at=moment(until, zone))


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
    """The close code is not kinder than the record: verdicts, incidents, tests, run, outages."""
    return misfit(change, facts.comparisons, facts.last_run)


def is_clean(change: Change, facts: Facts) -> bool:
    """Whether nothing went otherwise than planned: what waives the review of a standard change."""
    return (
        change.close_code is CloseCode.SUCCESSFUL
        and not change.backed_out
        and not change.departures
        and not _left_the_plan(facts.last_run)
        and not any(item.caused for item in change.incidents)
        and all(case.result is TestResult.PASSED for case in change.tests if case.mandatory)
        and not any(item.verdict is Verdict.REGRESSED for item in facts.comparisons)
    )


def _left_the_plan(run: Run | None) -> bool:
    return run is not None and any(d.kind is DeviationKind.UNPLANNED for d in run.deviations)


def is_reviewed(change: Change, facts: Facts) -> str:
    """Somebody who did not implement has reviewed it; a clean standard change needs no review."""
    if change.type is ChangeType.STANDARD and not change.retrospective and is_clean(change, facts):
        return ""
    if not change.reviewed_by:
        return _("Nobody has reviewed it")
    if same_person(change.reviewed_by, change.implementer):
        return _("The reviewer is the implementer")
    return ""


def tasks_are_over(change: Change, _facts: Facts) -> str:
    """No task is open any more."""
    loose = [task.title for task in change.tasks if not task.state.is_over]
    return _("Open: {tasks}").format(tasks=", ".join(loose)) if loose else ""


def is_written_down(_change: Change, facts: Facts) -> str:
    """Somebody has written into the change log what was done."""
    return "" if facts.log_entries else _("Nobody has written into the log since the work began")


def children_are_over(_change: Change, facts: Facts) -> str:
    """Every change that belongs to this one is over."""
    loose = [child.number for child in facts.children if child.state.is_open]
    return _("Still open: {names}").format(names=", ".join(loose)) if loose else ""


TO_REVIEW = (
    hard("observed", later("Observation"), watched_long_enough),
    hard(
        "measured_after",
        later("Measured after"),
        measured(WindowName.AFTER, later("Too few samples after")),
    ),
    soft("judged", later("Verdict"), is_judged),
    soft("incidents", later("Incidents"), incidents_are_over),
)

TO_CLOSE = (
    hard(
        "close_code",
        later("Close code"),
        holds(lambda c: c.close_code is not None, later("No close code")),
    ),
    hard("close_notes", later("Close notes"), filled("close_notes", later("No close notes"))),
    hard("tasks", later("Tasks"), tasks_are_over),
    hard("reviewed", later("Review"), is_reviewed),
    hard("decided", later("Approval afterwards"), decided_afterwards),
    hard(
        "lessons",
        later("Lessons"),
        holds(
            lambda c: bool(c.lessons) or c.no_lessons, later("No lesson, and nobody said “none”")
        ),
    ),
    hard("log_entry", later("Entry in the change log"), is_written_down),
    hard("children", later("Child changes"), children_are_over),
    soft("close_code_fits", later("Close code fits"), close_code_fits),
)

CANCELABLE = (hard("children", later("Child changes"), children_are_over),)
