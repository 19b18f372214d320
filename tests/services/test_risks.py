"""Assessing risk: what the record answers, what is missing, what controls rest on."""

from dataclasses import replace

import pytest

from app.domain.change import Change
from app.domain.ids import ChangeId
from app.domain.need import Impact
from app.domain.review import TestResult
from app.domain.risk import (
    Control,
    Engine,
    Grade,
    RiskAnswer,
    RiskAssessment,
    RiskMethod,
    RiskScore,
    Treatment,
)
from app.domain.risk_questions import QUESTIONS, WORST
from app.domain.runbook import Phase, Runbook, Step, StepKind
from app.services.change.transitions import Facts
from app.services.risks import (
    control_links,
    control_states,
    engine_answers,
    known_answers,
    risk_gaps,
    risk_is_complete,
)
from tests.examples import DB, identified, planned
from tests.fakes import NOON

METHOD = RiskMethod()
HIGH, LOW = RiskScore(Grade.HIGH, Grade.HIGH), RiskScore(Grade.LOW, Grade.LOW)


def change(**fields: object) -> Change:
    made = planned(identified(Change(ChangeId("c-1"), "CHG-000001", "Upgrade")))
    return replace(made, **fields)


def all_answers(value: int) -> tuple[RiskAnswer, ...]:
    return tuple(RiskAnswer(item.id, value, METHOD.weight(item.id)) for item in QUESTIONS)


def test_the_record_answers_what_it_knows_and_nothing_else():
    known = {
        item.question: item.value for item in known_answers(change(), (), METHOD, done_before=1)
    }
    assert known == {"users": 4, "outage": 2, "hosts": 0, "done_before": 1}
    final = Step("f1", "Drop the old table", StepKind.COMMAND, DB.id, point_of_no_return=True)
    fewer = change(
        impact=Impact("Nobody", users=0), outage=False, planned_downtime_min=None,
        runbook=Runbook((final,)), hosts=(),
    )  # fmt: skip
    known = {item.question: item.value for item in known_answers(fewer, (), METHOD)}
    assert known == {"users": 0, "outage": 0, "irreversible": WORST}


def test_what_departs_from_the_rules_needs_its_reason():
    assert risk_gaps(RiskAssessment(HIGH, LOW)) == ()
    by_hand = RiskAssessment(HIGH, LOW, override=Grade.LOW)
    assert risk_gaps(by_hand) == ("The level was set by hand without a reason",)
    above = RiskAssessment(HIGH, HIGH)
    assert len(risk_gaps(above)) == 2
    asked = RiskMethod(engines=(Engine.NIST, Engine.QUESTIONNAIRE))
    silent = RiskAssessment(HIGH, LOW, method=asked, answers=all_answers(1)[1:])
    assert risk_gaps(silent) == (
        "The questionnaire counts here, and not every question is answered",
    )
    assert risk_gaps(replace(silent, answers=all_answers(1))) == ()
    borne = replace(above, reason="The vendor is here", treatment=Treatment.ACCEPT)
    assert risk_gaps(borne) == ()
    milder = RiskAssessment(LOW, LOW, answers=all_answers(3))
    assert risk_gaps(milder) == ("It is judged otherwise than the questionnaire suggests; say why",)
    assert risk_gaps(RiskAssessment(HIGH, LOW, answers=all_answers(1))) == (), "graver is free"


def test_the_guard_asks_for_the_same():
    facts = Facts(NOON)
    assert risk_is_complete(change(risk=None), facts) == "The risk is not assessed"
    assert risk_is_complete(change(), facts) == ""
    loose = change(risk=RiskAssessment(HIGH, LOW, override=Grade.LOW))
    assert "without a reason" in risk_is_complete(loose, facts)


def test_every_engine_is_told_and_the_deciding_one_is_named():
    method = RiskMethod((Engine.NIST, Engine.PRODUCT))
    risk = RiskAssessment(
        RiskScore(Grade.VERY_HIGH, Grade.LOW), LOW, method=method, answers=all_answers(1)[:3]
    )
    nist, product, asked = engine_answers(risk)
    assert (nist.level, nist.enabled, nist.wins) == (Grade.LOW, True, False)
    assert (product.level, product.wins) == (Grade.MODERATE, True)
    assert product.how == "5 × 2 = 10, bands A"
    assert (asked.level, asked.enabled, asked.how) == (None, False, "3 of 11 answered")


def test_controls_say_what_they_rest_on_and_what_became_of_it():
    plan = change()
    links = dict(control_links(plan))
    assert links == {
        "backup": "The backup and its proof",
        "step:f1": "Step: Upgrade",
        "step:b1": "Step: Restore",
        "test:t1": "Test: Place an order",
    }
    controls = (
        Control("Luck"), Control("Backup", "backup"), Control("Test", "test:t1"),
        Control("Step", "step:f1"), Control("Gone", "step:f9"),
    )  # fmt: skip
    said = [(item.rests_on, item.state) for item in control_states(controls, plan, (), None)]
    assert said == [
        ("", ""),
        ("The backup and its proof", "not taken yet"),
        ("Test: Place an order", "no result yet"),
        ("Step: Upgrade", "not run yet"),
        ("nothing now", "no longer planned"),
    ]


@pytest.mark.parametrize("result", list(TestResult))
def test_a_test_stands_behind_a_control_whatever_came_of_it(result):
    plan = change()
    tried = replace(plan, tests=tuple(replace(case, result=result) for case in plan.tests))
    (state,) = control_states((Control("Test", "test:t1"),), tried, (), None)
    assert state.state


def test_a_step_back_is_a_control_too():
    runbook = Runbook((Step("b1", "Restore", StepKind.RESTORE, phase=Phase.BACKOUT),))
    links = control_links(change(runbook=runbook, tests=(), backup_plan=()))
    assert links == (("step:b1", "Step: Restore"),)
