"""The tab Run of a change: rehearsals, dry runs, and the rehearsal beside the live run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import HostId, RunId
from app.domain.run import Run, RunMode, RunState, StepRun, StepState
from app.domain.runbook import Phase, Runbook, Step, StepKind
from tests.fakes import NOON
from tests.ui.pages.conftest import DB
from tests.ui.pages.steps import tab
from tests.ui.pages.test_run_page import shown
from ui.pages.changes.page import ChangesPage
from ui.pages.run.page import RunPage

STEPS = (
    Step("c", "Stop", StepKind.COMMAND, DB.id, "systemctl stop shop"),
    Step("m", "Look", StepKind.MANUAL),
    Step("b", "Put back", StepKind.MANUAL, phase=Phase.BACKOUT),
)
SPARE = Host(HostId("spare"), "db-spare", "127.0.0.1")


@pytest.fixture
def opened(drive, record, services):
    """Return what opens the tab of a change in some state."""
    with services.new_uow() as uow:
        uow.hosts.add(SPARE)
        uow.log.append(NewEvent("host.added", "Added db-spare"))
        uow.commit()

    def make(state=ChangeState.SCHEDULED, runs=()):
        change = record("Upgrade", state, lambda c: replace(c, runbook=Runbook(STEPS)))
        for run in runs:
            with services.new_uow() as uow:
                uow.runs.add(replace(run, change=change.id))
                uow.log.append(NewEvent("test.kept", "Kept", change.id))
                uow.commit()
        driver = drive(ChangesPage)
        driver.open(change.id)
        return driver, tab(driver, "run"), change

    return make


def runs_of(services):
    with services.new_uow() as uow:
        return uow.runs.list()


def test_a_rehearsal_is_begun_with_a_stand_in_and_played_on_its_page(opened, drive, services):
    driver, runs, change = opened()
    gone = []
    driver.context.navigation.went.connect(gone.append)
    driver.click(runs.rehearse)
    offered = [runs.form.choices[DB.id].combo.itemText(n) for n in range(2)]
    assert offered == ["nothing: walk its steps through", "db-spare"]
    driver.click(runs.form.start)
    driver.bot.waitUntil(lambda: bool(runs_of(services)), timeout=5000)
    driver.settle()
    (run,) = runs_of(services)
    assert (run.mode, run.stand_ins, run.change) == (RunMode.REHEARSAL, (), change.id)
    assert (gone[-1].page, gone[-1].ref) == ("run", f"{run.id}/go")
    page = drive(RunPage)
    page.open(f"{run.id}/go")
    page.bot.waitUntil(lambda: "Walked through: nothing is sent." in shown(page.page), timeout=5000)
    page.settle()
    assert "systemctl stop shop" in shown(page.page)
    assert "Rehearsal of" in shown(page.page)
    (run,) = runs_of(services)
    assert run.of("c").state is StepState.WAITING


def test_a_dry_run_shows_what_would_be_sent_and_ends_by_itself(opened, drive, services):
    driver, runs, _change = opened(ChangeState.ASSESS)
    driver.click(runs.dry)
    driver.bot.waitUntil(lambda: bool(runs_of(services)), timeout=5000)
    driver.settle()
    (run,) = runs_of(services)
    page = drive(RunPage)
    page.open(f"{run.id}/go")
    page.bot.waitUntil(lambda: runs_of(services)[0].is_over, timeout=5000)
    page.settle()
    (run,) = runs_of(services)
    assert [item.outcome for item in run.active] == [
        "Would be sent to db-01", "Would wait for a person",
    ]  # fmt: skip
    assert "Dry run, nothing is contacted" in shown(page.page)


def test_no_second_run_begins_while_one_is_under_way(opened):
    going = Run(RunId("r"), "", "", RunState.WAITING, (StepRun(STEPS[0]),), NOON, by="Nomsa")
    _driver, runs, _change = opened(runs=(going,))
    assert runs.rehearse.reason == "a run is under way"
    assert runs.dry.reason == "a run is under way"


def test_once_the_work_has_begun_nothing_is_rehearsed(opened):
    _driver, runs, _change = opened(ChangeState.IMPLEMENT)
    assert runs.rehearse.reason == "work began"
    assert runs.dry.isEnabled()


def done(step, minutes):
    return StepRun(step, StepState.DONE, NOON, NOON, NOON + timedelta(minutes=minutes), by="Nomsa")


def test_the_rehearsal_stands_beside_the_live_run_with_its_surprises(opened):
    rehearsal = Run(
        RunId("1"), "", "", RunState.DONE, (done(STEPS[0], 2), done(STEPS[1], 5)), NOON, NOON,
        mode=RunMode.REHEARSAL, stand_ins=((DB.id, SPARE.id),), by="Nomsa",
    )  # fmt: skip
    live = Run(
        RunId("2"), "", "", RunState.DONE, (done(STEPS[0], 9), done(STEPS[1], 5)), NOON, NOON,
        by="Nomsa",
    )  # fmt: skip
    driver, runs, _change = opened(ChangeState.TEST, runs=(rehearsal, live))
    assert runs.surprises.isVisible()
    model = runs.surprises.table.rows_model
    assert [model.index(0, n).data() for n in range(5)] == ["Stop", "1:00", "2:00", "9:00", "+7:00"]
    runs.table.select("1")
    driver.settle()
    assert not runs.surprises.isVisible()


def test_a_missed_run_says_why(opened):
    missed = Run(
        RunId("1"), "", "", RunState.MISSED, ended_at=NOON,
        cause="Change Desk was not open during the window.",
    )  # fmt: skip
    _driver, runs, _change = opened(runs=(missed,))
    cell = runs.table.rows_model.columns[0].cell(runs.table.rows_model.rows[0])
    assert cell.top[0].word == "Missed"
    assert cell.below[0].text == "Change Desk was not open during the window."
