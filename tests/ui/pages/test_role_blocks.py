"""Who lacks a role sees the question, who may answer it, and buttons that are locked beforehand."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.domain.change import ChangeState
from app.domain.people import Person, Role
from app.domain.review import Severity, TestCase, TestResult
from app.domain.run import RunMode, RunState, StepState
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.services.people import save_person
from app.services.run import execution
from app.services.run.execution import Beginning
from app.services.test_case.testing import Seen, Waiver, record_result, waive
from app.tasks import TaskContext
from tests.ui.pages.conftest import read
from tests.ui.pages.steps import tab
from tests.ui.pages.test_run_page import button, only_run, shown
from ui.pages.changes.page import ChangesPage
from ui.pages.run.page import RunPage
from ui.widgets.buttons import Button

LOOK = Step("m1", "Look", StepKind.MANUAL)
BACK = Step("b1", "Put back by hand", StepKind.MANUAL, phase=Phase.BACKOUT, estimate_s=1800.0)
WHO = "Sipho or Ayesha may do this (Runner of steps), and you act as Nomsa"


@pytest.fixture
def waiting(drive, record, services):
    """Return what shows a run that waits, begun before Ayesha alone was listed as a runner."""

    def make(*steps, mode=RunMode.LIVE, paused=False):
        plan = Runbook((*steps, BACK))
        state = ChangeState.IMPLEMENT if mode is RunMode.LIVE else ChangeState.SCHEDULED
        change = record("Upgrade", state, lambda c: replace(c, runbook=plan, implementer="Sipho"))
        run = execution.start_run(change.id, Beginning(mode=mode), desk=services.desk)
        if paused:
            execution.pause(run.id, desk=services.desk)
        else:
            execution.play(run.id, services.executors, desk=services.desk, context=TaskContext())
        save_person(Person("", "Ayesha", (Role.RUNNER,)), desk=services.desk)
        driver = drive(RunPage)
        driver.open(run.id)
        return driver

    return make


def buttons(driver):
    """Return the buttons of the question by their verbs."""
    found = driver.page._decision.findChildren(Button)
    return {one.text(): one for one in found if one.text() and one.isVisible()}


def pressed(driver, one):
    """Press a button as somebody does who does not care whether it is locked."""
    driver.bot.mouseClick(one, Qt.MouseButton.LeftButton)
    driver.bot.keyClick(one, Qt.Key.Key_Return)
    driver.settle()


def test_a_step_by_hand_is_held_for_others_and_says_who_may(waiting, services):
    driver = waiting(LOOK)
    assert WHO in shown(driver.page._decision)
    assert not driver.page._decision._note.isEnabled()
    for verb in ("Done", "Skip"):
        assert buttons(driver)[verb].reason == WHO
        pressed(driver, buttons(driver)[verb])
    assert only_run(services).of("m1").state is StepState.WAITING
    assert driver.page.banners.banners == ()


def test_whoever_owns_the_step_answers_it_and_cannot_turn_the_run_round(waiting, services):
    driver = waiting(replace(LOOK, kind=StepKind.COMMAND, command="true", owner="nomsa"))
    assert only_run(services).of("m1").state is StepState.FAILED  # it names no host
    found = buttons(driver)
    assert found["It was done"].isEnabled()
    assert found["Back out"].reason == WHO
    pressed(driver, found["Back out"])
    assert driver.page._decision._typed is None
    driver.type(driver.page._decision._note, "Seen on the console")
    assert f"Back out: {WHO}" in shown(driver.page._decision)
    driver.click(found["It was done"])
    driver.bot.waitUntil(lambda: only_run(services).is_over)
    driver.settle()
    assert only_run(services).of("m1").state is StepState.DONE


def test_what_was_paused_is_let_go_on_by_a_runner_only(waiting, services):
    driver = waiting(LOOK, paused=True)
    go_on = buttons(driver)["Go on"]
    assert go_on.reason == WHO
    assert WHO in shown(driver.page._decision)
    pressed(driver, go_on)
    assert only_run(services).state is RunState.PAUSED
    with services.new_uow() as uow:
        (ayesha,) = uow.people.list()
    save_person(replace(ayesha, name="Nomsa"), desk=services.desk)
    driver.page.reload()
    driver.settle()
    assert WHO not in shown(driver.page._decision)
    driver.click(buttons(driver)["Go on"])
    driver.bot.waitUntil(lambda: only_run(services).of("m1").state is StepState.WAITING)
    driver.settle()


def test_a_destructive_command_takes_no_words_from_others(waiting, services):
    driver = waiting(Step("w", "Wipe", StepKind.COMMAND, command="mkfs.ext4 /dev/sdb"))
    typed = driver.page._decision._typed
    driver.bot.keyClicks(typed.field, "RUN")
    driver.bot.keyClick(typed.field, Qt.Key.Key_Return)
    pressed(driver, typed.button)
    assert typed.field.text() == ""
    assert only_run(services).of("w").cleared_by == ""
    assert WHO in shown(driver.page._decision)


def test_the_no_go_of_a_gate_is_for_runners_though_its_answer_is_not(waiting, services):
    driver = waiting(Step("g1", "Go or not", StepKind.GATE, answer="GO db-01", limit_s=600.0))
    assert buttons(driver)["No-go, back out"].reason == WHO
    assert f"No-go: {WHO}" in shown(driver.page._decision)
    driver.bot.keyClicks(driver.page._decision._typed.field, "GO db-01")
    driver.bot.keyClick(driver.page._decision._typed.field, Qt.Key.Key_Return)
    driver.bot.waitUntil(lambda: only_run(services).is_over)
    driver.settle()
    assert only_run(services).of("g1").state is StepState.DONE


def test_a_dry_run_touches_nothing_so_nobody_is_held(waiting, services):
    driver = waiting(LOOK, mode=RunMode.DRY, paused=True)
    assert buttons(driver)["Go on"].isEnabled()
    assert button(driver.page, "Back out").isEnabled()
    assert "may do this" not in shown(driver.page)
    driver.click(buttons(driver)["Go on"])
    driver.bot.waitUntil(lambda: only_run(services).is_over, timeout=10_000)
    driver.settle()


@pytest.fixture
def failed(drive, record, services):
    """Return what shows a failed test while Thabo alone is listed as a tester."""

    def make(coordinator, waived=False):
        change = record(
            "Upgrade", ChangeState.TEST,
            lambda c: replace(c, tests=(TestCase("t", "Order"),), coordinator=coordinator),
        )  # fmt: skip
        desk = services.desk
        record_result(change.id, "t", Seen(TestResult.FAILED, "differs"), desk=desk)
        if waived:
            waive(change.id, "t", Waiver("Known", "Sipho", Severity.MINOR), desk=desk)
        save_person(Person("", "Thabo", (Role.TESTER,)), desk=desk)
        driver = drive(ChangesPage)
        driver.open(change.id)
        tests = tab(driver, "tests")
        tests.cases.cases.open_at(0)
        driver.settle()
        return driver, change, tests.results.waiver

    return make


@pytest.mark.parametrize("waived", [False, True])
def test_a_waiver_is_held_for_whoever_neither_tests_nor_coordinates(failed, services, waived):
    driver, change, waiver = failed("Pieter", waived)
    one = waiver.back if waived else waiver.waive
    assert one.reason == "Pieter or Thabo may do this (Tester), and you act as Nomsa"
    assert one.reason in shown(waiver)
    assert not waiver.reason.isEnabled()
    before = read(services, change.id)
    pressed(driver, one)
    assert read(services, change.id) == before


def test_the_coordinator_waives_though_only_testers_record(failed, services):
    driver, change, waiver = failed("Nomsa")
    tests = tab(driver, "tests")
    assert "Thabo may do this" in tests.results.verdicts[TestResult.PASSED].reason
    driver.type(waiver.reason, "Known since May.")
    driver.click(waiver.waive)
    assert read(services, change.id).tests[0].waived_by == "Nomsa"
