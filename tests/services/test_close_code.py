"""Which close code the record supports: what nobody looked at supports no success."""

from dataclasses import replace

import pytest

from app.domain.change import ChangeState
from app.domain.metric import Metric
from app.domain.outage import Outage, OutageKind
from app.domain.review import CloseCode, Incident, Relation, Severity, TestCase, TestResult
from app.domain.verdict import Verdict
from app.errors import GuardRefused
from app.services.change import changes
from app.services.change.closing import misfit, propose_code
from app.services.entries import write_entry
from tests.fakes import NOON
from tests.services.test_after_the_work import at, judged

S = ChangeState
KEY = Metric("response", "Response time", "ms", key=True)
SIDE = Metric("load", "Load")


@pytest.mark.parametrize(
    ("fields", "comparisons", "code"),
    [
        ({}, (), CloseCode.SUCCESSFUL),
        ({"backed_out": True}, (), CloseCode.BACKED_OUT),
        ({}, (judged(Verdict.REGRESSED, key=True),), CloseCode.UNSUCCESSFUL),
        ({}, (judged(Verdict.REGRESSED),), CloseCode.WITH_ISSUES),
        ({"incidents": (Incident("I", "x", 1, True),)}, (), CloseCode.UNSUCCESSFUL),
        ({"incidents": (Incident("I", "x", 2, True),) * 2}, (), CloseCode.UNSUCCESSFUL),
        ({"incidents": (Incident("I", "x", 2, True),)}, (), CloseCode.WITH_ISSUES),
        ({"incidents": (Incident("I", "x", 1, fixes=True),)}, (), CloseCode.SUCCESSFUL),
        ({"outages": (Outage(OutageKind.UNPLANNED, "s", at(0), at(1)),)}, (),
         CloseCode.WITH_ISSUES),
        ({"outages": (Outage(OutageKind.UNPLANNED, "s", at(0)),)}, (), CloseCode.WITH_ISSUES),
        ({"outages": (Outage(OutageKind.PLANNED, "s", at(0)),)}, (), CloseCode.SUCCESSFUL),
        ({"work_end": at(400)}, (), CloseCode.WITH_ISSUES),
        ({"tests": (TestCase("t", "x", result=TestResult.BLOCKED),)}, (), CloseCode.WITH_ISSUES),
        ({"tests": (TestCase("t", "x", waived_by="N", waived_severity=Severity.MINOR),)}, (),
         CloseCode.WITH_ISSUES),
        ({"tests": (TestCase("t", "x"),)}, (), CloseCode.WITH_ISSUES),
        ({"tests": (TestCase("t", "x", mandatory=False),)}, (), CloseCode.SUCCESSFUL),
        ({"metrics": (KEY,)}, (), CloseCode.WITH_ISSUES),
        ({"metrics": (replace(KEY, key=False),)}, (), CloseCode.WITH_ISSUES),
        ({"metrics": (KEY,)}, (judged(Verdict.NOT_MEASURED, key=True),), CloseCode.WITH_ISSUES),
        ({"metrics": (KEY,)}, (judged(Verdict.NOT_ENOUGH_DATA, key=True),), CloseCode.WITH_ISSUES),
        ({"metrics": (KEY,)}, (judged(Verdict.IMPROVED, key=True),), CloseCode.SUCCESSFUL),
        ({"metrics": (KEY, SIDE)}, (judged(Verdict.IMPROVED, key=True),), CloseCode.SUCCESSFUL),
    ],
)  # fmt: skip
def test_the_record_supports_one_close_code(made, fields, comparisons, code):
    change = made(S.REVIEW, **{"tests": (), "metrics": (), **fields})
    proposal = propose_code(change, comparisons, None)
    assert proposal.code is code
    assert all(proposal.reasons)


def reviewed(change, opened):
    desk = opened.acting("Ayesha").desk
    changes.edit_change(change.id, lambda c: replace(c, reviewed_by="Ayesha"), desk=desk)


def test_a_kinder_code_than_the_record_needs_an_override_and_a_harder_one_does_not(opened, made):
    fields = {
        "incidents": (Incident("INC-7", "Slow", 2, True, NOON, NOON),),
        "close_notes": "Done", "no_lessons": True, "tests": (),
    }  # fmt: skip
    change = made(S.REVIEW, close_code=CloseCode.SUCCESSFUL, **fields)
    reviewed(change, opened)
    with pytest.raises(GuardRefused, match=r"supports “successful with issues”.*INC-7"):
        changes.move_change(change.id, S.CLOSED, desk=opened.desk)
    harder = made(S.REVIEW, close_code=CloseCode.UNSUCCESSFUL, **fields)
    reviewed(harder, opened)
    write_entry(harder.id, "Written down", desk=opened.desk)
    assert changes.move_change(harder.id, S.CLOSED, desk=opened.desk).state is S.CLOSED
    wrong = replace(change, close_code=CloseCode.BACKED_OUT)
    assert "supports" in misfit(wrong, (), None)
    assert misfit(replace(change, close_code=None), (), None) == ""


def test_an_incident_stands_in_one_relation():
    assert Incident("i", "x", caused=True, fixes=True).relation is Relation.CAUSED
    assert Incident("i", "x", fixes=True).relation is Relation.FIXED
    assert Incident("i", "x").relation is Relation.RELATED
