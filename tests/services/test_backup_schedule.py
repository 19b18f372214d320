"""A backup of the runbook that begins by itself before the window, and its age at the gate."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.backup_schedule import ScheduleState
from app.domain.change import Change, ChangeState
from app.domain.ids import ChangeId, RunId
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import Runbook, Step, StepKind, timeline
from app.domain.window import TimeRange, Window
from app.errors import IllegalMove
from app.services.backup.backup_gate import Demand, gate_change, max_age
from app.services.backup.backup_schedule import (
    RETRY,
    check_ahead,
    due_backups,
    note_cut_off_tries,
    run_due,
    schedule_words,
    standings,
    taken_ahead,
)
from app.services.run.steps import back_up
from app.tasks import TaskCancelled, TaskContext
from tests.examples import planned
from tests.fakes import NOON
from tests.services.test_backups import files
from tests.services.test_backups import keeping as keeping
from tests.services.test_backups import small_path as small_path
from tests.services.test_backups import store as store
from tests.services.test_backups import tree as tree
from tests.vault.local_remote import HOST

S = ScheduleState
HOUR = timedelta(hours=1)
WINDOW = Window(TimeRange(NOON + 3 * HOUR, NOON + 6 * HOUR), "UTC")
AHEAD = Step("b", "Back up ahead", StepKind.BACKUP, lead_s=2 * 3600, max_age_s=3 * 3600)
WORK = Step("w", "Upgrade", StepKind.COMMAND, HOST.id, "true", estimate_s=600)


@pytest.fixture
def change(store, tree) -> Change:
    made = Change(
        ChangeId("c1"), "CHG-000001", "Tune", state=ChangeState.SCHEDULED, hosts=(HOST.id,),
        window=WINDOW, runbook=Runbook((AHEAD, WORK)), backup_plan=(files(tree),),
    )  # fmt: skip
    store.kinds.setdefault("changes", {})[made.id] = made
    return made


def now_at(keeping, hours: float) -> None:
    keeping.desk.clock.at = NOON + hours * HOUR


def state_of(store, keeping) -> ScheduleState:
    (one,) = standings(store.kinds["changes"]["c1"], keeping.desk.clock.now())
    return one.state


def run_all(keeping):
    return [
        run_due(due, keeping=keeping, context=TaskContext())
        for due in due_backups(desk=keeping.desk)
    ]


def test_it_begins_at_its_time_and_only_once(store, keeping, change):
    assert state_of(store, keeping) is S.WAITS
    assert run_all(keeping) == []
    now_at(keeping, 1)
    (due,) = due_backups(desk=keeping.desk)
    attempt = run_due(due, keeping=keeping, context=TaskContext())
    assert attempt.ok
    assert attempt.sets == tuple(store.kinds["backups"])
    assert state_of(store, keeping) is S.TAKEN
    assert run_due(due, keeping=keeping, context=TaskContext()) is None
    assert run_all(keeping) == []
    assert len(store.kinds["backups"]) == 1
    assert store.kinds_logged()[0] == "backup.scheduled_began"
    assert store.kinds_logged()[-1] == "backup.scheduled_taken"
    assert "after its time" not in store.log[0].text


def test_a_late_start_says_how_late(store, keeping, change):
    now_at(keeping, 2)
    assert run_all(keeping)[0].ok
    assert store.log[0].text.endswith("1\u202fh after its time")


def test_a_failed_try_is_made_again_until_the_window_opens(store, keeping, change):
    gone = BackupSource(SourceKind.SQLITE, HOST.id, database="/nowhere.sqlite")
    broken = replace(change, backup_plan=(gone,))
    store.kinds["changes"]["c1"] = broken
    now_at(keeping, 1)
    (failed,) = run_all(keeping)
    assert not failed.ok
    assert "nothing was sealed" in failed.outcome
    assert state_of(store, keeping) is S.RETRIES
    assert run_all(keeping) == []
    keeping.desk.clock.at += RETRY
    assert state_of(store, keeping) is S.DUE
    store.kinds["changes"]["c1"] = replace(
        store.kinds["changes"]["c1"], backup_plan=change.backup_plan
    )
    assert run_all(keeping)[0].ok
    assert [one.ok for one in store.kinds["changes"]["c1"].backup_attempts] == [False, True]
    assert "backup.scheduled_failed" in store.kinds_logged()


def test_what_is_not_proven_as_far_as_the_risk_asks_is_not_called_taken(store, keeping, change):
    store.kinds["changes"]["c1"] = replace(change, risk=planned(change).risk)
    now_at(keeping, 1)
    (attempt,) = run_all(keeping)
    assert attempt.ok is (store.kinds["backups"][attempt.sets[0]].level >= Level.READABLE)


def test_once_the_window_is_open_nothing_begins_by_itself(store, keeping, change):
    now_at(keeping, 3)
    assert state_of(store, keeping) is S.MISSED
    assert run_all(keeping) == []
    (one,) = standings(change, keeping.desk.clock.now())
    assert "Missed: the step takes it" in schedule_words(one, "UTC")


@pytest.mark.parametrize(
    "fields", [{"state": ChangeState.AUTHORIZE}, {"on_hold": True}, {"window": None}]
)
def test_a_change_that_is_not_agreed_is_left_alone(store, keeping, change, fields):
    store.kinds["changes"]["c1"] = replace(change, **fields)
    now_at(keeping, 1)
    assert run_all(keeping) == []


def test_a_window_that_moves_takes_the_backup_with_it(store, keeping, change):
    now_at(keeping, 1)
    assert run_all(keeping)[0].ok
    later = Window(TimeRange(NOON + 27 * HOUR, NOON + 30 * HOUR), "UTC")
    store.kinds["changes"]["c1"] = replace(store.kinds["changes"]["c1"], window=later)
    assert state_of(store, keeping) is S.WAITS
    now_at(keeping, 25)
    assert run_all(keeping)[0].ok


def test_a_try_that_was_cut_off_is_marked_and_made_again(store, keeping, change):
    now_at(keeping, 1)
    (due,) = due_backups(desk=keeping.desk)
    stopped = TaskContext()
    stopped.cancel()
    with pytest.raises(TaskCancelled):
        run_due(due, keeping=keeping, context=stopped)
    (attempt,) = store.kinds["changes"]["c1"].backup_attempts
    assert (attempt.ok, attempt.outcome) == (False, "It was stopped.")
    open_one = replace(attempt, ended_at=None, outcome="")
    store.kinds["changes"]["c1"] = replace(
        store.kinds["changes"]["c1"], backup_attempts=(open_one,)
    )
    assert state_of(store, keeping) is S.RUNS
    assert note_cut_off_tries(desk=keeping.desk) == 1
    assert note_cut_off_tries(desk=keeping.desk) == 0
    assert state_of(store, keeping) is S.RETRIES


def test_the_gate_asks_for_the_strictest_age(store, keeping, change):
    assert max_age(change, 24.0) == 3 * HOUR
    assert max_age(change, 2.0) == 2 * HOUR
    assert max_age(replace(change, runbook=Runbook((WORK,))), 24.0) == 24 * HOUR
    now_at(keeping, 1)
    run_all(keeping)
    sets = tuple(store.kinds["backups"].values())

    def answer(hours: float):
        now = NOON + hours * HOUR
        ((_host, told),) = gate_change(change, sets, Demand(Level.READABLE, 3 * HOUR, now))
        return told

    assert answer(3.5).met
    assert not answer(4.5).met
    assert "older than 3\u202fh" in answer(4.5).sentence


def test_the_step_of_the_run_takes_what_was_taken_ahead_only_while_it_is_good(
    store, keeping, change
):
    run = Run(RunId("r1"), change.id, "", RunState.RUNNING, (), NOON)
    now_at(keeping, 1)
    assert taken_ahead(change, run, desk=keeping.desk) == ""
    run_all(keeping)
    now_at(keeping, 3)
    assert "Taken ahead, Sat 14 Nov 2026 13:00" in taken_ahead(change, run, desk=keeping.desk)
    now_at(keeping, 5)
    assert taken_ahead(change, run, desk=keeping.desk) == ""


def test_a_backup_ahead_takes_no_time_of_the_window():
    assert timeline((AHEAD, WORK)).total_s == 600
    assert timeline((replace(AHEAD, lead_s=None), WORK)).total_s == 660


def test_one_that_would_be_too_old_when_the_window_opens_is_refused():
    assert check_ahead(AHEAD) == AHEAD
    with pytest.raises(IllegalMove, match="too old"):
        check_ahead(replace(AHEAD, max_age_s=3600))


def test_a_run_does_not_take_again_what_was_taken_ahead(store, keeping, change):
    """Through the executor that a run calls for its backup step."""
    tools = SimpleNamespace(measuring=SimpleNamespace(desk=keeping.desk), keeping=lambda: keeping)
    run = Run(RunId("r1"), change.id, "", RunState.RUNNING, (), NOON)
    now_at(keeping, 1)
    run_all(keeping)
    now_at(keeping, 3)
    told = back_up(change, run, StepRun(AHEAD), TaskContext(), tools=tools)
    assert (told.state, len(store.kinds["backups"])) == (StepState.DONE, 1)
    assert told.outcome.startswith("Taken ahead")
    now_at(keeping, 5)
    again = back_up(change, run, StepRun(AHEAD), TaskContext(), tools=tools)
    assert (again.state, len(store.kinds["backups"])) == (StepState.DONE, 2)
    in_turn = StepRun(replace(AHEAD, lead_s=None))
    back_up(change, run, in_turn, TaskContext(), tools=tools)
    assert len(store.kinds["backups"]) == 3
