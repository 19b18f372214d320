"""Runs, capacity and terms of load tests in the window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.change import ChangeState
from app.domain.loadtest import LoadTerms
from tests.loadtests.test_comparing import write
from tests.ui.pages.conftest import read
from tests.ui.pages.test_loadtests_page import bring_in, kept, shown
from ui.cells import Group
from ui.pages.loadtests.page import LoadTestsPage
from ui.pages.loadtests.ways import PLACES


def look(driver, way):
    tabs = driver.page.ways.stack.tabs
    tabs.setFocus()
    while tabs.current != PLACES.index(way):
        step = Qt.Key.Key_Right if tabs.current < PLACES.index(way) else Qt.Key.Key_Left
        driver.bot.keyClick(tabs, step)
    driver.settle()


@pytest.fixture
def planned(drive, record):
    """The page of a change whose plan may still be altered."""
    driver = drive(LoadTestsPage)
    driver.open(record("Upgrade PostgreSQL", ChangeState.ASSESS).id)
    return driver


def test_terms_are_agreed_before_and_fixed_after(planned, services, tmp_path):
    driver, terms = planned, planned.page.ways.terms
    change = driver.page._view.change.id
    look(driver, "terms")
    assert terms.agree.reason == "These terms hold."
    driver.type(terms.target, "many")
    assert terms.agree.reason == "A field holds no number."
    driver.type(terms.target, "200,5")
    driver.type(terms.warm_up, "90")
    driver.click(terms.agree)
    assert "At most half of a run can be left out." in shown(driver.page)
    assert read(services, change).load_terms is None
    driver.type(terms.target, "200,5")
    driver.type(terms.warm_up, "20")
    terms.strict.box.click()
    driver.click(terms.agree)
    zone = driver.page._view.zone
    wanted = LoadTerms(warm_up=0.2, p95_target_ms=200.5, strict=True, zone=zone)
    driver.bot.waitUntil(lambda: read(services, change).load_terms == wanted)
    driver.settle()
    for name in ("before", "after"):
        bring_in(driver, write(tmp_path / f"{name}.jtl"), name)
    look(driver, "terms")
    assert "stay as they were" in terms.agree.reason
    assert terms.target.line.isReadOnly()
    assert (terms.strict.value, terms.strict.box.isEnabled()) == (True, False)


def test_a_wrong_run_is_withdrawn_with_a_reason_and_stays_struck_through(
    planned, services, tmp_path
):
    driver, runs = planned, planned.page.ways.runs
    bring_in(driver, write(tmp_path / "before.jtl"), "before")
    bring_in(driver, write(tmp_path / "wrong.jtl", level=90, seed=1), "after")
    bring_in(driver, write(tmp_path / "right.jtl", seed=2), "after")
    look(driver, "runs")
    wrong = next(run for run in kept(services) if run.name == "wrong.jtl")
    runs.table.select(wrong.id)
    driver.settle()
    assert runs.withdraw.reason == "Say why."
    driver.type(runs.reason, "ran against the old server")
    driver.click(runs.withdraw)
    driver.bot.waitUntil(lambda: not next(r for r in kept(services) if r.id == wrong.id).counts)
    driver.settle()
    names = {run.name: run.counts for run in runs.table.rows_model.rows}
    assert names == {"before.jtl": True, "wrong.jtl": False, "right.jtl": True}
    runs.table.select(wrong.id)
    driver.settle()
    assert "was withdrawn by Nomsa" in shown(driver.page)
    assert runs.withdraw.reason == "It was withdrawn already."
    cell = runs.table.rows_model.columns[0].cell(runs.table.current)
    assert cell.top[0].struck
    assert not runs.table.grab().isNull()
    found = driver.page._view.verdict.found
    assert [facts.name for facts in found.after] == ["right.jtl"]


def test_a_side_whose_only_run_is_withdrawn_waits_again(planned, services, tmp_path):
    driver, runs = planned, planned.page.ways.runs
    bring_in(driver, write(tmp_path / "before.jtl"), "before")
    bring_in(driver, write(tmp_path / "after.jtl", seed=1), "after")
    look(driver, "runs")
    runs.table.select(kept(services)[1].id)
    driver.settle()
    driver.type(runs.reason, "wrong plan")
    driver.click(runs.withdraw)
    driver.bot.waitUntil(lambda: not kept(services)[1].counts)
    driver.settle()
    look(driver, "verdict")
    assert "Kept from before: before.jtl" in shown(driver.page)
    look(driver, "capacity")
    assert "once both sides have a run" in shown(driver.page)


def test_capacity_shows_every_rate_and_the_chart_has_a_crosshair(planned, services, tmp_path):
    driver, panel = planned, planned.page.ways.capacity
    for name in ("before", "after"):
        bring_in(driver, write(tmp_path / f"{name}.jtl"), name)
    look(driver, "capacity")
    assert "Name a target for the 95th percentile" in shown(driver.page)
    sides = [row.title for row in panel.table.rows_model.rows if isinstance(row, Group)]
    assert sides == ["Before", "After"]
    chart = panel.chart.chart
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    at = panel.table.rows_model.rows[-1].point.rate_per_s
    assert any("p95" in reading.text for reading in chart.model.readings(at))
    change = driver.page._view.change.id
    assert f"{change}/capacity" in driver.page.places()
    driver.open(f"{change}/verdict")
    assert driver.page.ways.compared.isVisible()
