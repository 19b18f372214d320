"""The change to play oneself: all the way to its report, on a made-up host."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.bootstrap import Surroundings, open_services
from app.domain.change import ChangeState
from app.domain.health import Phase
from app.domain.metric import WindowName
from app.domain.review import CloseCode, TestResult
from app.domain.run import RunMode, RunState
from app.domain.verdict import Verdict
from app.examples import practice
from app.examples.stage import PlayedClock
from app.services import entries
from app.services.backup import backups
from app.services.change import changes
from app.services.fanout import checks
from app.services.metric import metrics, verdicts
from app.services.review import reports
from app.services.run import decisions, execution
from app.services.test_case import testing
from app.tasks import TaskContext

S = ChangeState


@pytest.fixture
def played(examples):
    """The examples opened with a clock that goes as fast as the hosts want."""
    clock = PlayedClock(datetime.now(UTC), TaskContext())
    around = Surroundings(actor="Nomsa Khumalo", clock=clock, pause=clock.let_pass, quiet=True)
    with closing(open_services(examples, around)) as services:
        yield services


def the_change(services):
    with services.new_uow() as uow:
        return next(item for item in uow.changes.list() if item.title == practice.TITLE)


def get_ready(services, change):
    metrics.measure(change.id, WindowName.BEFORE, with_=services.measuring, context=TaskContext())
    checks.check_change(change, Phase.BEFORE, checking=services.checking, context=TaskContext())
    backups.back_up_change(change, keeping=services.keeping, context=TaskContext())
    return changes.move_change(change.id, S.IMPLEMENT, desk=services.desk)


def answer(services, run):
    step = run.current.step
    if step.answer:
        return decisions.answer_gate(run.id, step.id, step.answer, desk=services.desk)
    return decisions.confirm_step(run.id, step.id, "Seen", desk=services.desk)


def carry_out(services, change):
    run = execution.start_run(change.id, desk=services.desk)
    while not run.is_over:
        run = execution.play(run.id, services.executors, desk=services.desk, context=TaskContext())
        if run.state is RunState.WAITING:
            run = answer(services, run)
    return run


def test_it_can_be_played_to_its_report(played):
    change = the_change(played)
    assert change.state is S.SCHEDULED
    get_ready(played, change)
    assert carry_out(played, change).state is RunState.DONE
    changes.move_change(change.id, S.TEST, desk=played.desk)
    tried = testing.run_tests(change.id, with_=played.testing, context=TaskContext())
    assert tried.tests[0].result is TestResult.PASSED
    seen = testing.Seen(TestResult.PASSED, "Six notes")
    testing.record_result(change.id, "t2", seen, desk=played.desk)
    changes.move_change(change.id, S.MONITOR, desk=played.desk)
    metrics.measure(change.id, WindowName.AFTER, with_=played.measuring, context=TaskContext())
    found = {item.metric_id: item for item in verdicts.judge(change.id, with_=played.measuring)}
    assert found["list"].verdict is Verdict.IMPROVED
    changes.move_change(change.id, S.REVIEW, desk=played.desk)
    changes.edit_change(
        change.id,
        lambda c: replace(c, close_code=CloseCode.SUCCESSFUL, close_notes="Played.",
                          no_lessons=True),
        desk=played.desk,
    )  # fmt: skip
    entries.write_entry(change.id, "Played to its end", desk=played.desk)
    reviewer = played.acting("Ayesha Patel")
    changes.edit_change(
        change.id, lambda c: replace(c, reviewed_by="Ayesha Patel"), desk=reviewer.desk
    )
    closed = changes.move_change(change.id, S.CLOSED, desk=reviewer.desk)
    made = reports.make_report(closed.number, reporting=played.reporting)
    assert made.pages > 5


def test_it_can_be_backed_out_as_well(played):
    change = the_change(played)
    get_ready(played, change)
    run = execution.start_run(change.id, desk=played.desk)
    run = execution.play(run.id, played.executors, desk=played.desk, context=TaskContext())
    execution.back_out(run.id, "Let us see", desk=played.desk)
    while not run.is_over:
        run = execution.play(run.id, played.executors, desk=played.desk, context=TaskContext())
    assert run.state is RunState.BACKED_OUT
    assert changes.move_change(change.id, S.REVIEW, desk=played.desk).backed_out


def test_what_its_commands_alter_is_there_after_the_next_start(played, examples):
    change = the_change(played)
    get_ready(played, change)
    carry_out(played, change)
    with (
        closing(open_services(examples, Surroundings(read_only=True, quiet=True))) as later,
        later.new_uow() as uow,
    ):
        host = uow.hosts.get(change.hosts[0])
        machine = later.remotes.machine(host)
    assert machine.packages["notes-server"] == "4.3.0"
    assert machine.services["notes"] == "active"


def test_a_dry_run_contacts_nobody(played):
    change = the_change(played)
    beginning = execution.Beginning(RunMode.DRY)
    run = execution.start_run(change.id, beginning, desk=played.desk)
    run = execution.play(run.id, played.executors, desk=played.desk, context=TaskContext())
    assert run.state is RunState.DONE
    assert all(item.outcome.startswith("Would") for item in run.active)
