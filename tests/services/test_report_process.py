"""What the report says of approvals and overrides: whose key, since when, and what lapsed."""

import json
from dataclasses import replace

import pytest

from app.domain.approval import Approval, Decision, Signature
from app.domain.change import ChangeType
from app.domain.conflict import Acknowledgement, Conflict, Reason
from app.domain.event import Actor, Event
from app.domain.ids import ChangeId, ReportId
from app.domain.report import Report
from app.domain.review import Override
from app.domain.risk import Grade
from app.domain.window import TimeRange
from app.reports.build import render_report
from app.services.approval.approval_files import ANSWER
from app.services.report_content.common import Icon
from app.services.review.reports import report_data
from app.services.signed_files import open_sealed, seal
from app.signing import Signer, fingerprint
from tests.reports import sample
from tests.reports.extremes import thin
from tests.reports.people import DLAMINI, night
from tests.reports.reading import texts

KEY = Signer(b"d" * 32)


def changed(source, **fields):
    return replace(source, change=replace(source.change, **fields))


def signed(change, **altered: object) -> Approval:
    body = {"approver": DLAMINI, "decision": "approved", "plan_hash": change.plan_hash}
    sealed = open_sealed(seal(ANSWER, body, KEY), ANSWER)
    fields = {
        "approver": DLAMINI, "role": "Head of operations", "decision": Decision.APPROVED,
        "at": night(0), "plan_hash": change.plan_hash, "revision": change.revision,
        "comment": "Go <b>ahead", "requested_at": night(0), "recorded_at": night(1),
        "signed": Signature(sealed.payload, sealed.key, sealed.signature),
    }  # fmt: skip
    return Approval(**(fields | altered))


def notes(source) -> list[str]:
    claims = report_data(source)[0].history.approval_notes
    return [f"{claim.lead} {claim.text}" for claim in claims]


def test_a_decision_signed_elsewhere_prints_with_its_fingerprint():
    source = sample.full()
    source = changed(source, approvals=(signed(source.change),))
    (note,) = notes(source)
    assert fingerprint(KEY.public_key()) in note
    assert "Go <b>ahead" in note
    row = report_data(source)[0].history.approvals[0]
    assert (row.mark.icon, row.mark.word) == (Icon.GOOD, "Approved")


@pytest.mark.parametrize(
    "altered",
    [{"decision": Decision.REJECTED}, {"approver": "Nomsa"}, {"plan_hash": "ab" * 32}],
    ids=str,
)
def test_a_record_that_its_signature_does_not_cover_is_said(altered):
    source = sample.full()
    source = changed(source, approvals=(signed(source.change, **altered),))
    assert "does not fit what is recorded" in notes(source)[0]


def test_a_signature_of_somebody_else_is_said():
    source = sample.full()
    given = signed(source.change)
    assert given.signed is not None
    payload = json.dumps(json.loads(given.signed.payload) | {"comment": "more"})
    forged = replace(given, signed=replace(given.signed, payload=payload))
    assert "does not fit" in notes(changed(source, approvals=(forged,)))[0]


def test_a_void_approval_prints_with_its_reason():
    source = sample.full()
    old = signed(source.change, revision=source.change.revision + 1, signed=None)
    row = report_data(changed(source, approvals=(old,)))[0].history.approvals[0]
    assert row.mark.word.startswith("Void: given for revision")


def test_an_override_that_lapsed_prints_and_is_not_counted():
    used = Override("baseline", "Baseline measured", "Nomsa", "last week", night(0), "a>b")
    lapsed = replace(used, guard="backup", title="Backup proven", revision=9)
    source = changed(thin(), overrides=(lapsed,))
    summary = report_data(source)[0].summary
    assert "lapsed before the work" in summary.overrides[0].claim.text
    assert all("overridden" not in text for text in summary.headlines)
    source = changed(thin(), overrides=(replace(lapsed, used_at=night(1)),))
    summary = report_data(source)[0].summary
    assert "lapsed" not in summary.overrides[0].claim.text
    assert all("backup was overridden" in text for text in summary.headlines)


def frozen(source, reason=Reason.FREEZE) -> Acknowledgement:
    span = source.change.window.span
    key = Conflict(reason, "Year end", span, window="w1").key
    return Acknowledgement(key, DLAMINI, "The vendor comes tonight only", night(0), span, span)


def test_a_freeze_that_was_accepted_is_on_page_1_and_no_clean_process():
    source = thin()
    good = next(d for d in report_data(source)[0].summary.dimensions if d.name == "Process")
    source = changed(source, acknowledged=(frozen(source),))
    data = report_data(source)[0]
    (note,) = data.summary.overrides
    assert note.id == "C-1"
    assert "Year end" in note.claim.lead
    assert "The vendor comes tonight only" in note.claim.text
    assert note.claim.evidence
    process = next(item for item in data.summary.dimensions if item.name == "Process")
    assert (good.found, process.found) == ("No condition overridden", "1 override")
    passed = data.history.rules[-1]
    assert (passed.found, passed.mark.icon) == ("C-1", Icon.WATCH)


def test_a_conflict_with_another_change_is_on_page_1_and_counts_as_no_departure():
    source = thin()
    source = changed(source, acknowledged=(frozen(source, Reason.SAME_HOST),))
    summary = report_data(source)[0].summary
    assert [item.id for item in summary.overrides] == ["C-1"]
    assert "No condition overridden" in [item.found for item in summary.dimensions]


def test_what_was_accepted_for_another_window_is_not_printed():
    source = thin()
    old = frozen(source)
    moved = TimeRange(night(5), night(7))
    source = changed(source, acknowledged=(replace(old, span=moved),))
    assert report_data(source)[0].summary.overrides == ()


def test_a_level_of_risk_set_by_hand_is_on_page_1():
    source = sample.full()
    risk = replace(source.change.risk, override=Grade.VERY_LOW, override_reason="Rehearsed")
    summary = report_data(changed(source, risk=risk))[0].summary
    (note,) = [item for item in summary.overrides if item.id == "R-1"]
    assert "set to very low by hand: Rehearsed." in note.claim.text


def moved_back(at) -> Event:
    data = (("from", "closed"), ("to", "review"))
    return Event(999, at, "Ayesha", Actor.HUMAN, "change.moved", "Reopened", "c", (), data, "", "")


def printed(revision: int, at) -> Report:
    return Report(
        ReportId(f"r{revision}"), ChangeId("c"), "CHG-000142", revision, at, "Ayesha", "", "", ""
    )


def test_after_a_reopening_a_report_is_an_addendum_to_what_was_printed_before():
    def document(*events, earlier=()):
        source = replace(sample.full(), events=events, earlier=earlier)
        return report_data(source)[0].cover.document

    first, second = printed(1, night(1)), printed(2, night(3))
    assert document(earlier=(first,)) == "Post-implementation report"
    reopened = moved_back(night(2))
    assert document(reopened, earlier=(first,)).endswith("addendum 1 to revision 1")
    assert document(reopened, earlier=(first, second)).endswith("addendum 1 to revision 1")
    again = moved_back(night(4))
    words = document(reopened, again, earlier=(first, second))
    assert words.endswith("addendum 2 to revision 2")


def test_work_that_began_before_its_approval_is_a_watched_rule_and_a_refusal_a_broken_one():
    source = sample.full()
    began = source.change.work_start
    assert began is not None
    late = signed(source.change, at=began.replace(year=began.year + 1), signed=None)
    urgent = changed(source, type=ChangeType.EMERGENCY)
    late = replace(late, plan_hash=urgent.change.plan_hash)
    rule = report_data(changed(urgent, approvals=(late,)))[0].history.rules[0]
    assert (rule.found, rule.mark.icon) == ("approved after the work began", Icon.WATCH)
    refused = replace(late, decision=Decision.REJECTED, comment="Could have waited")
    data = report_data(changed(urgent, approvals=(refused,)))[0]
    assert (data.history.rules[0].found, data.history.rules[0].mark.icon) == (
        "rejected afterwards",
        Icon.BAD,
    )
    assert data.summary.overall.icon in (Icon.WATCH, Icon.BAD)


def test_whatever_page_1_has_no_room_for_stands_whole_in_the_chapter_it_points_to():
    given = tuple(
        Override(f"g{n}", f"Condition {n}", f"Person{n}", f"Reason {n} " + "of length " * 40,
                 night(0), "a>b", used_at=night(0))
        for n in range(7)
    )  # fmt: skip
    data = report_data(changed(sample.full(), overrides=given))[0]
    pages = texts(render_report(data).pdf)
    assert "see “Method, evidence and sign-off”" in pages[0]
    after = " ".join(pages[1:])
    method = after[after.rindex("Overrides: 7") :]
    for n in range(7):
        assert f"Condition {n}" in method
        assert f"Accepted by Person{n}" in method
        assert f"Reason {n} of length" in method


def test_a_standard_change_on_the_short_path_was_approved_by_its_template():
    source = changed(sample.full(), type=ChangeType.STANDARD, template="t1", approvals=(),
                     requests=())  # fmt: skip
    row = report_data(source)[0].history.rules[0]
    assert (row.found, row.mark.icon) == ("by its approved template", Icon.GOOD)
    row = report_data(changed(source, template=None))[0].history.rules[0]
    assert row.mark.icon is Icon.BAD
