"""Implement, Test and Backout: the run and the tests have ended."""

from datetime import timedelta

from app.domain.change import Change
from app.domain.health import Phase, newest_report
from app.domain.review import TestResult
from app.domain.run import Run, RunState, StepState
from app.i18n import _, later
from app.services.change.transitions import Facts
from app.services.guards.base import hard, host_name
from app.services.guards.start import PROVEN, before_rollback_deadline, window_is_open


def run_is_done(change: Change, facts: Facts) -> str:
    """The way forward has ended, and every mandatory step is done or was skipped by name."""
    run = facts.last_run
    if run is None:
        return _("The run has not started")
    if change.state_since and run.started_at and run.started_at < change.state_since:
        return _("No run since the change came back to be implemented")
    if run.state is not RunState.DONE:
        return _("The run has not ended")
    loose = [
        item.step.title
        for item in run.active
        if item.step.mandatory and item.state not in (StepState.DONE, StepState.SKIPPED)
    ]
    return _("Not done: {steps}").format(steps=", ".join(loose)) if loose else ""


def is_stamped(change: Change, _facts: Facts) -> str:
    """The run has stamped when the work began and ended."""
    stamped = change.work_start is not None and change.work_end is not None
    return "" if stamped else _("The run has not stamped its start and its end")


def a_test_failed(change: Change, _facts: Facts) -> str:
    """A test says that the work is not right yet."""
    failed = any(case.result is TestResult.FAILED for case in change.tests)
    return "" if failed else _("No test has failed")


def run_is_backed_out(_change: Change, facts: Facts) -> str:
    """The way back has ended."""
    run = facts.last_run
    done = run is not None and run.state is RunState.BACKED_OUT
    return "" if done else _("The roll-back has not ended")


def checked_after_backout(change: Change, facts: Facts) -> str:
    """Health was checked after the way back, on every host."""
    run = facts.last_run
    since = run.ended_at if run else None
    for host in change.hosts:
        report = newest_report(facts.health, str(host), Phase.AFTER)
        if report is None or (since and report.started_at < since - _slack(run)):
            return _("No health check of {host} since the roll-back").format(
                host=host_name(host, facts)
            )
    return ""


def _slack(run: Run | None) -> timedelta:
    """The check may be the last step of the way back itself."""
    if run is None or run.backout_at is None or run.ended_at is None:
        return timedelta(0)
    return run.ended_at - run.backout_at


def tests_are_settled(change: Change, _facts: Facts) -> str:
    """Every mandatory test has a result; a failed one is accepted by name."""
    if not change.tests:
        return _("No test case")
    loose = [case.title for case in change.tests if case.mandatory and not case.is_settled]
    return _("No result for: {tests}").format(tests=", ".join(loose)) if loose else ""


DONE = (
    hard("run", later("Run"), run_is_done),
    hard("stamped", later("Actual start and end"), is_stamped),
)
BACKED_OUT = (
    hard("backed_out", later("Roll-back"), run_is_backed_out),
    hard("checked_after", later("Health checked after"), checked_after_backout),
)
TESTED = (hard("tests", later("Tests"), tests_are_settled),)
AGAIN = (
    hard("test_failed", later("Failed test"), a_test_failed),
    hard("window_open", later("Window open"), window_is_open),
    hard("way_back", later("Before the roll-back deadline"), before_rollback_deadline),
    *PROVEN,
)
"""What leads back from the tests to the work: the run so far has made the backup an old one."""
