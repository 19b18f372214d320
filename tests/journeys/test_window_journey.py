"""One change from the host's key to the printed report, by mouse and keys in the real window."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.demo import plan
from app.demo.play import _customers
from app.demo.shop import DemoShop, install_shop
from app.demo.sshd import PrivateSshd
from app.domain.change import Change, ChangeState
from app.domain.host import KeyState
from app.domain.review import TestResult
from app.domain.run import RunState
from app.services import changes
from tests.journeys.driver import SLOW_MS, Person, at_the_window
from ui.widgets.confirm import TypedConfirmation
from ui.widgets.fields import Check
from ui.widgets.transcript import Transcript

pytestmark = pytest.mark.journey
SPAN_S = 4.0


@dataclass(frozen=True)
class Place:
    """Where it plays."""

    data: Path
    server: PrivateSshd
    shop: DemoShop


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    with ExitStack() as stack:
        server = stack.enter_context(PrivateSshd(tmp_path / "server"))
        shop = install_shop(tmp_path / "server" / "shop")
        stack.callback(shop.stop)
        stack.enter_context(_customers(shop))
        yield Place(tmp_path / "data", server, shop)


def test_a_change_from_the_key_of_its_host_to_the_printed_report(place, qapp, qtbot):
    with at_the_window(place.data, plan.COORDINATOR, qtbot) as nomsa:
        add_the_host(nomsa, place)
        begin_the_change(nomsa)
        identify(nomsa)
        make_the_plan(nomsa, place)
    with at_the_window(place.data, plan.APPROVER, qtbot) as pieter:
        approve(pieter)
    with at_the_window(place.data, plan.COORDINATOR, qtbot) as nomsa:
        prepare(nomsa)
        run(nomsa, place)
        record_and_watch(nomsa)
    with at_the_window(place.data, plan.REVIEWER, qtbot) as ayesha:
        review(ayesha)
        print_the_report(ayesha)


def add_the_host(person: Person, place: Place) -> None:
    wanted = place.server.host(confirmed=False)
    person.go("hosts")
    person.press("Add a host", person.page)
    person.type("Name", wanted.name)
    person.type("Address", wanted.address)
    person.type("User", wanted.user)
    person.type("Port", str(wanted.port))
    person.choose("Login by", "Key file")
    person.type("Key file", wanted.key_file)
    person.type("Services to check", str(place.shop.control))
    person.press("Save")
    person.settle()
    assert not person.can_press("Test the connection")

    person.press("Ask the host for its key")
    person.settle()
    assert place.server.key.sha256 in person.text()
    person.press("It is the same: confirm")
    person.settle()
    with person.services.new_uow() as uow:
        (host,) = uow.hosts.list()
    assert (host.key, host.key_state) == (place.server.key, KeyState.CONFIRMED)
    assert host.key_confirmed_by == plan.COORDINATOR

    person.press("Test the connection")
    person.wait(lambda: "Login" in badges(person), "the steps of the connection test")
    person.settle()


def begin_the_change(person: Person) -> None:
    person.go("changes")
    person.press("New change")
    person.type("Title", plan.TITLE)
    person.press("Begin the draft")
    person.wait(lambda: "CHG-000001" in person.text(), "the new change")
    person.settle()


def identify(person: Person) -> None:
    assert not person.can_press("Start planning")
    person.tab("Plan")
    person.type("What is wrong", "Order queries read the whole table.")
    person.choose("Need", "Cannot scale")
    person.type("Requested by", "Thabo Mokoena")
    person.press("Evidence of the need: Add")
    person.type("What it is", "Query plan of the orders page")
    person.type("What it says", "SCAN orders: reads every row")
    person.press("Done")
    person.settle()
    person.part("Impact, scope")
    person.press("demo-01", person.field("Affected hosts"))
    person.part("People")
    person.type("Implementer", plan.IMPLEMENTER)
    person.type("Reviewer", plan.REVIEWER)
    person.tab("Overview")
    person.press_when_free("Start planning")
    person.wait(lambda: state(person) is ChangeState.ASSESS, "planning")
    person.settle()


def make_the_plan(person: Person, place: Place) -> None:
    person.tab("Plan")
    person.part("Impact, scope")
    person.type("Impact on users and business", "Customers wait for their list of orders.")
    person.type("Users affected", "1240")
    person.press("Server", person.field("Where the work reaches"))
    person.type("What is touched", "The orders database and the shop's config on demo-01")
    person.type("What is left alone on purpose", "Every other service")
    person.part("Options")
    for title, chosen in (("Add an index and a larger cache", True), ("Do nothing", False)):
        person.press("Options: Add")
        person.type("Option", title)
        if chosen:
            person.click(person.seen(Check, person.field("Choice"))[0])
        person.type("Why, or why not", "Removes the cause" if chosen else "The need remains")
        person.press("Done")
        person.settle()
    person.part("Plans")
    person.choose("Outage", "Yes, users notice")
    person.type("Planned downtime, minutes", "0.25")
    person.type("Communication plan", "The service desk is told an hour ahead.")
    person.type("Test plan", "Ask for one customer's orders.")
    person.settle()
    person.part("Need")
    fill_the_rest(person, place)
    person.refresh()
    person.press_when_free("Ask for approval")
    person.wait(lambda: state(person) is ChangeState.AUTHORIZE, "the question for approval")
    person.settle()


def fill_the_rest(person: Person, place: Place) -> None:
    """Runbook, risk, measures, backup plan, contacts and window would take hundreds of clicks.

    They are entered through the service the forms use; everything typed above stays.
    """
    services = person.services
    with services.new_uow() as uow:
        (host,) = uow.hosts.list()

    def edit(change: Change) -> Change:
        full = plan.planned(change, host, place.shop, services.clock.now(), SPAN_S)
        typed = ("impact", "scope", "options", "test_plan", "communication_plan")
        return replace(full, **{name: getattr(change, name) for name in typed})

    changes.edit_change(the_change(person).id, edit, desk=services.desk)


def approve(person: Person) -> None:
    open_the_change(person)
    person.tab("Overview")
    person.press("Approve")
    person.type("Comment", "The restore is to be tried out first.")
    person.press("Approve", person.page.detail.asking)
    person.settle()
    (approval,) = the_change(person).approvals
    assert (approval.approver, approval.plan_hash) == (plan.APPROVER, the_change(person).plan_hash)


def prepare(person: Person) -> None:
    open_the_change(person)
    person.press_when_free("Schedule")
    person.wait(lambda: state(person) is ChangeState.SCHEDULED, "the schedule")
    person.settle()
    person.go("backups")
    person.press("Make the vault")
    person.wait(lambda: "Recovery key of this vault" in person.text(), "the recovery key")
    person.settle()
    open_the_change(person)
    assert not person.can_press("Start")
    person.tab("Backup")
    person.press("Back up and prove")
    person.settle(SLOW_MS)
    assert "demo-01, L2 readable" in person.text()
    person.press("Check the hosts")
    person.settle(SLOW_MS)
    person.go("backups")
    person.press("Restore drill, L4")
    person.settle(SLOW_MS)
    assert "L4 restored" in person.text()
    person.go("metrics")
    person.press("Measure before")
    person.settle(SLOW_MS)
    with person.services.new_uow() as uow:
        assert len(uow.samples.list()) == 3
        (kept,) = uow.backups.list()
    assert kept.restore_s is not None


def run(person: Person, place: Place) -> None:
    open_the_change(person)
    person.press_when_free("Start")
    person.wait(lambda: person.page.id == "run", "the page of the run")
    person.settle()
    assert state(person) is ChangeState.IMPLEMENT
    person.press("Start the run")
    person.wait(lambda: bool(person.seen(TypedConfirmation)), "the gate")
    (gate,) = person.seen(TypedConfirmation)
    assert not gate.button.isEnabled()
    gate.field.setFocus()
    QTest.keyClicks(gate.field, "GO demo-0")
    assert not gate.button.isEnabled()
    QTest.keyClicks(gate.field, "1")
    person.click(gate.button)

    person.wait(lambda: person.can_press("Done"), "the step that is done by hand", SLOW_MS)
    person.settle()
    read_the_output(person)
    person.type("What you saw", "The sum is the same as before.")
    person.press("Done")
    person.wait(lambda: the_run(person).state is RunState.DONE, "the end of the run")
    person.settle()
    assert "release = 2.0" in place.shop.config.read_text()


def read_the_output(person: Person) -> None:
    """The transcript of the step that wrote the config shows what it printed."""
    rows = person.page._table.rows_model.rows
    position = next(n for n, row in enumerate(rows) if row.item.step.id == "f4")
    person.pick(person.page._table, position)
    (transcript,) = person.seen(Transcript)
    person.wait(lambda: "release = 2.0" in transcript.toPlainText(), "the output of the step")


def record_and_watch(person: Person) -> None:
    open_the_change(person)
    person.press_when_free("Go on to tests")
    person.wait(lambda: state(person) is ChangeState.TEST, "the tests")
    person.settle()
    person.tab("Tests")
    cases = person.page.detail.stack.currentWidget().cases.cases
    person.press("Run all")
    person.settle(SLOW_MS)
    person.pick(cases.table, 0)
    person.type("What was seen", "As expected, also by eye")
    person.press("Passed")
    person.settle()
    tried = the_change(person).tests
    assert [case.result for case in tried] == [TestResult.PASSED] * len(tried)
    assert [len(case.attempts) for case in tried] == [2, *(1 for _case in tried[1:])]
    person.press_when_free("Watch")
    person.wait(lambda: state(person) is ChangeState.MONITOR, "the observation")
    person.settle()
    person.go("metrics")
    person.press("Measure after")
    person.settle(SLOW_MS)
    with person.services.new_uow() as uow:
        found = {item.metric_id: item for item in uow.comparisons.list()}
    assert found["response"].relative_change < -0.3
    assert found["response"].verdict.words in badges(person)
    assert found["response"].sentence in person.text()


def review(person: Person) -> None:
    open_the_change(person)
    while not person.can_press("Go on to review"):  # the demo watches for five seconds
        assert "of observation to go" in person.text()
        person.refresh()
    person.press("Go on to review")
    person.wait(lambda: state(person) is ChangeState.REVIEW, "the review")
    person.settle()
    person.tab("Review")
    person.choose("How it ended", "Successful")
    person.type("Close notes", "The index is used.")
    person.press("Lessons: Add")
    person.type("What happened", "The table had grown without an index")
    person.press("Done")
    person.settle()
    person.press("Reviewed by me")
    person.settle()
    person.tab("Overview")
    person.press("Write an entry")
    person.type("Entry", "Added the index and altered the config on demo-01.")
    person.press("Write it")
    person.settle()
    person.press_when_free("Close")
    person.wait(lambda: state(person) is ChangeState.CLOSED, "the end of the change")
    person.settle()
    assert the_change(person).overrides == ()


def print_the_report(person: Person) -> None:
    person.go("reports")
    person.press("Make the report", person.page)
    person.wait(lambda: person.page.table.current is not None, "the report", SLOW_MS)
    preview = person.page.preview
    person.wait(
        lambda: bool(preview._views) and preview._views[0].image is not None, "page 1", SLOW_MS
    )
    person.settle()
    image = preview._views[0].image
    assert len({image.pixel(x, y) for x in range(0, image.width(), 7)
                for y in range(0, image.height(), 7)}) > 5, "the page is empty"  # fmt: skip
    with person.services.new_uow() as uow:
        (report,) = uow.reports.list()
    assert (report.change, report.by) == (the_change(person).id, plan.REVIEWER)
    assert person.services.verify_log().intact


def open_the_change(person: Person) -> None:
    person.go("changes")
    person.page.open("list/all")
    person.settle()
    person.pick(person.page.list.table, 0)
    person.wait(lambda: plan.TITLE in person.text(), "the change")
    person.settle()


def the_change(person: Person) -> Change:
    with person.services.new_uow() as uow:
        (change,) = uow.changes.list()
    return change


def state(person: Person) -> ChangeState:
    return the_change(person).state


def the_run(person: Person):
    with person.services.new_uow() as uow:
        (only,) = uow.runs.list()
    return only


def badges(person: Person) -> str:
    from ui.widgets.badges import StateBadge

    return "\n".join(badge.accessibleName() for badge in person.seen(StateBadge))
