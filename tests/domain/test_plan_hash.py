"""The hash of a plan: every edit alters it, the growth of the program does not."""

import json
from dataclasses import fields, make_dataclass, replace
from datetime import UTC, date, datetime

import pytest

from app.domain.change import PLAN_FIELDS, Change
from app.domain.ids import ChangeId
from app.domain.need import (
    EvidenceKind,
    Impact,
    Lifecycle,
    Need,
    NeedEvidence,
    Option,
    OutageRecord,
    currency_of,
)
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


def test_every_record_of_the_need_can_be_told_dates_and_moments_too():
    lifecycle = Lifecycle("PostgreSQL", "13", end_of_life=date(2025, 11, 13))
    outage = OutageRecord(datetime(2026, 5, 1, 10, tzinfo=UTC))
    need = Need(
        evidence=(
            NeedEvidence(EvidenceKind.VERSION, "Ends", lifecycle=lifecycle),
            NeedEvidence(EvidenceKind.OUTAGE, "Was down", outage=outage),
        )
    )
    told = json.loads(replace(PLAIN, need=need).text_of(("need",)))
    first, second = told["need"]["evidence"]
    assert first["lifecycle"]["end_of_life"] == "2025-11-13"
    assert second["outage"]["began"] == "2026-05-01T10:00:00+00:00"


def test_a_value_set_back_to_its_default_gives_the_first_hash():
    step = Step("a", "Stop", StepKind.COMMAND)
    plain = replace(PLAIN, runbook=Runbook((step,)))
    there = replace(PLAIN, runbook=Runbook((replace(step, owner="L. Nkosi"),)))
    assert there.plan_hash != plain.plan_hash
    assert replace(there, runbook=Runbook((step,))).plan_hash == plain.plan_hash


def test_the_price_of_an_option_binds_its_currency_and_options_without_one_do_not():
    rand = Impact(currency="ZAR")
    words = replace(PLAIN, options=(Option("Upgrade", cost="One night"),))
    assert replace(words, impact=rand).plan_hash == words.plan_hash
    priced = replace(PLAIN, options=(Option("Upgrade", cost="One night", amount=900.0),))
    assert priced.plan_hash != words.plan_hash
    assert replace(priced, impact=rand).plan_hash != priced.plan_hash
    timed = replace(PLAIN, options=(Option("Upgrade", cost="One night", takes_s=3600.0),))
    assert timed.plan_hash != words.plan_hash
    assert '"currency"' not in timed.plan_text


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_cost_or_a_time_that_means_nothing_is_named(bad):
    change = replace(PLAIN, options=(Option("Upgrade", amount=bad), Option("Wait", takes_s=bad)))
    assert change.odd_figures == ("“Upgrade”, cost", "“Wait”, time")


@pytest.mark.parametrize(
    ("typed", "code"),
    [(" eur", "EUR"), ("ZAR", "ZAR"), ("€", None), ("Rand", None), ("E1R", None), ("", None)],
)
def test_a_currency_is_a_code_of_three_letters(typed, code):
    assert currency_of(typed) == code
