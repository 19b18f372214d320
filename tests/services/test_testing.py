"""Tests of a change: tried by program and by hand, re-tried, waived; nothing is ever lost."""

import json
import threading
from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.event import Actor
from app.domain.functional import FunctionalProbe
from app.domain.review import Severity, Side, TestCase, TestKind, TestResult
from app.errors import GuardRefused, IllegalMove, InvalidInput, NotFound
from app.services.change import changes
from app.services.report_content.facts import tally
from app.services.test_case.testing import Seen, Waiver, keep_file, record_result, run_tests, waive
from app.tasks import TaskCancelled, TaskContext

S = ChangeState
BY_HAND = TestCase("hand", "Place an order", steps="Open the shop\nOrder tea")


def probe(web, path="/", status=200):
    return FunctionalProbe(text=f"GET {web.url}{path}\nexpect status = {status}")


@pytest.fixture
def change(made, web):
    good = TestCase("good", "The shop answers", TestKind.QA, probe=probe(web))
    bad = TestCase("bad", "The account opens", probe=probe(web, "/account"))
    return lambda state=S.TEST: made(state, tests=(good, bad, BY_HAND))


def case_of(change, name):
    return next(case for case in change.tests if case.id == name)


def events(opened, change):
    with opened.new_uow() as uow:
        return [event for event in uow.log.of(change.id) if event.kind.startswith("test.")]


def test_all_probes_are_tried_and_recorded_with_their_evidence(opened, change, clock):
    changed = run_tests(change().id, with_=opened.testing, context=TaskContext())
    good, bad, hand = changed.tests
    assert (good.result, bad.result, hand.result) == (
        TestResult.PASSED, TestResult.FAILED, TestResult.OPEN,
    )  # fmt: skip
    assert (bad.tester, bad.tested_at) == ("Nomsa", clock.at)
    assert "expected status = 200; got 403" in bad.observed
    (attempt,) = bad.attempts
    assert attempt.by_probe
    assert attempt.side is Side.AFTER
    (kept,) = attempt.files
    found = json.loads(opened.files.get(kept.sha256))
    assert found["steps"][0]["expectations"] == [
        {"expected": "status = 200", "met": False, "got": "403"}
    ]
    told = events(opened, changed)
    assert [event.actor for event in told] == [Actor.SYSTEM] * 2
    assert told[1].refs == (kept.sha256,)


def test_what_is_tried_before_the_work_is_no_result(opened, change):
    changed = run_tests(change(S.SCHEDULED).id, with_=opened.testing, context=TaskContext())
    good = case_of(changed, "good")
    assert good.result is TestResult.OPEN
    assert good.last(Side.BEFORE).result is TestResult.PASSED
    assert not good.is_settled


def test_a_retest_keeps_the_attempt_that_failed(opened, change, web):
    made = change()
    run_tests(made.id, ["bad"], with_=opened.testing, context=TaskContext())

    def mend(item):
        tests = tuple(
            replace(case, probe=probe(web, "/account", 403)) if case.id == "bad" else case
            for case in item.tests
        )
        return replace(item, tests=tests)

    changes.edit_change(made.id, mend, desk=opened.desk)
    changed = run_tests(made.id, ["bad"], with_=opened.testing, context=TaskContext())
    bad = case_of(changed, "bad")
    assert [item.result for item in bad.attempts] == [TestResult.FAILED, TestResult.PASSED]
    assert bad.result is TestResult.PASSED


def test_a_stop_keeps_what_had_ended(opened, made, web):
    good, slow = (TestCase(name, name, probe=probe(web, f"/{name}")) for name in ("", "hang"))
    made = made(S.TEST, tests=(replace(good, id="good"), slow))
    stopping = TaskContext()
    threading.Timer(1.0, stopping.cancel).start()
    with pytest.raises(TaskCancelled):
        run_tests(made.id, with_=opened.testing, context=stopping)
    with opened.new_uow() as uow:
        good, slow = uow.changes.get(made.id).tests
    assert (len(good.attempts), len(slow.attempts)) == (1, 0)


def test_without_a_probe_there_is_nothing_to_run(opened, change):
    made = change()
    with pytest.raises(InvalidInput, match="can be tried by the program"):
        run_tests(made.id, ["hand"], with_=opened.testing, context=TaskContext())


def test_a_result_by_hand_has_words_a_tester_and_files(opened, change, tmp_path):
    made = change()
    file = tmp_path / "order.png"
    file.write_bytes(b"\x89PNG...")
    picture = keep_file(file, with_=opened.testing)
    for result in (TestResult.OPEN, TestResult.FAILED, TestResult.BLOCKED):
        with pytest.raises(InvalidInput, match="what was seen"):
            record_result(made.id, "hand", Seen(result), desk=opened.desk)
    seen = Seen(TestResult.FAILED, "Sum is 0.00", (picture,))
    hand = case_of(record_result(made.id, "hand", seen, desk=opened.desk), "hand")
    assert (hand.result, hand.observed, hand.tester) == (TestResult.FAILED, "Sum is 0.00", "Nomsa")
    assert opened.files.get(hand.attempts[0].files[0].sha256) == b"\x89PNG..."
    assert events(opened, made)[-1].actor is Actor.HUMAN


def test_evidence_is_a_whole_file(opened, tmp_path):
    (tmp_path / "empty").touch()
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "empty"):
        with pytest.raises(InvalidInput):
            keep_file(path, with_=opened.testing)


def test_the_guard_lets_nobody_past_without_results_or_waivers(opened, change):
    made = change()
    run_tests(made.id, with_=opened.testing, context=TaskContext())
    record_result(made.id, "hand", Seen(TestResult.BLOCKED, "No test card"), desk=opened.desk)
    with pytest.raises(GuardRefused, match="The account opens, Place an order"):
        changes.move_change(made.id, S.MONITOR, desk=opened.desk)
    for name, severity in (("bad", Severity.MINOR), ("hand", Severity.MAJOR)):
        with pytest.raises(InvalidInput, match="reason and an owner"):
            waive(made.id, name, Waiver("Known", "", severity), desk=opened.desk)
        waive(made.id, name, Waiver("Known", "Sipho", severity), desk=opened.desk)
    moved = changes.move_change(made.id, S.MONITOR, desk=opened.desk)
    counted = tally(moved.tests)
    assert (counted.passed, counted.minor, counted.major, counted.open) == (1, 1, 1, 0)
    bad = case_of(moved, "bad")
    assert (bad.waived_by, bad.waived_owner, bad.waived_severity) == (
        "Nomsa", "Sipho", Severity.MINOR,
    )  # fmt: skip


def test_a_waiver_is_taken_back_and_never_given_to_what_passed(opened, change):
    made = change()
    run_tests(made.id, with_=opened.testing, context=TaskContext())
    waiver = Waiver("Known", "Sipho", Severity.MINOR)
    with pytest.raises(IllegalMove, match="has not failed"):
        waive(made.id, "good", waiver, desk=opened.desk)
    waive(made.id, "bad", waiver, desk=opened.desk)
    bad = case_of(waive(made.id, "bad", None, desk=opened.desk), "bad")
    assert not bad.is_settled
    assert bad.waived_severity is None
    kinds = [event.kind for event in events(opened, made)]
    assert kinds[-2:] == ["test.waived", "test.waiver_ended"]


def test_nothing_is_recorded_on_a_closed_change_or_a_test_that_is_gone(opened, change):
    closed = change(S.CLOSED)
    with pytest.raises(IllegalMove, match="is closed"):
        record_result(closed.id, "hand", Seen(TestResult.PASSED), desk=opened.desk)
    with pytest.raises(NotFound):
        record_result(change().id, "gone", Seen(TestResult.PASSED), desk=opened.desk)
