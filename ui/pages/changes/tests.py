"""Test: what is tried before and afterwards, what was seen, and who accepts what failed."""

from datetime import datetime
from typing import ClassVar

from PySide6.QtCore import QObject, Slot

from app.domain.change import Change
from app.domain.ids import new_id
from app.domain.review import Attempt, Side, TestCase, TestResult
from app.i18n import _, later, ngettext
from app.services.test_case.testing import side_of
from app.wording import clock, count_of, day
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.operations import tests as deeds
from ui.operations.changes import ChangeView, FieldEdit
from ui.pages.changes.editing import Editing
from ui.pages.changes.records import Line, RecordList, Records
from ui.pages.changes.saving import Section, record_lock
from ui.pages.changes.tab import Tab
from ui.pages.changes.test_form import TestForm
from ui.pages.changes.test_results import CaseResults
from ui.pages.changes.words import TEST_KINDS, attempt_badge, word
from ui.tasks import Task
from ui.widgets.buttons import Button, WithReason
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows


class TestsTab(Tab):
    """How the tests stand, the button that tries them, and the cases with their results."""

    __test__ = False

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.state = Label(wrap=True)
        self.run_all = Button(_("Run all"), icon="play")
        self.stop = Button(_("Stop"), icon="circle-stop")
        self.stop.hide()
        self.running: Task | None = None
        self._view: ChangeView | None = None
        self.results = CaseResults(editing)
        self.results.hide()
        self.cases = TestsSection(self.results)
        upper = row(self.state, self.stop, WithReason(self.run_all), gap=12)
        upper.setStretch(0, 1)
        add_layout(self.body, upper)
        self.add_section(self.cases)
        self.end()
        self.run_all.clicked.connect(self._on_run_all)
        self.stop.clicked.connect(self._on_stop)
        self.results.run_wanted.connect(self._on_run_one)
        self.cases.cases.table.picked.connect(self._follow)
        self.cases.cases.left.connect(self._follow)
        self.cases.cases.add.clicked.connect(self._follow)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        super().show_view(view)
        self._view = view
        self.state.setText(sentence(view.change.tests))
        locked = bool(record_lock(view.change))
        self.run_all.setVisible(not locked)
        before = side_of(view.change) is Side.BEFORE
        self.run_all.setText(_("Run all, before the work") if before else _("Run all"))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        view, case = self._view, self.cases.cases.current
        if view is None:
            return
        kept = {item.id: item for item in view.change.tests}
        probed = any(item.probe for item in view.change.tests)
        running = _("being tried") if self.running else ""
        self.run_all.block(
            running or view.not_tester or ("" if probed else _("no test has a probe yet"))
        )
        self.stop.setVisible(self.running is not None)
        self.results.show_case(kept.get(case.id) if case else None, view, running)

    @Slot()
    def _on_run_all(self) -> None:
        self._run(())

    @Slot(str)
    def _on_run_one(self, test: str) -> None:
        self._run((test,))

    def _run(self, tests: tuple[str, ...]) -> None:
        self.flush()
        change = self.editing.view.change
        title = _("Tests of {number}").format(number=change.number)
        self.running = deeds.run(self.editing.context, change, tests, title)
        _Running(self, self.running)
        self._follow()

    @Slot()
    def _on_stop(self) -> None:
        if self.running is not None:
            self.running.cancel()

    def ended(self) -> None:
        """Offer to try again."""
        self.running = None
        self.editing.reload_wanted.emit()
        self._follow()


class _Running(QObject):
    """Probes on their way; each result is shown as it comes."""

    def __init__(self, tab: TestsTab, task: Task) -> None:
        super().__init__(task)
        self._tab = tab
        task.progressed.connect(self._on_progress)
        task.failed.connect(tab.editing.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_progress(self, _progress: object) -> None:
        self._tab.editing.reload_wanted.emit()

    @Slot()
    def _on_ended(self) -> None:
        self._tab.ended()


def sentence(tests: tuple[TestCase, ...]) -> str:
    """Say how the tests stand: "2 of 4 passed, 1 failed, 1 not run. 1 waived."."""
    if not tests:
        return ""
    passed = sum(case.result is TestResult.PASSED for case in tests)
    parts = [_("{share} passed").format(share=count_of(passed, len(tests)))]
    for result, text in (
        (TestResult.FAILED, _("{n} failed")),
        (TestResult.BLOCKED, _("{n} blocked")),
        (TestResult.OPEN, _("{n} not run")),
    ):
        n = sum(case.result is result for case in tests)
        parts += [text.format(n=n)] if n else []
    text = ", ".join(parts) + "."
    waived = sum(case.is_waived for case in tests)
    if waived:
        text += " " + ngettext("{n} is waived.", "{n} are waived.", waived).format(n=waived)
    loose = sum(case.mandatory and not case.is_settled for case in tests)
    if loose:
        text += " " + ngettext(
            "{n} mandatory one still needs a result or a waiver.",
            "{n} mandatory ones still need a result or a waiver.",
            loose,
        ).format(n=loose)
    return text


class TestsSection(Section):
    """All test cases of a change."""

    __test__ = False
    note: ClassVar[str] = later("Edited the tests")

    def __init__(self, results: CaseResults) -> None:
        super().__init__()
        self.cases = RecordList(self._records(), TestForm, rows=Rows.TWO_LINES, between=results)
        self.column.addWidget(self.cases)
        self.watch_list(self.cases)

    def lock(self, change: Change) -> str:
        """Results are given after the work; tests are no part of what was approved."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        self.cases.set_value(view.change.tests)

    def values(self) -> dict[str, object]:
        """Return the test cases."""
        return {"tests": self.cases.value}

    def edit(self, base: Change, values: dict[str, object]) -> FieldEdit | None:
        """Return an edit of what the tests are; what was found out is not its business."""
        return deeds.edit_of_tests(base, self.cases.value, _(self.note))

    def _records(self) -> Records:
        return Records(
            _("Test cases"),
            _("test"),
            _("No test yet. Say what must be seen to work after the change, and who looks."),
            (
                Column[Line](_("Test"), lambda line: line.item.title, cell=_case_cell),
                Column[Line](
                    _("Kind"), lambda line: word(TEST_KINDS, line.item.kind), width=88, tone="ink2"
                ),
                Column[Line](
                    _("Before"), lambda line: self._side_text(line, Side.BEFORE), width=128,
                    cell=lambda line: self._side_cell(line.item.last(Side.BEFORE)),
                ),
                Column[Line](
                    _("After"), lambda line: result_badge(line.item).word,
                    cell=lambda line: self._result_cell(line.item), width=190,
                ),
            ),
            lambda: TestCase(new_id(), ""),
            kept=lambda case: bool(case.attempts),
        )  # fmt: skip

    def _side_text(self, line: Line, side: Side) -> str:
        attempt: Attempt | None = line.item.last(side)
        return attempt_badge(attempt.result).word if attempt else "–"

    def _side_cell(self, attempt: Attempt | None) -> Cell:
        if attempt is None:
            return Cell((Words("–", "ink2"),))
        return Cell((attempt_badge(attempt.result),), (Words(self._when(attempt.at), "ink2"),))

    def _result_cell(self, case: TestCase) -> Cell:
        badge = result_badge(case)
        if case.is_waived:
            who = _("by {name}: {why}").format(name=case.waived_by, why=case.waived_reason)
            return Cell((badge,), (Words(who, "ink2"),))
        if case.tested_at is None:
            return Cell((badge,))
        tries = sum(item.side is Side.AFTER for item in case.attempts)
        again = _("{when}, try {n}") if tries > 1 else "{when}"
        return Cell(
            (badge,), (Words(again.format(when=self._when(case.tested_at), n=tries), "ink2"),)
        )

    def _when(self, at: datetime) -> str:
        zone = self._view.zone if self._view else "UTC"
        return f"{day(at, zone)} {clock(at, zone)}"


def result_badge(case: TestCase) -> Badge:
    """Return how a test case stands."""
    if case.is_waived:
        weight = _("Waived, minor") if case.severity.value == "minor" else _("Waived, major")
        return Badge(Mark.WATCH, weight)
    return attempt_badge(case.result)


def _case_cell(line: Line) -> Cell:
    case: TestCase = line.item
    duty = "" if case.mandatory else _("optional")
    by = _("by the program") if case.probe else ""
    notes = ", ".join(part for part in (duty, by) if part)
    below = case.observed or case.expected
    return Cell(
        (Words(case.title, weight=500), *((Words(notes, "ink2", size=11),) if notes else ())),
        (Words(below or _("nothing said about what should be seen"), "ink2"),),
    )
