"""The tab of tests, used as a person does: define, run, record, re-test, waive."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.domain.change import ChangeState
from app.domain.functional import FunctionalProbe, ProbeKind
from app.domain.metric import WindowName
from app.domain.people import Person, Role
from app.domain.review import Attempt, Severity, Side, TestCase, TestKind, TestResult
from app.errors import InvalidInput
from app.services.loadtests.keeping import NewRun, keep_run
from app.services.people import save_person
from app.services.test_case.load_result import take_load_result
from app.services.test_case.testing import Seen, record_result
from tests.fakes import NOON
from tests.loadtests.test_comparing import write
from tests.ui.pages.conftest import DB, read, with_fields
from tests.ui.pages.steps import saved, tab
from tests.web_fixtures import PASSWORD
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.tests import sentence

S = ChangeState
LOGIN = (
    "GET {url}/login\ntake token from field csrf\nexpect status = 200\n\n"
    "POST {url}/login\nfield password = {{secret:shop}}\nfield csrf = {{token}}\n"
    "expect body contains Signed in"
)


def case_of(services, change, place=0):
    return read(services, change.id).tests[place]


@pytest.fixture
def opened(drive, record):
    """Return a maker: a change with these tests, open at the tab."""

    def make(state, *tests):
        change = record("Upgrade PostgreSQL", state, with_fields(tests=tests))
        driver = drive(ChangesPage)
        driver.open(change.id)
        return driver, change, tab(driver, "tests")

    return make


def test_a_login_is_written_down_and_run_from_the_page(opened, services, web):
    driver, change, tests = opened(S.TEST, TestCase("t", "Sign in"))
    assert tests.run_all.reason == "no test has a probe yet"
    tests.cases.cases.open_at(0)
    form = tests.cases.cases.form
    assert not form.script.isVisible()
    driver.choose(form.probe, "http")
    assert form.script.isVisible()
    assert not form.host.isVisible()
    form.script.text.setPlainText("GET nowhere")
    assert "Line 1: Nothing is expected" in form.script._below.text()
    form.script.text.setPlainText(LOGIN.format(url=web.url))
    saved(driver)
    assert case_of(services, change).probe.secrets == ("shop",)

    results = tests.results
    driver.type(results.secret.value, PASSWORD)
    driver.click(results.secret.keep)
    assert services.secrets.get("probe/shop") == PASSWORD
    assert results.secret.value.value == ""
    driver.click(tests.run_all)
    case = case_of(services, change)
    assert (case.result, case.tester) == (TestResult.PASSED, "Nomsa")
    assert results.attempts.rows_model.rowCount() == 1
    assert "✓" not in results.trace.toPlainText()
    assert f"POST {web.url}/login  →  200" in results.trace.toPlainText()
    assert PASSWORD not in results.trace.toPlainText()
    assert tests.state.text() == "1 of 1 passed."


def test_a_run_can_be_stopped_and_the_window_stays_alive(opened, services, web):
    slow = FunctionalProbe(text=f"GET {web.url}/hang\nexpect status = 200")
    driver, change, tests = opened(S.TEST, TestCase("t", "Slow page", probe=slow))
    driver.bot.mouseClick(tests.run_all, Qt.MouseButton.LeftButton)
    driver.bot.waitUntil(tests.stop.isVisible)
    assert tests.run_all.reason == "being tried"
    driver.bot.mouseClick(tests.stop, Qt.MouseButton.LeftButton)
    driver.settle()
    assert case_of(services, change).attempts == ()
    assert not tests.stop.isVisible()
    assert tests.run_all.isEnabled()


def test_a_result_by_hand_is_recorded_by_keyboard_with_evidence(
    opened, services, monkeypatch, tmp_path
):
    driver, change, tests = opened(S.TEST, TestCase("t", "Place an order"))
    tests.cases.cases.open_at(0)
    results = tests.results
    failed = results.verdicts[TestResult.FAILED]
    driver.bot.keyClick(failed, Qt.Key.Key_Return)
    driver.settle()
    assert "Say what was seen" in driver.page.banners.banners[0].message.state
    picture = tmp_path / "sum.png"
    picture.write_bytes(b"\x89PNG")
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", staticmethod(lambda *_args: ([str(picture)], ""))
    )
    driver.click(results.attach)
    driver.type(results.observed, "<b>Sum</b> is 0.00")
    driver.bot.keyClick(failed, Qt.Key.Key_Space)
    driver.settle()
    case = case_of(services, change)
    assert (case.result, case.observed) == (TestResult.FAILED, "<b>Sum</b> is 0.00")
    assert case.attempts[0].files[0].name == "sum.png"
    assert results.observed.value == ""

    copy = tmp_path / "copy.png"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", staticmethod(lambda *_args: (str(copy), ""))
    )
    driver.click(results.save)
    assert copy.read_bytes() == b"\x89PNG"


def test_a_test_that_failed_is_waived_and_the_waiver_taken_back(opened, services):
    driver, change, tests = opened(S.TEST, TestCase("t", "Place an order"))
    record_result(change.id, "t", Seen(TestResult.FAILED, "differs"), desk=services.desk)
    driver.page.detail.reload()
    driver.settle()
    tests.cases.cases.open_at(0)
    waiver = tests.results.waiver
    driver.type(waiver.reason, "Known since May.")
    driver.type(waiver.owner, "Sipho")
    assert waiver.severity.value == "major"  # it is mandatory
    driver.choose(waiver.severity, "minor")
    driver.click(waiver.waive)
    case = case_of(services, change)
    assert (case.waived_by, case.waived_owner, case.waived_severity) == (
        "Nomsa", "Sipho", Severity.MINOR,
    )  # fmt: skip
    assert waiver.state.text() == ("Waived as minor by Nomsa: Known since May. Sipho sees to it.")
    assert tests.state.text() == "0 of 1 passed, 1 failed. 1 is waived."
    driver.click(waiver.back)
    assert not case_of(services, change).is_waived
    assert "still needs a result or a waiver" in tests.state.text()


def test_how_much_a_waiver_weighs_begins_anew_with_each_test(opened, services):
    failed = {"result": TestResult.FAILED, "mandatory": True}
    cases = (TestCase("a", "Place an order", **failed), TestCase("b", "Sign in", **failed))
    driver, _change, tests = opened(S.TEST, *cases)
    tests.cases.cases.open_at(0)
    driver.choose(tests.results.waiver.severity, "minor")
    tests.cases.cases.open_at(1)
    assert tests.results.waiver.severity.value == "major"


def test_an_edit_never_loses_a_result_that_came_meanwhile(opened, services):
    driver, change, tests = opened(S.TEST, TestCase("t", "Place an order"))
    tests.cases.cases.open_at(0)
    driver.type(tests.cases.cases.form.title, "Place two orders")
    record_result(change.id, "t", Seen(TestResult.FAILED, "differs"), desk=services.desk)
    saved(driver)
    case = case_of(services, change)
    assert (case.title, case.result, len(case.attempts)) == (
        "Place two orders", TestResult.FAILED, 1,
    )  # fmt: skip
    driver.click(driver.page.detail.head.undo)
    case = case_of(services, change)
    assert (case.title, len(case.attempts)) == ("Place an order", 1)


def test_a_test_that_was_tried_cannot_be_deleted(opened, services):
    tried = TestCase("t", "Tried").tried(Attempt(NOON, "Nomsa", TestResult.FAILED))
    driver, change, tests = opened(S.TEST, tried, TestCase("u", "Untried"))
    change = read(services, change.id)
    tests.cases.cases.open_at(0)
    assert not tests.cases.cases._delete.isVisible()
    tests.cases.cases.open_at(1)
    assert tests.cases.cases._delete.isVisible()
    driver.click(tests.cases.cases._delete)
    saved(driver)
    assert [case.title for case in read(services, change.id).tests] == ["Tried"]


def test_before_the_work_a_try_is_shown_as_such(opened, services, web):
    good = FunctionalProbe(text=f"GET {web.url}/\nexpect status = 200")
    driver, change, tests = opened(S.SCHEDULED, TestCase("t", "The shop answers", probe=good))
    assert tests.run_all.text() == "Run all, before the work"
    driver.click(tests.run_all)
    case = case_of(services, change)
    assert case.last(Side.BEFORE).result is TestResult.PASSED
    assert case.result is TestResult.OPEN
    tests.cases.cases.open_at(0)
    assert not tests.results.waiver.isVisible()


@pytest.mark.parametrize(
    ("kind", "fields", "where", "why"),
    [
        ("sql", {"script": "DROP TABLE x", "expects": "rows = 1", "database": "shop"},
         "script", "begins with SELECT"),
        ("sql", {"script": "SELECT 1", "expects": "rows = 1", "database": "; id"},
         "database", "no name of a database"),
        ("sql", {"script": "SELECT 1", "expects": "exit = 0", "database": "shop"},
         "expects", "Line 1: “exit” is not one of"),
        ("command", {"script": "true", "expects": ""}, "expects", "Nothing is expected"),
        ("command", {"script": "", "expects": "exit = 0"}, "script", "Write the command"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_said_at_its_field(opened, services, kind, fields, where, why):
    driver, change, tests = opened(S.TEST, TestCase("t", "Count"))
    tests.cases.cases.open_at(0)
    form = tests.cases.cases.form
    driver.choose(form.probe, kind)
    driver.choose(form.host, DB.id)
    for name, text in fields.items():
        driver.type(getattr(form, name), text)
    saved(driver)
    assert why in getattr(form, where)._below.text()
    assert case_of(services, change).probe is None


def test_a_probe_on_a_host_is_kept_with_all_it_says(opened, services):
    driver, change, tests = opened(S.TEST, TestCase("t", "Count"))
    tests.cases.cases.open_at(0)
    form = tests.cases.cases.form
    driver.choose(form.probe, "sql")
    driver.choose(form.host, DB.id)
    driver.type(form.database, "shop")
    driver.type(form.script, "SELECT count(*) FROM orders")
    driver.type(form.expects, "value >= 1")
    driver.type(form.limit, "12")
    saved(driver)
    probe = case_of(services, change).probe
    assert probe == replace(
        FunctionalProbe(ProbeKind.SQL, "SELECT count(*) FROM orders", "value >= 1", DB.id),
        database="shop",
        limit_s=12.0,
    )


def test_the_state_of_the_tests_is_said_in_one_line():
    case = TestCase("t", "x")
    cases = [replace(case, result=result) for result in TestResult]
    assert sentence(tuple(cases)) == (
        "1 of 4 passed, 1 failed, 1 blocked, 1 not run. "
        "3 mandatory ones still need a result or a waiver."
    )
    assert sentence(()) == ""


def test_results_are_blocked_for_whoever_is_no_tester_and_say_who_is(opened, services):
    save_person(Person("", "Thabo", (Role.TESTER,)), desk=services.desk)
    probe = FunctionalProbe(text="GET http://127.0.0.1:9/\nexpect status = 200")
    driver, change, tests = opened(S.TEST, TestCase("t", "Sign in", probe=probe))
    told = "Thabo may do this (Tester), and you act as Nomsa"
    assert tests.run_all.reason == told
    tests.cases.cases.open_at(0)
    assert tests.results.run.reason == told
    assert {button.reason for button in tests.results.verdicts.values()} == {told}
    save_person(Person("", "Nomsa", (Role.TESTER,)), desk=services.desk)
    driver.open(change.id)
    tests.cases.cases.open_at(0)
    driver.click(tests.results.verdicts[TestResult.PASSED])
    assert case_of(services, change).tester == "Nomsa"


def test_a_load_test_takes_its_result_from_the_load_tests_of_both_sides(opened, services, tmp_path):
    load = TestCase("l", "200 customers at once", TestKind.LOAD, "p95 below 300 ms")
    driver, change, tests = opened(S.TEST, load, TestCase("t", "Sign in"))
    tests.cases.cases.open_at(1)
    assert not tests.results.from_load.isVisible()
    with pytest.raises(InvalidInput, match="no load test"):
        take_load_result(change.id, "t", with_=services.testing)
    tests.cases.cases.open_at(0)
    assert tests.results.from_load.reason == "no load tests of both sides yet"
    with pytest.raises(InvalidInput, match="both sides"):
        take_load_result(change.id, "l", with_=services.testing)
    for side, level in ((WindowName.BEFORE, 60.0), (WindowName.AFTER, 90.0)):
        path = write(tmp_path / f"{side.value}.jtl", level=level, bad=0.06)
        keep_run(NewRun(change.id, side, path), with_=services.load_testing)
    driver.open(change.id)
    tests.cases.cases.open_at(0)
    driver.click(tests.results.from_load)
    case = case_of(services, change)
    assert (case.result, case.tester) == (TestResult.FAILED, "Nomsa")
    assert "REGRESSED" in case.observed.upper()
    (kept,) = case.attempts[0].files
    told = json.loads(services.files.get(kept.sha256))
    with services.new_uow() as uow:
        hashes = {run.sha256 for run in uow.load_runs.list(change=change.id)}
    assert {run["sha256"] for run in (*told["before"], *told["after"])} == hashes
    assert not tests.results.trace.isVisible()
    assert tests.state.text().startswith("0 of 2 passed, 1 failed")
