"""A command is repeated on every host of a change, in batches, from the runbook's own tab."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.fanout import Share, Tolerance
from app.domain.host import Host
from app.domain.ids import HostId
from app.domain.runbook import Phase, Runbook, waits_for
from tests.ui.pages.conftest import DB, read
from tests.ui.pages.steps import part, saved
from tests.ui.pages.test_runbook_editor import BACK, RUNBOOK, THREE
from ui.pages.changes.page import ChangesPage


@pytest.fixture
def section(drive, record, services):
    """A driver with a change of four hosts and three commands, and its runbook."""
    names = ("web-01", "web-02", "web-03")
    with services.new_uow() as uow:
        for name in names:
            uow.hosts.add(Host(HostId(name), name, "127.0.0.1"))
        uow.log.append(NewEvent("host.added", "Added hosts"))
        uow.commit()
    book, hosts = Runbook((*THREE, BACK)), (DB.id, *map(HostId, names))
    change = record("Upgrade", ChangeState.ASSESS, lambda c: replace(c, runbook=book, hosts=hosts))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (found,) = part(driver, RUNBOOK)
    return driver, found, change.id


def test_a_command_is_repeated_on_every_host_in_batches(section, services):
    driver, runbook, change = section
    driver.choose(runbook.many._step, "b")
    driver.type(runbook.many._batches, "1, rest")
    driver.type(runbook.many._fail_total, "10%")
    driver.type(runbook.many._away_total, "")
    driver.click(runbook.many._go)
    saved(driver)
    steps = read(services, change).runbook.phase(Phase.FORWARD)
    assert [step.title for step in steps] == [
        "Stop", "Install: db-01", "Install: web-01", "Install: web-02", "Install: web-03", "Start",
    ]  # fmt: skip
    assert [step.host for step in steps[1:5]] == ["db-01", "web-01", "web-02", "web-03"]
    waits = waits_for(steps)
    assert waits[steps[2].id] == (steps[1].id,)
    assert waits[steps[5].id] == tuple(step.id for step in steps[2:5])


def test_what_are_no_batches_is_said_at_the_field(section, services):
    driver, runbook, change = section
    driver.type(runbook.many._batches, "1, some")
    driver.click(runbook.many._go)
    assert "“some” is neither" in runbook.many._batches._error
    assert len(read(services, change).runbook.phase(Phase.FORWARD)) == 3


def test_it_is_offered_only_where_there_are_hosts_to_repeat_it_on(drive, record):
    book = Runbook((*THREE, BACK))
    change = record("Upgrade", ChangeState.ASSESS, lambda c: replace(c, runbook=book))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (runbook,) = part(driver, RUNBOOK)
    assert not runbook.many.isVisible()


def test_limits_and_a_gate_of_health_come_into_the_plan(section, services):
    driver, runbook, change = section
    driver.choose(runbook.many._step, "b")
    driver.type(runbook.many._batches, "2, rest")
    driver.type(runbook.many._fail_batch, "1")
    driver.type(runbook.many._fail_total, "50%")
    driver.click(runbook.many._gate)
    driver.click(runbook.many._go)
    saved(driver)
    steps = read(services, change).runbook.phase(Phase.FORWARD)
    fleet = [step.fleet for step in steps if step.fleet is not None]
    assert [place.batch for place in fleet] == [0, 0, 1, 1]
    assert {place.tolerance for place in fleet} == {
        Tolerance(Share(1), Share(50, percent=True), None, Share(0))
    }
    assert [len(step.gate_of) for step in steps if step.gate_of] == [4, 2, 2]


def test_what_is_no_limit_is_said_at_its_field(section, services):
    driver, runbook, change = section
    driver.type(runbook.many._fail_total, "some")
    driver.click(runbook.many._go)
    assert "“some” is neither" in runbook.many._fail_total._error
    assert len(read(services, change).runbook.phase(Phase.FORWARD)) == 3


def test_how_many_hosts_go_at_once_is_a_setting_of_the_command(section, services):
    driver, runbook, change = section
    driver.choose(runbook.many._step, "b")
    for wrong in ("0", "51", "10%", "some"):
        driver.type(runbook.many._at_once, wrong)
        driver.click(runbook.many._go)
        assert runbook.many._at_once._error, wrong
        assert len(read(services, change).runbook.phase(Phase.FORWARD)) == 3
    driver.type(runbook.many._at_once, "2")
    driver.click(runbook.many._go)
    saved(driver)
    steps = read(services, change).runbook.phase(Phase.FORWARD)
    assert {step.fleet.at_once for step in steps if step.fleet is not None} == {2}


def test_the_limits_of_a_repeated_command_are_altered_together(section, services):
    driver, runbook, change = section
    driver.choose(runbook.many._step, "b")
    driver.type(runbook.many._batches, "1, rest")
    driver.click(runbook.many._go)
    saved(driver)
    driver.choose(runbook.many._step, "b")
    assert "repeated" in runbook.many._step.combo.currentText()
    assert not runbook.many._batches.isVisible(), "who comes when stays as it is"
    assert [field.value for field in runbook.many._limits] == ["0", "0", "", "0"]
    driver.type(runbook.many._fail_total, "25 %")
    driver.type(runbook.many._at_once, "3")
    assert "4 hosts" in runbook.many._go.text()
    driver.click(runbook.many._go)
    saved(driver)
    steps = read(services, change).runbook.phase(Phase.FORWARD)
    places = [step.fleet for step in steps if step.fleet is not None]
    assert {(place.tolerance.fail_total, place.at_once) for place in places} == {
        (Share(25, percent=True), 3)
    }
    assert [place.batch for place in places] == [0, 1, 1, 1]
    driver.choose(runbook.many._step, "a")
    assert runbook.many._batches.isVisible(), "one that is not repeated yet can still be"
