"""Test: what is tried afterwards, what was seen, and who accepts what failed."""

from dataclasses import replace
from typing import ClassVar

from app.domain.change import Change, ChangeState
from app.domain.ids import new_id
from app.domain.review import TestCase, TestKind, TestResult
from app.errors import InvalidInput
from app.i18n import _, later
from app.wording import clock, count_of, day
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.records import Line, RecordForm, RecordList, Records
from ui.pages.changes.saving import Section, record_lock, refuse
from ui.pages.changes.tab import Tab
from ui.pages.changes.words import TEST_KINDS, TEST_RESULTS, choices, word
from ui.widgets.fields import ChoiceField, FlagField, LineField
from ui.widgets.table import Rows

_BEFORE_WORK = (
    ChangeState.DRAFT,
    ChangeState.ASSESS,
    ChangeState.AUTHORIZE,
    ChangeState.SCHEDULED,
    ChangeState.REJECTED,
)
_BADGES = {
    TestResult.OPEN: (Mark.MISSING, later("Open")),
    TestResult.PASSED: (Mark.GOOD, later("Passed")),
    TestResult.FAILED: (Mark.BAD, later("Failed")),
}


class TestsTab(Tab):
    """The test cases."""

    __test__ = False

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self.cases = TestsSection()
        self.add_section(self.cases)
        self.end()


class TestForm(RecordForm):
    """One test case; a result is stamped with who gave it and when."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.title = LineField(_("Test"), placeholder=_("Place an order"))
        self.kind = ChoiceField(_("Kind"), choices(TEST_KINDS))
        self.expected = LineField(_("What should be seen"))
        self.mandatory = FlagField(_("Duty"), _("Must pass, or be waived"))
        self.result = ChoiceField(_("Result"), choices(TEST_RESULTS))
        self.observed = LineField(_("What was seen"))
        self.waived = LineField(
            _("Waived because"), _("Stands in your name on page 1 of the report.")
        )
        for name in ("title", "kind", "expected", "mandatory", "result", "observed"):
            self.add(name, getattr(self, name))
        self.add("waived", self.waived, wide=True)

    def prepare(self, view: ChangeView) -> None:
        """Ask for results only once the work has begun."""
        for field in (self.result, self.observed, self.waived):
            field.setVisible(view.change.state not in _BEFORE_WORK)

    def fill(self, record: TestCase) -> None:
        """Show a test case."""
        self.title.set_value(record.title)
        self.kind.set_value(record.kind.value)
        self.expected.set_value(record.expected)
        self.mandatory.set_value(record.mandatory)
        self.result.set_value(record.result.value)
        self.observed.set_value(record.observed)
        self.waived.set_value(record.waived_reason)

    def read(self, record: TestCase) -> TestCase:
        """Return the test case as typed."""
        if not self.title.value:
            raise refuse(self.title, InvalidInput(_("Name the test.")))
        result = TestResult(self.result.value)
        typed = replace(
            record,
            title=self.title.value,
            kind=TestKind(self.kind.value),
            expected=self.expected.value,
            mandatory=self.mandatory.value,
            result=result,
            observed=self.observed.value,
            waived_reason=self.waived.value,
        )
        if self.stamp is None:
            return typed
        by, at = self.stamp()
        if result is not record.result:
            tested = result is not TestResult.OPEN
            typed = replace(typed, tester=by if tested else "", tested_at=at if tested else None)
        if typed.waived_reason != record.waived_reason:
            typed = replace(typed, waived_by=by if typed.waived_reason else "")
        return typed


class TestsSection(Section):
    """All test cases of a change."""

    __test__ = False
    note: ClassVar[str] = later("Edited the tests")

    def __init__(self) -> None:
        super().__init__()
        self.cases = RecordList(self._records(), TestForm, rows=Rows.TWO_LINES)
        self.column.addWidget(self.cases)
        self.watch_list(self.cases)

    def lock(self, change: Change) -> str:
        """Results are given after the work; tests are no part of what was approved."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        cases = view.change.tests
        self.cases.set_value(cases)
        settled = sum(case.is_settled for case in cases)
        note = _("{share} settled").format(share=count_of(settled, len(cases))) if cases else ""
        self.cases.title.set_note(note)

    def values(self) -> dict[str, object]:
        """Return the test cases."""
        return {"tests": self.cases.value}

    def _records(self) -> Records:
        return Records(
            _("Test cases"),
            _("test"),
            _("No test yet. Say what must be seen to work after the change, and who looks."),
            (
                Column[Line](_("Test"), lambda line: line.item.title, cell=_case_cell),
                Column[Line](
                    _("Kind"), lambda line: word(TEST_KINDS, line.item.kind), width=100, tone="ink2"
                ),
                Column[Line](
                    _("Result"), lambda line: result_badge(line.item).word, cell=self._result_cell,
                    width=230,
                ),
            ),
            lambda: TestCase(new_id(), ""),
        )  # fmt: skip

    def _result_cell(self, line: Line) -> Cell:
        case: TestCase = line.item
        badge = result_badge(case)
        if case.waived_by and case.result is not TestResult.PASSED:
            who = _("by {name}: {why}").format(name=case.waived_by, why=case.waived_reason)
            return Cell((badge,), (Words(who, "ink2"),))
        if case.tested_at is None:
            return Cell((badge,))
        zone = self._view.zone if self._view else "UTC"
        when = f"{day(case.tested_at, zone)} {clock(case.tested_at, zone)}"
        return Cell((badge,), (Words(f"{case.tester}, {when}", "ink2"),))


def result_badge(case: TestCase) -> Badge:
    """Return how a test case stands."""
    if case.waived_by and case.result is not TestResult.PASSED:
        return Badge(Mark.WATCH, _("Waived"))
    mark, text = _BADGES[case.result]
    return Badge(mark, _(text))


def _case_cell(line: Line) -> Cell:
    case: TestCase = line.item
    duty = "" if case.mandatory else _("optional")
    below = case.observed or case.expected
    return Cell(
        (Words(case.title, weight=500), *((Words(duty, "ink2", size=11),) if duty else ())),
        (Words(below or _("nothing said about what should be seen"), "ink2"),),
    )
