"""Templates: made from a change, approved by name, in good standing by their record."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.wilson import wilson
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.functional import FunctionalProbe, ProbeKind
from app.domain.ids import ChangeId, HostId
from app.domain.need import EvidenceKind, NeedEvidence, OutageRecord
from app.domain.people import Contact
from app.domain.review import Attempt, CloseCode, Severity, TestCase, TestKind, TestResult
from app.domain.runbook import Runbook, Step, StepKind
from app.domain.task import ChangeTask, TaskKind, TaskState
from app.domain.template import TEMPLATE_FIELDS, pattern_of
from app.errors import IllegalMove, InvalidInput
from app.services.change.changes import Desk, edit_change, open_change
from app.services.change.origins import origin_of
from app.services.template import templates
from app.services.template.standing import TrackRecord, lacks_for_standard, standing, track_record
from app.services.template.templates import Wanted
from tests.examples import identified, planned
from tests.fakes import NOON, MemoryStore, SetClock


class Office:
    """A store and two people."""

    def __init__(self) -> None:
        self.store, self.clock = MemoryStore(), SetClock()
        self.nomsa = Desk(self.store.unit_of_work, self.clock, "Nomsa")
        self.pieter = Desk(self.store.unit_of_work, self.clock, "Pieter")

    def change(self, **more: object) -> Change:
        change = open_change("Upgrade", desk=self.nomsa)
        plan = planned(identified(self.store.kinds["changes"][change.id]))
        self.put(replace(plan, **more))
        return self.store.kinds["changes"][change.id]

    def put(self, change: Change) -> None:
        self.store.kinds["changes"][change.id] = change

    def close(self, change: Change, code: CloseCode, **more: object) -> None:
        self.clock.pass_by(days=1)
        kept = self.store.kinds["changes"][change.id]
        self.put(
            replace(
                kept,
                state=ChangeState.CLOSED,
                close_code=code,
                closed_at=self.clock.now(),
                **more,
            )
        )

    def template(self):
        change = self.change()
        self.close(change, CloseCode.SUCCESSFUL)
        made = templates.make_template(change.id, "Minor upgrade", desk=self.nomsa)
        return templates.approve_template(made.id, desk=self.pieter)

    def lacks(self, change: Change) -> str:
        with self.nomsa.new_uow() as uow:
            kept = uow.changes.get(change.id)
            return lacks_for_standard(kept, origin_of(kept, uow))


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_template_holds_the_plan_and_nothing_that_happened(office):
    change = office.change(
        implementer="Sipho", close_notes="fine", work_start=NOON, no_lessons=True
    )
    tested = replace(change.tests[0], result=TestResult.PASSED, observed="ok", tester="Thabo")
    office.put(replace(change, tests=(tested,)))
    made = templates.make_template(change.id, "Minor upgrade", desk=office.nomsa)
    blank = Change(ChangeId(""), "", "")
    for item in fields(Change):
        if item.name not in TEMPLATE_FIELDS:
            assert getattr(made.pattern, item.name) == getattr(blank, item.name), item.name
    assert made.pattern.tests[0].result is TestResult.OPEN
    assert made.pattern.tests[0].observed == ""
    assert made.pattern.runbook == change.runbook


STAYS = {
    "who it is, and how far it has come": (
        "id", "number", "type", "state", "revision", "template", "copied_from", "parent", "version",
        "opened_at", "opened_by", "updated_at", "state_since", "on_hold", "on_hold_reason",
        "retrospective", "retrospective_reason",
    ),
    "who does it this time": ("requested_by", "coordinator", "implementer", "reviewer"),
    "when, and what was found in the way": (
        "window", "agreed_window", "schedule_check", "acknowledged",
    ),
    "drafted again from the facts of the next one": ("messages", "risk_draft"),
    "what goes live this time": ("first_commit_at", "code_before", "code_revision", "code_link"),
    "what was decided and done": (
        "requests", "approvals", "overrides", "work_start", "work_end", "backed_out",
        "monitor_since", "review_since", "backup_attempts", "external_backups", "attachments",
        "outages", "incidents", "answers", "lessons", "no_lessons", "actions", "benefit_checks",
        "risk_outcome", "close_code", "close_notes", "reviewed_by", "reviewed_at", "closed_at",
        "reopened",
    ),
}  # fmt: skip
"""Fields that a template and a copy leave behind, by the reason why."""


def test_of_every_field_somebody_decided_whether_the_next_change_takes_it_over():
    left = [name for names in STAYS.values() for name in names]
    assert sorted([*TEMPLATE_FIELDS, *left]) == sorted(item.name for item in fields(Change))
    copied = [name for names in templates.COPIED.values() for name in names]
    assert sorted(["title", *copied]) == sorted(TEMPLATE_FIELDS)


@pytest.mark.parametrize(
    ("full", "happened"),
    [
        (
            TestCase(
                "t", "Order", TestKind.QA, "An order is kept", False, TestResult.FAILED, "none",
                "Thabo", NOON, "Nomsa", "known", "Sipho", Severity.MINOR, "Open the shop",
                FunctionalProbe(text="GET http://shop/\nexpect status = 200"),
                (Attempt(NOON, "Thabo", TestResult.FAILED),),
            ),
            {"result", "observed", "tester", "tested_at", "waived_by", "waived_reason",
             "waived_owner", "waived_severity", "attempts"},
        ),
        (
            Contact("Pieter", "DBA", "+27 1", NOON, "Nomsa", present=True),
            {"confirmed_at", "confirmed_by"},
        ),
        (
            ChangeTask(
                "k", "Order a disk", TaskKind.TESTING, "Sipho", NOON.date(), TaskState.CLOSED,
                "there", "Sipho", NOON,
            ),
            {"due", "state", "note", "closed_by", "closed_at"},
        ),
        (
            NeedEvidence(
                EvidenceKind.LOG, "Slow", "9 s", "May", "log 7", OutageRecord(NOON), None, None,
                None, None, "ab" * 32,
            ),
            {"file"},
        ),
    ],
)  # fmt: skip
def test_of_what_a_change_lists_the_plan_goes_on_and_what_happened_stays(full, happened):
    change = Change(ChangeId("c"), "CHG-1", "Upgrade")
    match full:
        case TestCase():
            (kept,) = pattern_of(replace(change, tests=(full,))).tests
        case Contact():
            (kept,) = pattern_of(replace(change, contacts=(full,))).contacts
        case ChangeTask():
            (kept,) = pattern_of(replace(change, tasks=(full,))).tasks
        case _:
            need = replace(change.need, evidence=(full,))
            (kept,) = pattern_of(replace(change, need=need)).need.evidence
    altered = {
        item.name for item in fields(full) if getattr(kept, item.name) != getattr(full, item.name)
    }
    assert altered == happened
    for item in fields(full):
        if item.name in happened:
            assert getattr(kept, item.name) == item.default, item.name


def test_a_canceled_task_is_no_part_of_the_next_plan(office):
    tasks = (ChangeTask("a", "Order"), ChangeTask("b", "Ask", state=TaskState.CANCELED))
    change = office.change(tasks=tasks, review_days=3.0, benefit_days=(14, 60))
    made = templates.make_template(change.id, "Minor upgrade", desk=office.nomsa)
    opened = templates.open_from_template(made.id, Wanted("Next"), desk=office.nomsa)
    assert [task.id for task in opened.tasks] == ["a"]
    assert (opened.review_days, opened.benefit_days) == (3.0, (14, 60))
    copy = templates.copy_change(change.id, "", ["measures"], desk=office.nomsa)
    assert (copy.review_days, copy.benefit_days, copy.tasks) == (3.0, (14, 60), ())


def test_results_alter_no_lock_and_a_probe_follows_its_host(office):
    count = FunctionalProbe(ProbeKind.SQL, "SELECT 1", "rows = 1", database="shop")
    case = TestCase("t", "Count", probe=count)
    change = office.change(tests=(case,))
    office.close(change, CloseCode.SUCCESSFUL)
    made = templates.make_template(
        change.id, "Minor upgrade", desk=office.nomsa, locked=("tests", "runbook")
    )
    templates.approve_template(made.id, desk=office.pieter)
    wanted = Wanted("Next", HostId("db-07"))
    opened = templates.open_from_template(made.id, wanted, desk=office.nomsa)
    assert opened.tests[0].probe.host == "db-07"
    tried = opened.tests[0].tried(Attempt(NOON, "Nomsa", TestResult.PASSED))
    office.put(replace(opened, tests=(tried,)))
    assert office.lacks(opened) == ""
    office.put(replace(opened, tests=(replace(tried, probe=replace(count, text="SELECT 2")),)))
    assert office.lacks(opened) == "Locked by the template, and altered: tests"


def test_without_a_name_or_a_step_there_is_no_template(office):
    with pytest.raises(InvalidInput, match="name"):
        templates.make_template(office.change().id, " ", desk=office.nomsa)
    with pytest.raises(IllegalMove, match="no runbook"):
        templates.make_template(office.change(runbook=Runbook()).id, "x", desk=office.nomsa)


def test_an_edition_is_approved_by_somebody_else_and_only_the_newest(office):
    change = office.change()
    first = templates.make_template(change.id, "Minor upgrade", desk=office.nomsa)
    with pytest.raises(IllegalMove, match="cannot approve"):
        templates.approve_template(first.id, desk=office.nomsa)
    second = templates.make_template(
        change.id, "Minor upgrade", desk=office.nomsa, family=first.family, note="Quicker"
    )
    assert (second.edition, second.approved_by) == (2, "")
    with pytest.raises(IllegalMove, match="newer edition"):
        templates.approve_template(first.id, desk=office.pieter)
    assert templates.approve_template(second.id, desk=office.pieter).approved_by == "Pieter"
    (row,) = templates.library(desk=office.nomsa)
    assert [item.edition for item in row.editions] == [2, 1]


def test_a_change_opened_in_good_standing_may_take_the_standard_path(office):
    template = office.template()
    change = templates.open_from_template(template.id, Wanted("Upgrade db-02"), desk=office.nomsa)
    assert (change.type, change.template) == (ChangeType.STANDARD, template.id)
    assert change.title == "Upgrade db-02"
    assert office.lacks(change) == ""


def test_an_altered_lock_names_the_field_and_hosts_and_values_stay_free(office):
    template = office.template()
    change = templates.open_from_template(template.id, Wanted(), desk=office.nomsa)
    moved = Runbook(
        tuple(replace(step, host=HostId("db-02")) for step in change.runbook.steps),
        (("version", "16.4"),),
    )
    edit_change(change.id, lambda c: replace(c, runbook=moved), desk=office.nomsa)
    assert office.lacks(change) == ""
    longer = Runbook((*change.runbook.steps, Step("x", "More", StepKind.COMMAND)))
    edit_change(change.id, lambda c: replace(c, runbook=longer), desk=office.nomsa)
    assert "runbook" in office.lacks(change)


def test_what_was_not_opened_from_a_template_is_not_standard(office):
    assert "not opened from a template" in office.lacks(office.change())


def test_a_failure_takes_the_standing_until_somebody_stands_for_it_again(office):
    template = office.template()
    change = templates.open_from_template(template.id, Wanted(), desk=office.nomsa)
    office.close(change, CloseCode.SUCCESSFUL, backed_out=True)
    later = templates.open_from_template(template.id, Wanted(), desk=office.nomsa)
    assert later.type is ChangeType.NORMAL
    assert "failed since" in office.lacks(later)
    office.clock.pass_by(days=1)
    templates.approve_template(template.id, desk=office.pieter)
    assert office.lacks(later) == ""


def test_an_unproven_template_opens_normal_changes_until_one_has_worked(office):
    change = office.change()
    made = templates.make_template(change.id, "Minor upgrade", desk=office.nomsa)
    templates.approve_template(made.id, desk=office.pieter)
    first = templates.open_from_template(made.id, Wanted(), desk=office.nomsa)
    assert first.type is ChangeType.NORMAL
    office.close(first, CloseCode.WITH_ISSUES)
    second = templates.open_from_template(made.id, Wanted(), desk=office.nomsa)
    assert second.type is ChangeType.STANDARD


def test_the_origin_of_a_change_cannot_be_edited(office):
    template = office.template()
    change = templates.open_from_template(template.id, Wanted(), desk=office.nomsa)
    with pytest.raises(IllegalMove, match="template"):
        edit_change(change.id, lambda c: replace(c, template=None), desk=office.nomsa)


def test_a_retired_template_opens_nothing(office):
    template = office.template()
    with pytest.raises(IllegalMove, match="why"):
        templates.retire_template(template.id, " ", desk=office.nomsa)
    templates.retire_template(template.id, "Replaced", desk=office.nomsa)
    with pytest.raises(IllegalMove, match="retired"):
        templates.open_from_template(template.id, Wanted(), desk=office.nomsa)
    (row,) = templates.library(desk=office.nomsa)
    assert "Replaced" in row.poor


def test_steps_without_a_host_go_to_the_chosen_one(office):
    steps = (Step("a", "Stop", StepKind.COMMAND), Step("m", "Look", StepKind.MANUAL))
    change = office.change(runbook=Runbook(steps, (("version", "16.3"), ("unit", "pg"))))
    made = templates.make_template(change.id, "Minor upgrade", desk=office.nomsa)
    wanted = Wanted("On db-07", HostId("db-07"), (("version", "16.4"),))
    opened = templates.open_from_template(made.id, wanted, desk=office.nomsa)
    assert [step.host for step in opened.runbook.steps] == ["db-07", None]
    assert dict(opened.runbook.values) == {"version": "16.4", "unit": "pg"}
    assert "db-07" in opened.hosts


@pytest.mark.parametrize("part", list(templates.COPIED))
def test_a_copy_takes_what_was_chosen_and_never_what_happened(office, part):
    change = office.change(close_notes="x", work_start=NOON, overrides=(), backed_out=True)
    copy = templates.copy_change(change.id, "", [part], desk=office.nomsa)
    assert copy.copied_from == change.id
    assert (copy.state, copy.approvals, copy.work_start) == (ChangeState.DRAFT, (), None)
    blank = open_change("Upgrade", desk=office.nomsa)
    own = {"id", "number", "title", "copied_from", "version"}
    for item in fields(Change):
        if item.name in own or item.name in templates.COPIED[part]:
            continue
        assert getattr(copy, item.name) == getattr(blank, item.name), item.name


def test_every_part_of_a_copy_is_known(office):
    with pytest.raises(InvalidInput, match="results"):
        templates.copy_change(office.change().id, "", ["results"], desk=office.nomsa)


def closed(code: CloseCode, day: int = 0, **more: object) -> Change:
    at = NOON + timedelta(days=day)
    return Change(
        ChangeId(f"c{day}{code}"),
        "CHG-1",
        "x",
        state=ChangeState.CLOSED,
        close_code=code,
        closed_at=at,
        **more,
    )


def test_below_ten_there_are_counts_and_from_ten_on_the_likely_range():
    nine = track_record([closed(CloseCode.SUCCESSFUL, n) for n in range(9)])
    assert nine.sentence == "9 of 9 closed changes worked"
    ten = track_record([closed(CloseCode.SUCCESSFUL, n) for n in range(10)])
    assert "likely" in ten.sentence
    assert "72" in ten.sentence


def test_a_change_that_is_not_closed_well_is_a_failure_and_a_cancelled_one_is_nothing():
    record = track_record(
        [
            closed(CloseCode.SUCCESSFUL, 1),
            closed(CloseCode.SUCCESSFUL, 2, backed_out=True),
            closed(CloseCode.UNSUCCESSFUL, 3),
            replace(closed(CloseCode.CANCELED, 4), state=ChangeState.CANCELED),
        ]
    )
    assert (record.successful, record.failed, record.n) == (1, 2, 3)


def test_many_changes_must_work_often_enough(office):
    template = office.template()
    poor = TrackRecord(successful=8, failed=4)
    assert "Too few" in standing(template, poor)
    assert standing(template, TrackRecord(successful=20)) == ""


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_wilson_interval_solves_its_own_equation(successes, failures):
    n = successes + failures
    low, high = wilson(successes, n)
    assert 0 <= low <= high <= 1
    assert low - 1e-12 <= (successes / n if n else 0.5) <= high + 1e-12
    for end in (low, high) if n else ():
        distance = abs(successes / n - end)
        assert distance == pytest.approx(1.959964 * (end * (1 - end) / n) ** 0.5, abs=1e-6)
