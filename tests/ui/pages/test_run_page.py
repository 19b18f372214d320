"""The run page, driven as a person does: gates, manual steps, skipping, the way back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.change import ChangeState
from app.domain.people import Person, Role
from app.domain.run import RunState, StepState
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.services.people import save_person
from ui.cells import Group
from ui.pages.run.page import RunPage
from ui.widgets.buttons import Button

STEPS = (
    Step("g1", "Go or not", StepKind.GATE, answer="GO db-01"),
    Step("m1", "Look <b>at</b> it", StepKind.MANUAL, instructions="=cmd() <i>look</i>"),
    Step("m2", "Look again", StepKind.MANUAL),
    Step("b1", "Put back by hand", StepKind.MANUAL, phase=Phase.BACKOUT),
)


def button(page, text) -> Button:
    found = [b for b in page.findChildren(Button) if b.text() == text and b.isVisible()]
    assert found, f"no button {text}"
    return found[-1]


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def only_run(services):
    with services.new_uow() as uow:
        (run,) = uow.runs.list()
    return run


@pytest.fixture
def driver(drive, record):
    record(
        "Upgrade",
        ChangeState.IMPLEMENT,
        lambda change: replace(change, runbook=Runbook(STEPS)),
    )
    made = drive(RunPage)
    made.click(button(made.page, "Start the run"))
    made.bot.waitUntil(lambda: made.page._decision._typed is not None)
    made.settle()
    return made


def answer_gate(driver, text):
    typed = driver.page._decision._typed
    typed.field.clear()
    driver.bot.keyClicks(typed.field, text)
    go = typed.button
    if go.isEnabled():
        driver.click(go)


def wait_for(driver, step):
    def there() -> bool:
        run = driver.page._run
        return run is not None and run.current is not None and run.current.step.id == step

    driver.bot.waitUntil(there)
    driver.settle()


def test_a_gate_opens_to_its_exact_words_only(driver, services):
    for wrong in ("go db-01", "GO db-02", "GO"):
        answer_gate(driver, wrong)
        assert only_run(services).current.step.id == "g1", wrong
    answer_gate(driver, "GO db-01")
    wait_for(driver, "m1")
    assert only_run(services).steps[0].state is StepState.DONE
    assert "=cmd() <i>look</i>" in shown(driver.page)


def test_skipping_needs_a_reason_and_the_run_ends(driver, services):
    answer_gate(driver, "GO db-01")
    wait_for(driver, "m1")
    driver.click(button(driver.page, "Skip"))
    assert "needs a reason" in shown(driver.page)
    assert only_run(services).steps[1].state is StepState.WAITING
    driver.type(driver.page._decision._note, "Seen already")
    driver.click(button(driver.page, "Skip"))
    wait_for(driver, "m2")
    driver.type(driver.page._decision._note, "All fine")
    driver.click(button(driver.page, "Done"))
    driver.bot.waitUntil(lambda: only_run(services).is_over)
    driver.settle()
    run = only_run(services)
    assert run.state is RunState.DONE
    assert [item.state for item in run.active[1:]] == [StepState.SKIPPED, StepState.DONE]
    assert "Seen already" in run.steps[1].outcome


def test_backing_out_needs_its_words_and_a_reason(driver, services):
    driver.click(button(driver.page, "Back out"))
    decision = driver.page._decision
    driver.bot.keyClicks(decision._typed.field, "BACK OUT db-01")
    driver.page.reload()
    driver.settle()
    driver.click(decision._typed.button)
    assert "needs a reason" in shown(driver.page)
    assert only_run(services).backout_at is None
    driver.type(decision._note, "Sum differs")
    driver.page.reload()
    driver.settle()
    driver.click(decision._typed.button)
    wait_for(driver, "b1")
    assert only_run(services).backout_at is not None
    rows = driver.page._table.rows_model.rows
    said = [row.title if isinstance(row, Group) else row.item.step.title for row in rows]
    assert said == [
        "Way back", "Put back by hand", "Forward", "Go or not", "Look <b>at</b> it", "Look again"
    ]  # fmt: skip
    assert driver.page._table.current.id == "b1"
    driver.page._table.select("g1")
    driver.settle()
    assert driver.page._table.current.id == "g1", "what was done before can still be read"


def test_the_question_of_backing_out_can_be_left(driver, services):
    driver.click(button(driver.page, "Back out"))
    decision = driver.page._decision
    driver.bot.waitUntil(decision._typed.button.isVisible)
    driver.click(button(decision, "Cancel"))
    driver.bot.waitUntil(lambda: StepState.WAITING in decision._shown)
    answer_gate(driver, "GO db-01")
    wait_for(driver, "m1")
    assert only_run(services).backout_at is None


def test_without_a_run_the_page_says_so(drive):
    assert "No run yet" in shown(drive(RunPage).page)


def test_who_reads_another_step_is_not_thrown_back(driver):
    answer_gate(driver, "GO db-01")
    wait_for(driver, "m1")
    table = driver.page._table
    assert table.current.item.step.id == "m1"
    first = table.visualRect(table.model().index(0, 0)).center()
    driver.bot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=first)
    driver.page._tick()
    driver.page.reload()
    driver.settle()
    assert table.current.item.step.id == "g1"
    driver.type(driver.page._decision._note, "Fine")
    driver.click(button(driver.page, "Done"))
    wait_for(driver, "m2")
    assert table.current.item.step.id == "g1"


def test_the_start_is_blocked_for_whoever_is_no_runner_and_says_who_is(drive, record, services):
    save_person(Person("", "Thabo", (Role.RUNNER,)), desk=services.desk)
    record(
        "Upgrade",
        ChangeState.IMPLEMENT,
        lambda change: replace(change, runbook=Runbook(STEPS), implementer="Sipho"),
    )
    made = drive(RunPage)
    start = button(made.page, "Start the run")
    assert start.reason == "Sipho or Thabo may do this (Runner of steps), and you act as Nomsa"
    save_person(Person("", "Nomsa", (Role.RUNNER,)), desk=services.desk)
    made.page.reload()
    made.settle()
    made.click(button(made.page, "Start the run"))
    made.bot.waitUntil(lambda: made.page._decision._typed is not None)
    assert only_run(services).by == "Nomsa"
