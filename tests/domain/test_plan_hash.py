"""The hash of a plan: every edit alters it, the growth of the program does not."""

from dataclasses import fields, make_dataclass, replace

from app.domain.change import PLAN_FIELDS, Change
from app.domain.ids import ChangeId
from app.domain.runbook import Runbook, Step, StepKind
from tests.examples import identified, planned

PLAIN = Change(ChangeId("c"), "CHG-000001", "Upgrade")


def test_a_field_that_a_later_version_adds_alters_no_hash():
    grown = make_dataclass("Grown", [("later", str, "")], bases=(Step,), frozen=True)
    step = Step("a", "Stop", StepKind.COMMAND, command="true")
    values = {item.name: getattr(step, item.name) for item in fields(Step)}
    old = replace(PLAIN, runbook=Runbook((step,)))
    new = replace(PLAIN, runbook=Runbook((grown(**values),)))
    assert old.plan_hash == new.plan_hash
    used = replace(PLAIN, runbook=Runbook((grown(**values, later="yes"),)))
    assert used.plan_hash != old.plan_hash


def test_every_field_of_the_plan_alters_the_hash_and_no_other_does():
    full = planned(identified(PLAIN))
    for name in PLAN_FIELDS:
        default = next(item for item in fields(Change) if item.name == name).default
        value = getattr(full, name)
        other = "another" if isinstance(value, str) else default
        if value != other:
            assert replace(full, **{name: other}).plan_hash != full.plan_hash, name
    for name in ("state", "coordinator", "approvals", "version", "close_notes"):
        other = 7 if name == "version" else "other"
        assert replace(full, **{name: other}).plan_hash == full.plan_hash, name


def test_a_value_set_back_to_its_default_gives_the_first_hash():
    step = Step("a", "Stop", StepKind.COMMAND)
    plain = replace(PLAIN, runbook=Runbook((step,)))
    there = replace(PLAIN, runbook=Runbook((replace(step, owner="L. Nkosi"),)))
    assert there.plan_hash != plain.plan_hash
    assert replace(there, runbook=Runbook((step,))).plan_hash == plain.plan_hash
