"""A plan in words, and what changed in it since somebody approved it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.approval import Decision
from app.domain.change import PLAN_FIELDS, ChangeState
from app.domain.runbook import Runbook
from app.domain.window import TimeRange, Window
from app.services.approval.approvals import decide
from app.services.change.plan_changes import changed_since, differences
from app.services.change.plan_reading import read_plan
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
    assert words["Risk/Before controls"] == "High"
    assert words["Steps forward/1"].startswith("Upgrade (db-01, ")
    assert words["Steps forward/1"].endswith(": true")
    assert words["Way back/1"].startswith("Restore")
    assert words["How it is tested and measured/Measure"].startswith("Order response time: ")
    assert words["Who/Implementer"] == "Sipho"


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
