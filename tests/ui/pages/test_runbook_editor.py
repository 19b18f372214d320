"""The runbook editor, by keys and mouse: order, dependencies, times, values, undo."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, RunId
from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import OnFail, Phase, Runbook, Step, StepKind
from app.services.change import changes
from app.services.run.commands import dangers
from app.wording import DASH
from tests.fakes import NOON
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import part, saved
from tests.ui.pages.test_backups_way_back import picture
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.tabs import TABS

RUNBOOK = 4
THREE = tuple(
    Step(key, name, StepKind.COMMAND, DB.id, "true", estimate_s=600.0)
    for key, name in (("a", "Stop"), ("b", "Install"), ("c", "Start"))
)
BACK = Step("x", "Put back", StepKind.RESTORE, DB.id, phase=Phase.BACKOUT)


@pytest.fixture
def editor(drive, record):
    """A driver with a planned change of three steps, and its list of steps forward."""
    book = Runbook((*THREE, BACK))
    change = record("Upgrade", ChangeState.ASSESS, lambda c: replace(c, runbook=book))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (section,) = part(driver, RUNBOOK)
    return driver, section, change.id


def titles(services, change):
    return [step.title for step in read(services, change).runbook.phase(Phase.FORWARD)]


def step(services, change, key):
    return next(item for item in read(services, change).runbook.steps if item.id == key)


def alt(driver, table, key):
    driver.bot.keyClick(table, key, Qt.KeyboardModifier.AltModifier)


def test_alt_with_an_arrow_moves_a_step_and_undo_takes_each_move_back(editor, services):
    driver, section, change = editor
    table = section.forward.table
    table.setFocus()
    table.select(2)
    alt(driver, table, Qt.Key.Key_Up)
    saved(driver)
    assert titles(services, change) == ["Stop", "Start", "Install"]
    alt(driver, table, Qt.Key.Key_Up)
    saved(driver)
    alt(driver, table, Qt.Key.Key_Up)  # it is the first already
    saved(driver)
    assert titles(services, change) == ["Start", "Stop", "Install"]
    undo = driver.page.detail.head.undo
    driver.click(undo)
    assert titles(services, change) == ["Stop", "Start", "Install"]
    driver.click(undo)
    assert titles(services, change) == ["Stop", "Install", "Start"]
    assert not undo.isVisible()


def test_a_step_is_dragged_to_another_place_by_the_mouse(editor, services):
    driver, section, change = editor
    table = section.forward.table
    rows = [table.visualRect(table.rows_model.index(n, 1)).center() for n in range(3)]
    view, left = table.viewport(), Qt.MouseButton.LeftButton
    driver.bot.mousePress(view, left, pos=rows[0])
    driver.bot.mouseMove(view, rows[1])
    driver.bot.mouseMove(view, rows[2] + QPoint(0, 8))
    driver.bot.mouseRelease(view, left, pos=rows[2] + QPoint(0, 8))
    saved(driver)
    assert titles(services, change) == ["Install", "Start", "Stop"]


def test_a_click_without_a_drag_moves_nothing(editor, services):
    driver, section, change = editor
    table = section.forward.table
    at = table.visualRect(table.rows_model.index(1, 1)).center()
    driver.bot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    saved(driver)
    assert titles(services, change) == ["Stop", "Install", "Start"]
    assert section.forward.place == 1


def test_steps_that_wait_for_each_other_are_refused_with_their_names(editor, services):
    driver, section, change = editor
    steps = section.forward
    steps.open_at(0)
    driver.type(steps.form.after, "3")
    driver.settle()
    said = steps.form.after._below.text()
    assert all(f"“{name}”" in said for name in ("Stop", "Install", "Start"))
    assert "wait for each other" in said
    assert step(services, change, "a").after is None
    driver.type(steps.form.after, "9")
    assert "1 to 3" in steps.form.after._below.text()
    driver.type(steps.form.after, "-")
    steps.open_at(1)
    driver.type(steps.form.after, "0")
    saved(driver)
    steps.open_at(2)
    driver.type(steps.form.after, "1, 2")
    saved(driver)
    assert step(services, change, "b").after == ()
    driver.bot.waitUntil(lambda: step(services, change, "c").after == ("a", "b"), timeout=5000)


def test_a_move_that_would_make_a_circle_says_so_and_moves_nothing(editor, services):
    driver, section, change = editor
    steps = section.forward
    steps.open_at(1)
    driver.type(steps.form.after, "1")
    saved(driver)
    steps.table.setFocus()
    steps.table.select(0)
    alt(driver, steps.table, Qt.Key.Key_Down)
    assert steps.problem.isVisible()
    assert "“Stop” → “Install”" in steps.problem.text()
    saved(driver)
    assert titles(services, change) == ["Stop", "Install", "Start"]
    steps.table.select(2)
    alt(driver, steps.table, Qt.Key.Key_Up)
    saved(driver)
    assert not steps.problem.isVisible()
    assert titles(services, change) == ["Stop", "Start", "Install"]


def test_times_are_typed_in_minutes_or_seconds_and_p90_is_not_below_p50(editor, services):
    driver, section, change = editor
    form = section.forward.form
    section.forward.open_at(0)
    driver.type(form.minutes, "90 s")
    driver.type(form.p90, "1")
    assert "at least the estimate" in form.p90._below.text()
    driver.type(form.p90, "2,5")
    driver.choose(form.on_fail, OnFail.BACK_OUT.value)
    saved(driver)
    kept = step(services, change, "a")
    assert (kept.estimate_s, kept.p90_s, kept.limit_s) == (90.0, 150.0, 600.0)
    assert kept.on_fail is OnFail.BACK_OUT


def test_a_backup_says_how_long_before_the_window_it_begins_and_how_old_it_may_be(editor, services):
    driver, section, change = editor
    form = section.forward.form
    section.forward.open_at(0)
    assert not form.ahead.isVisible()
    driver.choose(form.kind, StepKind.BACKUP.value)
    assert form.ahead.isVisible()
    driver.type(form.ahead, "120")
    driver.type(form.oldest, "60")
    assert "too old when the window opens" in form.oldest._below.text()
    driver.type(form.oldest, "180")
    saved(driver)
    kept = step(services, change, "a")
    assert (kept.lead_s, kept.max_age_s, kept.is_ahead) == (7200.0, 10800.0, True)
    driver.type(form.restic, "rest:https://me:secret@host/")
    assert "A password in the repository" in form.restic._below.text()
    driver.type(form.restic, "/srv/restic")
    assert not form.ahead.isVisible()
    picture(driver, "step-by-restic")
    saved(driver)
    kept = step(services, change, "a")
    assert (kept.restic, kept.by_restic, kept.is_ahead) == ("/srv/restic", True, False)
    driver.choose(form.kind, StepKind.MANUAL.value)
    saved(driver)
    kept = step(services, change, "a")
    assert (kept.kind, kept.lead_s, kept.max_age_s) == (StepKind.MANUAL, None, None)
    assert kept.restic == ""


def test_the_critical_path_and_the_slack_are_in_the_table(editor):
    driver, section, _change = editor
    steps = section.forward
    steps.open_at(1)
    driver.type(steps.form.after, "-")
    driver.type(steps.form.minutes, "4")
    steps.open_at(2)
    driver.type(steps.form.after, "1, 2")
    saved(driver)
    model = steps.table.rows_model
    cell = lambda row, column: model.index(row, column).data()  # noqa: E731
    assert [cell(n, 8) for n in range(3)] == ["critical", "6\u202fmin", "critical"]
    assert [cell(n, 4) for n in range(3)] == [DASH, DASH, "1, 2"]
    assert [cell(n, 7) for n in range(3)] == ["11:00", "11:00", "11:10"]
    assert cell(0, 1).endswith("critical")
    assert not cell(1, 1).endswith("critical")


def test_values_of_commands_are_asked_for_and_checked(editor, services):
    driver, section, change = editor
    section.forward.open_at(1)
    driver.type(section.forward.form.command, "apt-get install postgresql-{{version}}")
    saved(driver)
    assert section.values_form.isVisible()
    field = section.values_form.fields["version"]
    driver.type(field, "16; rm -rf /")
    saved(driver)
    assert "cannot be the value" in field._below.text()
    assert read(services, change).runbook.values == ()
    driver.type(field, "16.4")
    saved(driver)
    assert read(services, change).runbook.values == (("version", "16.4"),)
    driver.click(section.final.show_all)
    shown = section.final.text.toPlainText()
    assert "$ apt-get install postgresql-16.4" in shown


def test_a_destructive_command_is_pointed_out_while_it_is_typed(editor):
    driver, section, _change = editor
    section.forward.open_at(1)
    form = section.forward.form
    assert not form.notes.danger.isVisible()
    driver.type(form.command, "mkfs.ext4 /dev/sdb")
    assert form.notes.danger.isVisible()
    assert "file system" in form.notes.danger.text()


def test_a_destructive_command_is_saved_once_its_words_are_typed(editor, services):
    driver, section, change = editor
    section.forward.open_at(1)
    form = section.forward.form
    driver.type(form.command, "mkfs.ext4 /dev/sdb")
    saved(driver)
    assert not dangers(step(services, change, "b").command)
    assert "once its words are typed" in form.command._below.text()
    assert form.guard.isVisible()
    driver.bot.keyClicks(form.guard.typed.field, "KEEP db-02")
    assert not form.guard.typed.button.isEnabled()
    saved(driver)
    assert not dangers(step(services, change, "b").command)
    form.guard.typed.field.clear()
    driver.bot.keyClicks(form.guard.typed.field, "KEEP db-01")
    driver.click(form.guard.typed.button)
    saved(driver)
    assert step(services, change, "b").command == "mkfs.ext4 /dev/sdb"
    assert not form.guard.isVisible()
    driver.type(form.title, "Make the disk new")  # what is kept is not asked for again
    saved(driver)
    assert step(services, change, "b").title == "Make the disk new"
    driver.type(form.command, "mkfs.ext4 /dev/sdc")  # another one is
    saved(driver)
    assert "sdc" not in step(services, change, "b").command
    assert form.guard.isVisible()
    driver.type(form.command, "true")
    saved(driver)
    assert not form.guard.isVisible()
    assert step(services, change, "b").command == "true"


def test_what_a_step_took_before_is_shown_and_can_be_taken(editor, services):
    driver, section, change = editor
    for n, minutes in enumerate((16, 17, 26)):
        keep_run(services, change, n, minutes)
    driver.page.detail.reload()
    driver.settle()
    section.joined(driver.page.detail.editing)
    driver.settle()
    section.forward.open_at(0)
    notes = section.forward.form.notes
    assert notes.learned.text() == (
        "This step took 17\u202fmin (P90 24\u202fmin 12\u202fs) in 3 live runs."
    )
    notes.take.click()
    saved(driver)
    kept = step(services, change, "a")
    assert (kept.estimate_s, round(kept.p90_s)) == (17 * 60, 1452)
    section.forward.open_at(1)
    driver.type(section.forward.form.title, "Quite another")
    assert notes.learned.text().startswith("Steps estimated at about 10\u202fmin took")


def keep_run(services, change, number, minutes):
    from app.domain.event import NewEvent

    done = StepRun(
        THREE[0], StepState.DONE, started_at=NOON, ended_at=NOON + timedelta(minutes=minutes)
    )
    run = Run(RunId(f"r{number}"), ChangeId(change), "", RunState.DONE, (done,), NOON, NOON)
    with services.new_uow() as uow:
        uow.runs.add(run)
        uow.log.append(NewEvent("test.kept", "Kept", change))
        uow.commit()


def test_each_kind_shows_its_own_fields(editor, services):
    driver, section, change = editor
    section.forward.open_at(2)
    form = section.forward.form
    driver.choose(form.kind, StepKind.NOTIFY.value)
    assert form.recipients.isVisible()
    assert not form.command.isVisible()
    driver.type(form.recipients, "service desk")
    driver.type(form.instructions, "The shop is closed.")
    saved(driver)
    kept = step(services, change, "c")
    assert (kept.kind, kept.recipients, kept.command) == (StepKind.NOTIFY, "service desk", "")
    driver.choose(form.kind, StepKind.GATE.value)
    driver.type(form.answer, "GO")
    driver.type(form.approver, "Pieter")
    driver.tick(form.by_another)
    saved(driver)
    kept = step(services, change, "c")
    assert (kept.answer, kept.approver, kept.by_another) == ("GO", "Pieter", True)
    section.back.open_at(0)
    assert section.back.form.backout_of.isVisible()
    driver.choose(section.back.form.backout_of, "b")
    saved(driver)
    assert step(services, change, "x").backout_of == "b"


def test_a_fixed_plan_is_not_moved(drive, record, services):
    book = Runbook((*THREE, BACK))
    change = record("Upgrade", ChangeState.IMPLEMENT, lambda c: replace(c, runbook=book))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (section,) = part(driver, RUNBOOK)
    section.forward.table.setFocus()
    section.forward.table.select(2)
    alt(driver, section.forward.table, Qt.Key.Key_Up)
    saved(driver)
    assert titles(services, change.id) == ["Stop", "Install", "Start"]


def test_a_step_that_would_fail_for_want_of_a_backup_plan_says_so_and_leads_there(
    drive, services, record
):
    steps = (Step("b", "Back the shop up", StepKind.BACKUP), Step("c", "Go", StepKind.MANUAL))
    change = record(
        "Upgrade", ChangeState.ASSESS, with_fields(runbook=Runbook(steps), backup_plan=())
    )  # fmt: skip
    driver = drive(ChangesPage)
    driver.open(change.id)
    (runbook,) = part(driver, RUNBOOK)
    assert runbook.signs.unfed.isVisible()
    assert "“Back the shop up”" in runbook.signs.unfed.words.text()
    assert "“Go”" not in runbook.signs.unfed.words.text()
    driver.bot.mouseClick(runbook.signs.unfed.way, Qt.MouseButton.LeftButton)
    driver.settle()
    assert TABS[driver.page.detail.tabs.current].id == "backup"
    source = BackupSource(SourceKind.FILES, DB.id, paths=("/srv",))
    changes.edit_change(change.id, lambda c: replace(c, backup_plan=(source,)), desk=services.desk)
    driver.page.detail.reload()
    driver.settle()
    (runbook,) = part(driver, RUNBOOK)
    assert not runbook.signs.unfed.isVisible()


def test_a_step_on_a_host_that_the_change_does_not_name_says_so_and_the_host_is_named_at_a_click(
    drive, services, record
):
    with services.new_uow() as uow:
        for name in ("db-02", "app-01"):
            uow.hosts.add(Host(HostId(name), name, f"{name}.example.org"))
        uow.log.append(NewEvent("host.added", "Added hosts"))
        uow.commit()
    steps = (
        Step("a", "Stop", StepKind.COMMAND, host=DB.id, command="systemctl stop shop"),
        Step("b", "Switch over", StepKind.COMMAND, host=HostId("db-02"), command="promote"),
        Step("c", "Copy", StepKind.COMMAND, host=DB.id, command="scp /srv/x app-01:/srv/"),
    )
    change = record("Upgrade", ChangeState.ASSESS, with_fields(runbook=Runbook(steps)))
    driver = drive(ChangesPage)
    driver.open(change.id)
    (runbook,) = part(driver, RUNBOOK)
    sign = runbook.signs.strange
    assert "“Switch over”, “Copy”: this change does not name db-02, app-01" in sign.words.text()
    driver.bot.mouseClick(sign.way, Qt.MouseButton.LeftButton)
    saved(driver)
    assert read(services, change.id).hosts == (DB.id, "app-01", "db-02")
    assert read(services, change.id).runbook.steps == steps
    assert not sign.isVisible()
