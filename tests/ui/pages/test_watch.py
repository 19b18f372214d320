"""What is found while the window stays open: missed windows, sleep, drafts that recur."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.change import ChangeState
from app.domain.run import RunState, StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.template import Recurrence
from app.domain.window import TimeRange, Window
from app.errors import AppError
from app.services.presence import slept
from app.services.run.execution import play, start_run
from app.services.template import templates
from app.services.template.recurrence import set_recurrence
from app.tasks import TaskContext
from tests.fakes import NOON
from tests.ui.pages.test_templates_page import all_changes, proven  # noqa: F401 - a fixture
from ui.shell.watch import LOOK_MS, Watch

WINDOW = Window(TimeRange(NOON + timedelta(minutes=10), NOON + timedelta(minutes=70)), "UTC")


class Ticking:
    """A clock that stops in sleep, moved by hand."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def watching(qapp, desk_context, qtbot, clock):
    """Return what lets time pass, awake or asleep, and looks each minute it is awake."""
    ticking = Ticking()
    watch = Watch(desk_context, desk_context.tasks, ticking)

    def pass_by(*, minutes, asleep=False):
        steps = 1 if asleep else minutes
        for _step in range(steps):
            clock.pass_by(minutes=minutes if asleep else 1)
            ticking.s += 1.0 if asleep else LOOK_MS / 1000
            watch.look()
            qtbot.waitUntil(lambda: not desk_context.tasks.busy, timeout=5000)

    pass_by.watch, pass_by.messages = watch, desk_context.messages
    yield pass_by
    watch.stop()


@pytest.fixture
def scheduled(record):
    return record("Upgrade", ChangeState.SCHEDULED, lambda c: replace(c, window=WINDOW))


def missed_of(services, change):
    with services.new_uow() as uow:
        runs = uow.runs.list(change=change.id)
    return [run for run in runs if run.state is RunState.MISSED]


def test_a_window_that_passes_before_open_eyes_is_noted_once(watching, services, scheduled):
    watching(minutes=69)
    assert missed_of(services, scheduled) == []
    watching(minutes=5)
    (run,) = missed_of(services, scheduled)
    assert run.cause == "Change Desk was open, and nobody started it."
    (message,) = watching.messages.kept
    assert message.state.startswith(f"{scheduled.number} was missed")
    assert message.cause == run.cause


def test_sleep_is_told_by_the_clock_that_stops_in_it(watching, services, scheduled):
    watching(minutes=5)
    watching(minutes=120, asleep=True)
    (run,) = missed_of(services, scheduled)
    assert run.cause.startswith("The computer slept during the window, until Sat 14 Nov 2026 14:05")


def test_sleep_that_ended_before_the_window_is_no_excuse(watching, services, scheduled):
    watching(minutes=8, asleep=True)
    watching(minutes=70)
    (run,) = missed_of(services, scheduled)
    assert run.cause == "Change Desk was open, and nobody started it."


@pytest.mark.parametrize(
    ("wall_s", "awake_s", "asleep"),
    [(60, 60, False), (200, 60, False), (300, 60, True), (3600, 3600, True), (-3600, 60, False)],
)
def test_a_gap_between_the_clocks_is_sleep(wall_s, awake_s, asleep):
    assert slept(wall_s, awake_s) is asleep


def test_a_recurring_draft_comes_while_the_window_stays_open(watching, services, proven):  # noqa: F811
    rule = Recurrence("FREQ=WEEKLY", datetime(2026, 11, 20, 22, 0), lead_days=6)
    set_recurrence(proven.id, rule, desk=services.desk)
    watching(minutes=1)
    before = len(all_changes(services))
    watching(minutes=11 * 60, asleep=True)
    assert len(all_changes(services)) == before + 1
    watching(minutes=3)
    assert len(all_changes(services)) == before + 1
    assert templates.library(desk=services.desk)[0].template.recurrence.missed == ()


def test_a_failure_is_said_once_and_not_each_minute(watching, monkeypatch):
    def broken(_services, _asleep_until):
        raise AppError("The disk is full.")

    monkeypatch.setattr("app.services.catching_up.keep_up", broken)
    watching(minutes=4)
    assert [message.state for message in watching.messages.kept] == ["The disk is full."]


def test_a_gate_stops_by_itself_wherever_the_person_is(watching, services, record):
    gate = Step("g", "Go?", StepKind.GATE, answer="GO", limit_s=300.0)
    change = record(
        "Upgrade", ChangeState.IMPLEMENT, lambda c: replace(c, runbook=Runbook((gate,)))
    )
    run = start_run(change.id, desk=services.desk)
    play(run.id, {}, desk=services.desk, context=TaskContext())
    watching(minutes=4)
    assert watching.messages.kept == ()
    watching(minutes=3)
    with services.new_uow() as uow:
        stopped = uow.runs.get(run.id).of("g")
    assert (stopped.state, stopped.actual_s) == (StepState.STOPPED, 300.0)
    (message,) = watching.messages.kept
    assert message.state == "“Go?” was stopped: nobody answered in time"
    assert [action.text for action in message.actions] == ["Open the run"]
