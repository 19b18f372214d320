"""A plan in words, and what changed in it since somebody approved it."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta

import pytest

from app.domain.approval import Decision
from app.domain.backup import BackupSource, SourceKind
from app.domain.change import PLAN_FIELDS, ChangeState
from app.domain.need import AreaScope, ScopeArea
from app.domain.review import TestCase
from app.domain.risk import Grade, Treatment
from app.domain.runbook import OnFail, Runbook, Step, StepKind
from app.domain.window import TimeRange, Window
from app.services.approval.approvals import decide
from app.services.change.plan_changes import changed_since, differences
from app.services.change.plan_reading import read_plan
from tests.examples import DB
from tests.fakes import NOON
from tests.services.office import Office
from tests.services.process_cases import blank


def told(change) -> dict[str, str]:
    return {
        f"{part.title}/{label}": text
        for part in read_plan(change, lambda host: host, NOON)
        for label, text in part.lines
    }


def test_an_approver_reads_every_part_of_the_plan():
    words = told(blank())
    assert words["Why/Need"] == "Outdated or incompatible software"
    assert words["When/Window"] == "Sat 14 Nov 2026 11:00–15:00 UTC"
    assert words["Risk/Before controls"] == "High (likelihood high, impact high)"
    assert words["Risk/Backup needed"] == plan_with().risk.required_backup.label
    assert words["Steps forward/1"].startswith("Upgrade (db-01, ")
    assert words["Steps forward/1"].endswith(": true")
    assert words["Way back/1"].startswith("Restore")
    assert words["How it is tested and measured/Measure"].startswith("Order response time: ")
    assert words["Who/Implementer"] == "Sipho"


MARKED = ("title", "included", "excluded", "benefit", "cost", "risk", "reason", "time", "text",
          "command", "instructions", "answer", "owner", "approver", "recipients", "expected",
          "override_reason")  # fmt: skip
"""Fields of parts of a plan that are free text, of whatever record."""


def marked(record: object, seen: list[str]):
    """Fill every empty or short text of a record, and of what it holds, with a word of its own."""
    if isinstance(record, tuple):
        return tuple(marked(item, seen) for item in record)
    if not is_dataclass(record):
        return record
    values = {}
    for item in fields(record):
        value = getattr(record, item.name)
        if item.name in MARKED and isinstance(value, str):
            seen.append(f"{type(record).__name__}-{item.name}-{len(seen)}")
            values[item.name] = seen[-1]
        else:
            values[item.name] = marked(value, seen)
    return replace(record, **values)


def test_no_word_of_the_plan_is_kept_from_who_approves_it():
    plan, seen = blank(), []
    scope = replace(plan.scope, by_area=(AreaScope(ScopeArea.CODE), AreaScope(ScopeArea.SECURITY)))
    gate = Step("g1", "Go", StepKind.GATE, by_another=True)
    tell = Step("n1", "Tell", StepKind.NOTIFY, after=("g1",), on_fail=OnFail.GO_ON, mandatory=False)
    runbook = Runbook((*plan.runbook.steps, gate, tell))
    risk = replace(plan.risk, override=Grade.LOW, treatment=Treatment.ACCEPT)
    full = replace(
        plan,
        **{name: marked(value, seen) for name, value in (
            ("scope", scope), ("options", plan.options), ("runbook", runbook), ("risk", risk),
            ("tests", (*plan.tests, TestCase("t2", "", mandatory=False))),
        )},
    )  # fmt: skip
    assert len(seen) > 50
    read = "\n".join(told_as_lines(full))
    kept = [word for word in seen if word not in read]
    assert sorted({word.rpartition("-")[0] for word in kept}) == [
        "Step-answer", "Step-approver",
    ], "a gate alone is answered"  # fmt: skip
    assert {word for word in seen if word.startswith(("Step-answer", "Step-approver"))} - set(kept)


def told_as_lines(change) -> list[str]:
    parts = read_plan(change, lambda host: host, NOON)
    return [text for part in parts for _label, text in part.lines]


def test_an_approver_reads_that_a_level_was_set_by_hand_and_why():
    plan = blank()
    by_hand = replace(plan.risk, override=Grade.LOW, override_reason="Rehearsed twice")
    words = told(replace(plan, risk=by_hand))
    assert words["Risk/Before controls"] == "Low (likelihood high, impact high)"
    assert words["Risk/Set by hand"] == (
        "The engines said high; set to low by hand: Rehearsed twice"
    )
    assert "Risk/Set by hand" not in told(plan)


def test_an_approver_reads_which_database_is_backed_up_and_what_is_tested():
    plan = blank()
    source = BackupSource(SourceKind.POSTGRESQL, DB.id, database="orders")
    words = told(replace(plan, backup_plan=(source,), monitor_days=3.0))
    assert words["Way back/Backed up"] == "db-01: orders"
    assert words["How it is tested and measured/Test"] == "Place an order (functional)"
    assert words["How it is tested and measured/Afterwards"] == "watched for 3 days"


def test_what_was_not_said_says_so():
    words = told(replace(blank(), window=None, risk=None, runbook=Runbook(), description=" "))
    assert words["When/Window"] == "none yet"
    assert words["Risk/Assessment"] == "not assessed"
    assert words["Steps forward/Steps"] == "none"
    assert words["Why/Description"] == "not said"


def plan_with(**fields):
    return replace(blank(), **fields)


STEPS = blank().runbook.steps
SPAN = blank().window.span
LATER = Window(TimeRange(SPAN.start + timedelta(hours=1), SPAN.end + timedelta(hours=1)))


@pytest.mark.parametrize(
    ("after", "part", "before", "now"),
    [
        (plan_with(backout_plan="Another way"), "Back-out plan", "–", "Another way"),
        (
            plan_with(window=LATER),
            "Window",
            "Sat 14 Nov 2026 11:00–15:00 UTC",
            "Sat 14 Nov 2026 12:00–16:00 UTC",
        ),
        (
            plan_with(runbook=Runbook((replace(STEPS[0], command="rm"), STEPS[1]))),
            "Step: Upgrade, command",
            "true",
            "rm",
        ),
        (plan_with(runbook=Runbook(STEPS[:1])), "Step", "Restore", "–"),
        (plan_with(runbook=Runbook(STEPS[::-1])), "Step, order", "Upgrade, Restore",
         "Restore, Upgrade"),
        (plan_with(outage=False), "Outage", "true", "false"),
        (plan_with(options=blank().options[:1]), "Options", "Do nothing", "–"),
    ],
    ids=["text", "window", "command", "step gone", "order", "flag", "option gone"],
)  # fmt: skip
def test_each_edit_is_shown_old_beside_new(after, part, before, now):
    (found,) = differences(blank().plan_text, after.plan_text)
    assert (found.part, found.before, found.after) == (part, before, now)


def test_every_field_of_the_plan_that_differs_is_found():
    for name in PLAN_FIELDS:
        if name in ("runbook", "scope", "type", "baseline_s", "settle_s"):
            continue
        value = getattr(blank(), name)
        empty = type(value)() if isinstance(value, str | tuple) else None
        if value == empty or value is False:  # as it is by default, it is not told at all
            continue
        assert differences(blank().plan_text, replace(blank(), **{name: empty}).plan_text), name


def test_what_changed_since_an_approval_is_known_from_the_copy_that_was_kept():
    office = Office()
    change = office.asked()
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    edited = office.edit(change, test_plan="Place two orders")
    with office.desk().new_uow() as uow:
        (found,) = changed_since(edited.approvals[0], edited, uow)
        assert (found.before, found.after) == ("Place an order", "Place two orders")
        older = replace(edited.approvals[0], plan_hash="ab" * 32)
        assert changed_since(older, edited, uow) is None
    assert edited.state is ChangeState.AUTHORIZE
