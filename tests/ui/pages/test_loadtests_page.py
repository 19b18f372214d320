"""The load tests page: a file is looked at, kept, and both sides are judged."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.change import ChangeState
from tests.loadtests.conftest import PLAN
from tests.loadtests.jtl import as_csv, run
from tests.loadtests.test_comparing import write
from ui.pages.loadtests.page import LoadTestsPage
from ui.tasks import Task
from ui.widgets.tiles import KpiTile


def shown(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def kept(services):
    with services.new_uow() as uow:
        return sorted(uow.load_runs.list(), key=lambda each: each.id)


def bring_in(driver, path, side=""):
    driver.page.import_file(path)
    driver.settle()
    driver.bot.waitUntil(driver.page.preview.isVisible)
    if side:
        driver.choose(driver.page.preview.side, side)
    driver.click(driver.page.preview.keep)
    driver.bot.waitUntil(lambda: not driver.page.preview.isVisible())
    driver.settle()


def test_without_a_change_there_is_nothing_to_import(drive):
    driver = drive(LoadTestsPage)
    assert "No load test yet" in shown(driver.page)
    assert driver.page.new_record() is False
    assert driver.page._first.text() == "Open the changes"
    driver.click(driver.page._first)
    assert driver.context.navigation.place.page == "changes"


def test_results_are_looked_at_before_they_are_kept(drive, services, record, tmp_path):
    change = record("Upgrade <b>now</b>", ChangeState.IMPLEMENT)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    path = tmp_path / "=cmd()<b>.jtl"
    path.write_bytes(as_csv(run(100, label="<i>home</i>", bad=10)) + b"rubbish\n")
    driver.page.import_file(path)
    driver.settle()
    driver.bot.waitUntil(driver.page.preview.isVisible)
    words = shown(driver.page)
    assert "=cmd()<b>.jtl" in words
    assert "JMeter results (CSV)" in words
    assert "Line 112 was rejected: 1 cells instead of 17." in words
    assert [row.label.label for row in driver.page.preview.table.rows_model.rows] == [
        "Total", "<i>home</i>"
    ]  # fmt: skip
    assert driver.page.escape()
    assert not driver.page.preview.isVisible()
    assert kept(services) == []

    bad = tmp_path / "notes.txt"
    bad.write_text("nothing")
    driver.page.import_file(bad)
    driver.settle()
    assert "no result file" in shown(driver.page)


def test_both_sides_are_judged_and_every_figure_says_why(drive, services, record, tmp_path):
    change = record("Upgrade PostgreSQL", ChangeState.TEST)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    bring_in(driver, write(tmp_path / "before.jtl"))
    assert "Kept from before: before.jtl" in shown(driver.page)
    assert len(driver.page.ways.waiting.summary.rows_model.rows) == 3
    bring_in(driver, write(tmp_path / "after.jtl", level=80.0, bad=0.06, seed=1))
    assert [each.side.value for each in kept(services)] == ["before", "after"]
    rows = driver.page.ways.compared.table.rows_model.rows
    assert [(row.label.label, row.badge.word) for row in rows] == [
        ("Total", "Regressed"), ("home", "Regressed"), ("pay", "Regressed")
    ]  # fmt: skip
    words = shown(driver.page)
    assert "A single run per side" in words
    assert "likely range" in words.lower()
    driver.page.ways.compared.table.select(rows[2].id)
    driver.settle()
    assert driver.page.ways.compared.detail._title.text() == "pay"
    figures = driver.page.ways.compared.detail.table
    figures.select("p95")
    driver.settle()
    assert "95th percentile of response times got slower" in shown(driver.page)


def test_a_keeping_that_is_stopped_can_be_asked_for_again(drive, services, record, tmp_path):
    driver = drive(LoadTestsPage)
    driver.open(record("Upgrade PostgreSQL", ChangeState.TEST).id)
    driver.page.import_file(write(tmp_path / "before.jtl"))
    driver.settle()
    preview = driver.page.preview
    driver.bot.waitUntil(preview.isVisible)
    preview.keep.click()
    assert preview.keep.reason == "The file is being copied and read."
    for task in driver.context.tasks.findChildren(Task):
        task.cancel()
    driver.settle()
    driver.bot.waitUntil(lambda: preview.keep.isEnabled() or bool(kept(services)))
    assert preview.isVisible() is not bool(kept(services))


def test_a_closed_change_takes_no_more_results(drive, record):
    change = record("Done", ChangeState.CLOSED)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    assert driver.page._import.reason == "The change is closed."
    assert driver.page.new_record() is False


def test_a_plan_is_run_and_followed_and_its_results_are_kept(
    drive, services, record, jmeter, pages, tmp_path
):
    change = record("Upgrade PostgreSQL", ChangeState.TEST)
    program = tmp_path / "jmeter"
    words = " ".join(f"'{word}'" for word in jmeter.command)
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    program.chmod(0o700)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    panel = driver.page.plan
    driver.page.choose_plan(PLAN)
    assert panel.isVisible()
    driver.type(panel.properties, "port")
    driver.click(panel.start)
    driver.bot.waitUntil(lambda: "no property" in shown(driver.page))
    assert panel._live.text() == "The run failed; nothing of it is kept."
    driver.type(panel.properties, f"port={pages} loops=60")
    driver.type(panel.program, str(program))
    driver.bot.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    driver.bot.waitUntil(panel.stop.isVisible)
    assert panel.start.reason == "The run is under way."
    driver.page.reload()
    drawn = panel.following.charts
    driver.bot.waitUntil(lambda: not any(one.is_empty for one in drawn), timeout=60_000)
    driver.bot.waitUntil(lambda: "sending load" in panel._live.text(), timeout=60_000)
    assert panel.isVisible(), "a reload leaves the run in sight"
    told = panel.following.tiles
    sentences = [tile.accessibleName() for tile in told.findChildren(KpiTile)]
    assert sentences[0].startswith("Elapsed, 0:")
    assert sentences[0].endswith("the plan names no end")
    assert any(text.startswith("Failed so far, ") for text in sentences)
    assert not panel._form.isVisible()
    driver.bot.waitUntil(lambda: len(kept(services)) == 1, timeout=60_000)
    driver.settle()
    assert not panel.isVisible()
    assert "Kept from before: plan-before.jtl" in shown(driver.page)
    run_ = kept(services)[0]
    assert run_.source.startswith("plan.jmx port=")
    assert run_.summary.total.samples > 0


def test_a_stopped_run_keeps_nothing(drive, services, record, jmeter, pages, tmp_path):
    change = record("Upgrade PostgreSQL", ChangeState.TEST)
    program = tmp_path / "jmeter"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    driver.page.choose_plan(PLAN)
    driver.type(driver.page.plan.program, str(program))
    driver.bot.mouseClick(driver.page.plan.start, Qt.MouseButton.LeftButton)
    driver.bot.waitUntil(driver.page.plan.stop.isVisible)
    assert driver.page.escape()
    driver.page.choose_plan(PLAN.with_name("another.jmx"))
    assert driver.page.plan.stop.isVisible(), "the run that is under way stays in sight"
    assert driver.page.plan._title.text() == PLAN.name
    driver.bot.mouseClick(driver.page.plan.stop, Qt.MouseButton.LeftButton)
    driver.bot.waitUntil(lambda: not driver.page.plan.stop.isVisible())
    assert driver.page.plan._live.text() == "The run was stopped; nothing of it is kept."
    assert kept(services) == []
    assert driver.page.escape()
    assert not driver.page.plan.isVisible()
