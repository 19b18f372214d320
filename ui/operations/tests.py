"""What the tab of tests reads and does, each as one call on a worker."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.domain.review import Attempt, TestCase, TestResult
from app.i18n import _
from app.services.test_case import load_result
from app.services.test_case.functional import keep_secret
from app.services.test_case.testing import Seen, Waiver, keep_file, record_result, run_tests, waive
from ui.operations.changes import FieldEdit, Overtaken
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.context import UiContext


def definition(case: TestCase) -> TestCase:
    """Return a case without anything that was found out about it."""
    return replace(
        case,
        result=TestResult.OPEN,
        observed="",
        tester="",
        tested_at=None,
        waived_by="",
        waived_reason="",
        waived_owner="",
        waived_severity=None,
        attempts=(),
    )


def _found(case: TestCase, found: TestCase | None) -> TestCase:
    """Return a case as one defines it, with what was found out about the other."""
    if found is None:
        return definition(case)
    return replace(
        found,
        title=case.title,
        kind=case.kind,
        expected=case.expected,
        mandatory=case.mandatory,
        steps=case.steps,
        probe=case.probe,
    )


@dataclass(frozen=True, slots=True)
class TestsEdit(FieldEdit):
    """An edit of what the tests are; what was found out meanwhile is left as it is."""

    __test__ = False

    def apply(self, change: Change) -> Change:
        """Return the change with these definitions; raises Overtaken."""
        seen, mine = dict(self.before)["tests"], dict(self.after)["tests"]
        if not (isinstance(seen, tuple) and isinstance(mine, tuple)):
            raise TypeError("an edit of tests holds tests")
        now = [definition(case) for case in change.tests]
        if now not in ([definition(case) for case in side] for side in (seen, mine)):
            raise Overtaken(self.note, None)
        current = {case.id: case for case in change.tests}
        return replace(change, tests=tuple(_found(case, current.get(case.id)) for case in mine))

    def reversed(self) -> FieldEdit:
        """Return the edit that takes this one back."""
        note = _("Undid: {note}").format(note=self.note)
        return TestsEdit(note, self.after, self.before)


def edit_of_tests(base: Change, tests: tuple[TestCase, ...], note: str) -> TestsEdit | None:
    """Return the edit that brings a change to these definitions; None when it has them."""
    if [definition(case) for case in tests] == [definition(case) for case in base.tests]:
        return None
    return TestsEdit(note, (("tests", base.tests),), (("tests", tests),))


def run(context: "UiContext", change: Change, tests: Sequence[str], title: str) -> Task:
    """Try tests that have a probe, all of them when none is named."""
    services = context.services

    def work(task: "TaskContext") -> Change:
        return run_tests(change.id, tests, with_=services.testing, context=task)

    return context.tasks.start(work, title=title)


def record(
    context: "UiContext", change_id: str, test: str, seen: Seen, files: Sequence[Path]
) -> Task:
    """Record what the acting person found, with the files that show it."""
    services = context.services

    def work(_task: object) -> Change:
        kept = tuple(keep_file(path, with_=services.testing) for path in files)
        found = replace(seen, files=kept)
        return record_result(change_id, test, found, desk=services.desk)

    return context.tasks.start(work, lane=WRITES)


def take_load_result(context: "UiContext", change_id: str, test: str) -> Task:
    """Record the verdict on the load tests as the result of a test."""
    services = context.services
    return context.tasks.start(
        lambda _task: load_result.take_load_result(change_id, test, with_=services.testing),
        lane=WRITES,
    )


def accept(context: "UiContext", change_id: str, test: str, waiver: Waiver | None) -> Task:
    """Waive a test in the acting person's name; None takes the waiver back."""
    services = context.services
    return context.tasks.start(
        lambda _task: waive(change_id, test, waiver, desk=services.desk), lane=WRITES
    )


def keep(context: "UiContext", name: str, value: str) -> Task:
    """Keep a secret that probes use in the keyring."""
    services = context.services
    return context.tasks.start(lambda _task: keep_secret(name, value, with_=services.testing))


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of what a probe did; ``met`` is None where nothing was expected."""

    text: str
    met: bool | None = None


def load_trace(services: "AppServices", attempt: Attempt) -> tuple[TraceLine, ...]:
    """Return what a probe did, line by line, from its evidence; nothing without any."""
    if not attempt.by_probe or not attempt.files:
        return ()
    found = json.loads(services.files.get(attempt.files[0].sha256))
    lines: list[TraceLine] = []
    for step in found["steps"]:
        took = _("{outcome}, {ms} ms").format(outcome=step["outcome"], ms=step["took_ms"])
        lines.append(TraceLine(f"{step['what']}  →  {took}"))
        for item in step["expectations"]:
            said = item["expected"]
            if not item["met"]:
                said = _("expected {expected}; got {got}").format(
                    expected=said, got=item["got"] or _("nothing")
                )
            lines.append(TraceLine(f"  {said}", item["met"]))
        answer = step["answer"].strip()
        lines += [TraceLine(f"    {line}") for line in answer.splitlines()[:20]]
    told = any(line.met is False for line in lines)
    return tuple(lines) if told else (*lines, TraceLine(found["outcome"]))
