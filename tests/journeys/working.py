"""From the approval to the printed report, by mouse and keys."""

from PySide6.QtTest import QTest

from app.demo import plan
from app.domain.backup import Level
from app.domain.change import ChangeState
from app.domain.review import TestResult
from app.domain.run import RunState, StepState
from app.domain.verdict import Verdict
from app.services.change.changes import readiness
from app.services.change.closing import propose_code
from tests.journeys.driver import SLOW_MS, Person
from tests.journeys.writing import Place, badges, move, state, the_change
from ui.pages.changes.words import CLOSE_CODES, word
from ui.widgets.confirm import TypedConfirmation
from ui.widgets.long_transcript import LongTranscript

BUSY = "The computer is busy with other work; the service itself is fine"
"""Why a check that found too much load does not stop the work."""


def open_the_change(person: Person) -> None:
    """Go to the change by its number, with the command palette."""
    person.find(the_change(person).number, plan.TITLE)
    person.wait(lambda: person.page.id == "changes", "the page of the change")
    person.settle()


def approve(person: Person) -> None:
    person.act_as(plan.IMPLEMENTER)
    open_the_change(person)
    person.tab("Overview")
    assert not person.can_press("Approve")
    person.act_as(plan.APPROVER)
    open_the_change(person)
    person.press("Approve")
    person.type("Comment", "The restore is to be tried out first.")
    person.press("Approve", person.page.detail.asking)
    person.settle()
    (approval,) = the_change(person).approvals
    assert (approval.approver, approval.plan_hash) == (plan.APPROVER, the_change(person).plan_hash)
    person.act_as(plan.COORDINATOR)
    open_the_change(person)
    move(person, "Schedule", ChangeState.SCHEDULED)


def back_up_and_prove(person: Person) -> None:
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
    person.go("backups")
    person.press("Restore drill, L4")
    person.settle(SLOW_MS)
    assert "L4 restored" in person.text()
    with person.services.new_uow() as uow:
        (kept,) = uow.backups.list()
    assert kept.level is Level.RESTORED
    assert kept.restore_s is not None


def check_before(person: Person) -> None:
    open_the_change(person)
    person.tab("Backup")
    person.press("Check the hosts")
    person.settle(SLOW_MS)
    with person.services.new_uow() as uow:
        assert [report.phase.value for report in uow.health.list()] == ["before"]


def measure(person: Person, side: str, sets: int) -> None:
    person.go("metrics")
    person.press(f"Measure {side}")
    person.settle(SLOW_MS)
    with person.services.new_uow() as uow:
        assert len(uow.samples.list()) == sets


def start(person: Person) -> None:
    open_the_change(person)
    person.tab("Overview")
    _move, answers = readiness(the_change(person).id, desk=person.services.desk) or (None, ())
    for answer in answers:
        if answer.guard in ("checks_green", "checks_seen") and not answer.met:
            pass_by_name(person, answer.title, BUSY)
    person.press_when_free("Start")
    person.wait(lambda: person.page.id == "run", "the page of the run")
    person.settle()
    assert state(person) is ChangeState.IMPLEMENT


def pass_by_name(person: Person, condition: str, reason: str) -> None:
    """Pass a condition that the load of a busy machine does not let be met."""
    (everything,) = person.buttons("All ", person.page.detail.stages)
    person.click(everything)
    person.press(f"Pass by name: {condition}")
    person.type("Why", reason)
    person.press("Pass it")
    person.settle()


def run(person: Person, place: Place) -> None:
    start(person)
    person.press("Start the run")
    person.wait(lambda: bool(person.seen(TypedConfirmation)), "the gate")
    (gate,) = person.seen(TypedConfirmation)
    assert not gate.button.isEnabled()
    gate.field.setFocus()
    QTest.keyClicks(gate.field, "GO demo-0")
    assert not gate.button.isEnabled()
    QTest.keyClicks(gate.field, "1")
    person.click(gate.button)

    def asked() -> bool:
        return person.can_press("Done") or person.can_press("It was done")

    person.wait(asked, "a question of the run", SLOW_MS)
    if person.can_press("It was done"):
        accept_the_load(person)
        person.wait(lambda: person.can_press("Done"), "the step that is done by hand")
    person.settle()
    read_the_output(person)
    person.type("What you saw", "The sum is the same as before.")
    person.press("Done")
    person.wait(lambda: "ended" in person.text().lower(), "the end of the run")
    person.settle()
    with person.services.new_uow() as uow:
        (only,) = uow.runs.list()
    assert only.state is RunState.DONE
    assert {item.state for item in only.active} == {StepState.DONE}
    assert "release = 2.0" in place.shop.config.read_text()


def accept_the_load(person: Person) -> None:
    """A check that found nothing but a busy machine is accepted with a reason."""
    person.settle()
    with person.services.new_uow() as uow:
        (only,) = uow.runs.list()
    assert only.current.step.title == "Health checks, after", only.current.outcome
    person.type("How you know, or why", BUSY)
    person.press("It was done")


def read_the_output(person: Person) -> None:
    """The transcript of the step that wrote the config shows what it printed."""
    steps = person.table("Steps")
    titles = [steps.model().index(n, 1).data() for n in range(steps.model().rowCount())]
    person.pick(steps, next(n for n, title in enumerate(titles) if title.startswith("Raise")))
    (transcript,) = person.seen(LongTranscript)
    said = "\nrelease = 2.0"  # a line of its own: the command above it says this too
    person.wait(lambda: said in transcript.text(), "the output of the step")


def test_and_watch(person: Person) -> None:
    open_the_change(person)
    move(person, "Go on to tests", ChangeState.TEST)
    person.tab("Backup")
    person.press("Check the hosts")
    person.settle(SLOW_MS)
    person.tab("Tests")
    person.press("Run all")
    person.settle(SLOW_MS)
    person.pick(person.table("Test cases"), 0)
    person.type("What was seen", "As expected")
    person.press("Passed")
    person.settle()
    tried = the_change(person).tests
    assert [case.result for case in tried] == [TestResult.PASSED] * 2
    assert [attempt.by_probe for case in tried for attempt in case.attempts] == [False, True]
    move(person, "Watch", ChangeState.MONITOR)


def judge(person: Person) -> None:
    """The verdict follows the second window by itself, with its words and its sentence."""
    measure(person, "after", 6)
    with person.services.new_uow() as uow:
        found = {item.metric: item for item in uow.comparisons.list()}
    response = found["Orders page, response time"]
    assert response.verdict is not Verdict.REGRESSED
    assert response.relative_change < -0.3
    assert response.verdict.words in badges(person)
    assert response.sentence in person.text()


def review(person: Person) -> None:
    person.act_as(plan.REVIEWER)
    open_the_change(person)
    move(person, "Go on to review", ChangeState.REVIEW)
    person.tab("Review")
    with person.services.new_uow() as uow:
        found, (run,) = tuple(uow.comparisons.list()), uow.runs.list()
    supported = propose_code(the_change(person), found, run).code
    person.fill(
        {
            "How it ended": word(CLOSE_CODES, supported),
            "Close notes": "The index is used.",
        }
    )
    person.add(
        "Lessons",
        {
            "What happened": "The table had grown without an index",
            "Why": "Nobody looked at the query plan",
            "What followed": "The page got slower with every order",
            "What we do from now on": "Look at the query plan of each page",
        },
    )
    person.add(
        "Follow-up actions",
        {"What": "Add the query plan to the checklist", "Owner": "Thabo Mokoena"},
    )
    person.press("Reviewed by me")
    person.settle()
    person.tab("Overview")
    person.press("Write an entry")
    person.type("Entry", "Added the index and altered the config on demo-01.")
    person.press("Write it")
    person.settle()
    move(person, "Close", ChangeState.CLOSED)
    change = the_change(person)
    assert change.reviewed_by == plan.REVIEWER
    assert {item.guard for item in change.overrides} <= {"checks_green", "checks_seen"}


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
