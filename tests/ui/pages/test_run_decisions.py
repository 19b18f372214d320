"""What a person decides on the run page, by keys and mouse: gates, proofs, messages, notes."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.run import DeviationKind, RunState, StepState
from app.domain.runbook import OnFail, Phase, Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from app.errors import IllegalMove
from app.services.run import decisions, execution
from app.services.run.timeline import EntryKind
from app.tasks import TaskContext
from tests.examples import checked
from tests.fakes import NOON
from tests.services.process_cases import backup
from tests.ui.pages.test_run_page import answer_gate, button, only_run, shown
from ui.pages.run.page import RunPage
from ui.widgets.buttons import Button
from ui.widgets.picture import Picture, decode

GATE = Step("g1", "Go or not", StepKind.GATE, answer="GO db-01", limit_s=600.0)
LOOK = Step("m1", "Look", StepKind.MANUAL)
BACK = Step("b1", "Put back by hand", StepKind.MANUAL, phase=Phase.BACKOUT, estimate_s=1800.0)


@pytest.fixture
def begun(drive, record):
    """Return what starts a run of some steps and waits for its first question."""

    def begin(*steps, **fields):
        plan = Runbook((*steps, BACK))
        record("Upgrade", ChangeState.IMPLEMENT, lambda c: replace(c, runbook=plan, **fields))
        driver = drive(RunPage)
        driver.click(button(driver.page, "Start the run"))
        wait(driver, lambda: driver.page._decision.isVisible())
        return driver

    return begin


def wait(driver, holds):
    driver.bot.waitUntil(holds, timeout=10_000)
    driver.settle()


def step(services, key):
    return only_run(services).of(key)


def spoken(widget):
    """What a screen reader would say of everything in a widget."""
    return " ".join(part.accessibleName() for part in widget.findChildren(QWidget))


def test_a_gate_that_nobody_answers_stops_and_can_be_opened_again(begun, services, clock):
    driver = begun(GATE, LOOK)
    assert "silence never passes it" in shown(driver.page)
    clock.pass_by(minutes=11)
    wait(driver, lambda: "No answer came in time" in shown(driver.page))
    assert step(services, "g1").state is StepState.STOPPED
    assert step(services, "m1").state is StepState.PENDING
    assert driver.page._decision._note is None, "nothing is made that has no place"
    driver.click(button(driver.page, "Open the gate again"))
    wait(driver, lambda: driver.page._decision._typed is not None)
    answer_gate(driver, "GO db-01")
    wait(driver, lambda: step(services, "m1").state is StepState.WAITING)


def test_past_the_deadline_go_needs_a_reason_and_is_a_deviation(begun, services, clock):
    window = Window(TimeRange(NOON - timedelta(hours=1), NOON + timedelta(hours=1)))
    driver = begun(replace(GATE, limit_s=1e6), LOOK, window=window)
    assert not driver.page._decision._gate.reason.isVisible()
    clock.pass_by(minutes=45)
    wait(driver, lambda: driver.page._decision._gate.reason.isVisible())
    assert "Passed by" in spoken(driver.page._decision._gate.facts)
    answer_gate(driver, "GO db-01")
    assert "Say why, or back out." in shown(driver.page)
    assert step(services, "g1").state is StepState.WAITING
    driver.type(driver.page._decision._gate.reason, "Only the restart is left")
    driver.bot.keyClick(driver.page._decision._typed.field, Qt.Key.Key_Return)
    wait(driver, lambda: step(services, "g1").state is StepState.DONE)
    (found,) = only_run(services).deviations
    assert found.kind is DeviationKind.PAST_DEADLINE
    assert "Only the restart is left" in found.text


def test_no_go_asks_to_back_out(begun, services):
    driver = begun(GATE)
    driver.click(button(driver.page, "No-go, back out"))
    decision = driver.page._decision
    driver.type(decision._note, "The sums differ")
    driver.bot.keyClicks(decision._typed.field, "BACK OUT db-01")
    driver.click(decision._typed.button)
    wait(driver, lambda: only_run(services).backout_at is not None)


@pytest.mark.parametrize("demand", [{"approver": "Pieter"}, {"by_another": True}])
def test_a_gate_of_somebody_else_cannot_be_typed_at(begun, services, demand):
    driver = begun(replace(GATE, **demand), implementer="Nomsa")
    typed = driver.page._decision._typed
    assert not typed.field.isEnabled()
    assert "answer" in driver.page._decision._gate.until.text()
    typed.field.setText("GO db-01")
    driver.bot.keyClick(typed.field, Qt.Key.Key_Return)
    driver.settle()
    assert step(services, "g1").state is StepState.WAITING


def test_the_evidence_stands_beside_the_buttons(begun):
    driver = begun(GATE)
    text = shown(driver.page)
    for line in (
        "Last health check of every host",
        "Elapsed against the plan",
        "Latest start of a roll-back",
    ):
        assert line in text


def test_a_destructive_command_waits_for_its_words(begun, services):
    wipe = Step("w", "Wipe", StepKind.COMMAND, command="mkfs.ext4 /dev/sdb")
    driver = begun(wipe)
    decision = driver.page._decision
    assert "makes a new file system" in shown(driver.page)
    for typed in ("run", "RUN db-02"):
        decision._typed.field.setText(typed)
        assert not decision._typed.button.isEnabled()
    assert step(services, "w").started_at is not None
    decision._typed.field.setText("")
    driver.bot.keyClicks(decision._typed.field, "RUN")
    driver.click(decision._typed.button)
    wait(driver, lambda: step(services, "w").state is StepState.FAILED)
    assert "names no host" in step(services, "w").outcome
    assert step(services, "w").cleared_by == "Nomsa"


def _late(minutes=5):
    """A window whose way back, half an hour, should have begun some minutes ago."""
    end = NOON + timedelta(minutes=30 - minutes)
    return Window(TimeRange(NOON - timedelta(hours=2), end), "UTC")


@pytest.mark.parametrize("kind", [StepKind.MANUAL, StepKind.COMMAND])
def test_past_the_deadline_a_step_without_a_way_back_stops_and_asks(begun, services, kind):
    cut = Step("p", "Convert the tables", kind, command="true", point_of_no_return=True)
    driver = begun(cut, window=_late())
    decision = driver.page._decision
    assert "The latest start of a roll-back was at 11:55" in shown(decision)
    assert step(services, "p").state is StepState.WAITING
    with pytest.raises(IllegalMove, match="no way back"):
        decisions.confirm_step(only_run(services).id, "p", "", desk=services.desk)
    driver.click(button(decision, "Go on"))
    assert "Say why" in shown(decision)
    assert step(services, "p").passed_by == ""
    driver.type(decision._note, "The hall is closed until Monday")
    driver.click(button(decision, "Go on"))
    if kind is StepKind.MANUAL:  # then it is done as always
        wait(driver, lambda: any(b.isVisible() for b in buttons(decision, "Done")))
    else:  # it was sent, and fails here because it names no host
        wait(driver, lambda: step(services, "p").state is StepState.FAILED)
    assert step(services, "p").passed_by == "Nomsa"
    found = [d for d in only_run(services).deviations if d.kind is DeviationKind.PAST_DEADLINE]
    (deviation,) = found
    assert "The hall is closed until Monday" in deviation.text
    assert deviation.by == "Nomsa"


def test_before_the_deadline_a_point_of_no_return_asks_nothing(begun, services):
    cut = Step("p", "Convert", StepKind.COMMAND, command="true", point_of_no_return=True)
    begun(LOOK, cut, window=_late(minutes=-10))
    execution.play(only_run(services).id, services.executors, desk=services.desk,
                   context=TaskContext())  # fmt: skip
    decisions.confirm_step(only_run(services).id, "m1", "", desk=services.desk)
    execution.play(only_run(services).id, services.executors, desk=services.desk,
                   context=TaskContext())  # fmt: skip
    assert step(services, "p").state is StepState.FAILED  # sent: there is no host behind it
    assert step(services, "p").passed_by == ""


def buttons(widget, text):
    return [one for one in widget.findChildren(Button) if one.text() == text]


def photo(tmp_path):
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    path = tmp_path / "rack.png"
    image.save(str(path))
    return path


def test_a_step_that_needs_a_proof_is_done_once_it_has_one(begun, services, tmp_path):
    driver = begun(replace(LOOK, proof=True))
    assert not button(driver.page, "Done").isEnabled()
    driver.page._pilot.attach(photo(tmp_path))
    wait(driver, lambda: bool(step(services, "m1").proofs))
    wait(driver, lambda: any(p.isVisible() for p in driver.page.findChildren(Picture)))
    assert "rack.png" in shown(driver.page)
    driver.click(button(driver.page, "Done"))
    wait(driver, lambda: only_run(services).is_over)
    with services.new_uow() as uow:
        (change,) = uow.changes.list()
    assert [kept.name for kept in change.attachments] == ["rack.png"]


@pytest.mark.qt_log_level_fail("CRITICAL")  # the library warns of broken files
def test_pictures_are_read_as_what_they_are_and_nothing_else(qapp, tmp_path):
    data = photo(tmp_path).read_bytes()
    assert decode(data, "png").width() == 40
    assert decode(data, "jpeg") is None
    assert decode(data, "") is None
    assert decode(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "png") is None
    huge = bytearray(data)
    huge[16:24] = (60_000).to_bytes(4, "big") * 2
    assert decode(bytes(huge), "png") is None
    big = QImage(900, 300, QImage.Format.Format_RGB32)
    big.fill(0)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    big.save(buffer, "PNG")
    assert decode(bytes(buffer.data()), "png").width() == 320


def test_a_notification_is_copied_saved_and_says_who_was_told(begun, services, tmp_path):
    tell = Step(
        "n", "Say that it begins", StepKind.NOTIFY, recipients="desk@example.org",
        instructions="The shop closes at 01:00.\n=cmd()",
    )  # fmt: skip
    driver = begun(tell)
    driver.click(button(driver.page, "Copy the text"))
    assert QGuiApplication.clipboard().text() == tell.instructions
    driver.page.save_mail(tmp_path / "m.eml")
    wait(driver, lambda: (tmp_path / "m.eml").exists())
    mail = message_from_bytes((tmp_path / "m.eml").read_bytes(), policy=default)
    assert mail["To"] == "desk@example.org"
    assert mail["Subject"].endswith("Say that it begins")
    assert "closes at 01:00" in mail.get_content()
    driver.type(driver.page._decision._note, "")
    driver.click(button(driver.page, "They were told"))
    assert "Say who was told." in shown(driver.page)
    driver.type(driver.page._decision._note, "Service desk by phone")
    driver.click(button(driver.page, "They were told"))
    wait(driver, lambda: only_run(services).is_over)
    assert step(services, "n").outcome == "Told: Service desk by phone"


def test_notes_go_where_they_belong_are_filtered_and_pinned(begun, services, clock):
    driver = begun(LOOK)
    clock.pass_by(minutes=10)
    driver.click(button(driver.page, "Add a note"))
    note = driver.page._timeline.note
    driver.type(note.text, "Phone call from sales")
    driver.type(note.at, "9:59")
    driver.click(note.keep)
    assert "not on at 9:59" in note.at._below.text()
    driver.type(note.at, "12:04")
    driver.bot.keyClick(note.at.line, Qt.Key.Key_Return)
    wait(driver, lambda: bool(only_run(services).notes))
    (kept,) = only_run(services).notes
    assert kept.at == NOON + timedelta(minutes=4)
    view = driver.page._timeline
    view.chips.choose(4)
    rows = view.table.rows_model.rows
    assert [row.kind for row in rows] == [EntryKind.NOTE]
    view.table.setFocus()
    view.table.select(rows[0].key)
    driver.bot.keyClick(view.table, Qt.Key.Key_Return)
    wait(driver, lambda: bool(only_run(services).pins))
    view.chips.choose(5)
    assert [row.text for row in view.table.rows_model.rows] == ["Phone call from sales"]


def test_work_outside_the_plan_is_said_with_one_tick_and_stands_among_the_deviations(
    begun, services
):
    driver = begun(LOOK)
    driver.click(button(driver.page, "Add a note"))
    note = driver.page._timeline.note
    driver.type(note.text, "Restarted the proxy")
    driver.tick(note.outside)
    driver.click(note.keep)
    wait(driver, lambda: bool(only_run(services).notes))
    kinds = [item.kind for item in only_run(services).deviations]
    assert kinds.count(DeviationKind.UNPLANNED) == 1
    driver.page._timeline.chips.choose(3)
    wait(driver, lambda: bool(driver.page._timeline.table.rows_model.rows))
    told = [row.text for row in driver.page._timeline.table.rows_model.rows]
    assert any("Restarted the proxy" in text for text in told)
    driver.click(button(driver.page, "Add a note"))
    assert not note.outside.value


def test_the_zoom_shows_the_last_half_hour(begun, clock):
    driver = begun(LOOK)
    clock.pass_by(hours=2)
    page = driver.page
    page._zoom.choose(1)
    scale = page._table.bars.scale
    assert scale.start == clock.now() - timedelta(minutes=30)
    assert scale.end > clock.now()
    page._zoom.choose(0)
    assert page._table.bars.scale.start < clock.now() - timedelta(minutes=90)


def test_a_late_step_turns_amber_and_past_its_p90_it_is_named(begun, clock):
    slow = replace(LOOK, estimate_s=60.0, p90_s=120.0)
    driver = begun(slow)
    model = driver.page._table.rows_model
    clock.pass_by(seconds=90)
    driver.page._tick()
    (row,) = model.rows
    assert (row.is_late, row.is_past_p90) == (True, False)
    clock.pass_by(seconds=60)
    driver.page._tick()
    (row,) = model.rows
    assert row.is_past_p90
    assert model.index(0, 1).data().endswith("past P90")


def test_where_the_plan_says_so_backing_out_is_offered_first(begun, services):
    risky = Step("c", "Alter", StepKind.COMMAND, command="true", on_fail=OnFail.BACK_OUT)
    driver = begun(risky)
    assert step(services, "c").state is StepState.FAILED
    assert "The plan says to back out" in shown(driver.page)
    driver.click(button(driver.page._decision, "Back out"))
    wait(driver, lambda: driver.page._decision._typed is not None)


def test_two_steps_that_wait_side_by_side_are_answered_one_after_the_other(begun, services):
    driver = begun(LOOK, Step("m2", "Listen", StepKind.MANUAL, after=()))
    wait(driver, lambda: step(services, "m2").state is StepState.WAITING)
    driver.click(button(driver.page, "Done"))
    wait(driver, lambda: step(services, "m1").state is StepState.DONE)
    wait(driver, lambda: "Listen" in shown(driver.page._decision))
    driver.click(button(driver.page, "Done"))
    wait(driver, lambda: only_run(services).is_over)


def test_a_run_that_stands_still_after_a_restart_offers_to_go_on(drive, record, services):
    plan = Runbook((LOOK, BACK))
    change = record("Upgrade", ChangeState.IMPLEMENT, lambda c: replace(c, runbook=plan))
    execution.start_run(change.id, desk=services.desk)
    driver = drive(RunPage)
    assert "Stands still" in spoken(driver.page._decision)
    driver.click(button(driver.page, "Go on"))
    wait(driver, lambda: step(services, "m1").state is StepState.WAITING)
    assert only_run(services).state is RunState.WAITING


def test_the_deadline_says_what_it_is_made_of(begun):
    window = Window(TimeRange(NOON - timedelta(hours=1), NOON + timedelta(hours=3)))
    driver = begun(LOOK, window=window)
    left = driver.page._band.left
    assert left._note == "until 14:30 = 15:00 − 30\u202fmin, as planned"
    assert left._figure == "2:30:00"


def test_a_gate_names_the_records_its_facts_come_from(begun, services):
    driver = begun(GATE, LOOK)
    run = only_run(services)
    with services.new_uow() as uow:
        change = uow.changes.get(run.change)
        uow.backups.add(backup(change))
        uow.health.add(checked(change))
        uow.log.append(NewEvent("test", "made"))
        uow.commit()
    driver.page.reload()
    driver.settle()
    wait(driver, lambda: "set b1" in shown(driver.page._decision._gate.facts))
    assert "check h1" in shown(driver.page._decision._gate.facts)


def test_the_answer_of_a_gate_stands_among_the_decisions(begun, services):
    driver = begun(GATE, LOOK)
    answer_gate(driver, "GO db-01")
    wait(driver, lambda: step(services, "m1").state is StepState.WAITING)
    timeline = driver.page._timeline
    timeline.chips.choose(2)
    said = [entry.text for entry in timeline.table.rows_model.rows]
    assert "Gate “Go or not” answered: Go: “GO db-01”" in said
