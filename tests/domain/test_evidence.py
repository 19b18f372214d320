"""Records of a need: ids in their publisher's form, hours that overlap counted once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cvss import Severity
from app.domain.evidence import (
    AdvisoryRecord,
    BugRecord,
    Lifecycle,
    LoadFigure,
    OutageRecord,
    downtime,
    read_advisory,
    read_advisory_id,
)
from app.domain.need import AreaScope, Impact, Scope, ScopeArea
from app.errors import InvalidInput
from tests.fakes import NOON

HEARTBLEED = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("CVE-2026-1234", "CVE-2026-1234"),
        ("  cve-2026-123456 ", "CVE-2026-123456"),
        ("CVE-1999-0001", "CVE-1999-0001"),
        ("ghsa-2M57-hf25-phgg", "GHSA-2m57-hf25-phgg"),
        ("RHSA-2026:1234", "RHSA-2026:1234"),
        ("rhba-2026:12345", "RHBA-2026:12345"),
        ("DSA-5678-1", "DSA-5678-1"),
        ("dla-3999", "DLA-3999"),
        ("USN-6789-1", "USN-6789-1"),
        ("cisco-sa-20260101-xyz", "cisco-sa-20260101-xyz"),
        ("JVNDB-2026-000123", "JVNDB-2026-000123"),
    ],
)
def test_ids_are_kept_as_their_publisher_writes_them(typed, kept):
    assert read_advisory_id(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "CVE", "CVE-26-1234", "CVE-2026-123", "CVE-1998-1234", "CVE-2026-12345678", "CVE 2026 1",
     "CVE-2026-1234\nBcc: x", "GHSA-aaaa-bbbb", "GHSA-2m57-hf25-phg0", "RHSA-26:1", "DSA-", "USN-1",
     "see the wiki", "abc", "a-b", "١٢٣-٤٥", "CVE-٢٠٢٦-١٢٣٤"],
)  # fmt: skip
def test_what_has_no_such_form_is_refused(typed):
    with pytest.raises(InvalidInput, match="has not the form"):
        read_advisory_id(typed)


@given(st.one_of(st.text(max_size=60), st.from_regex(r"(CVE|GHSA|DSA|x)[-A-Z0-9: ]{0,20}")))
def test_an_id_that_is_kept_is_one_line_without_spaces(text):
    try:
        kept = read_advisory_id(text)
    except InvalidInput:
        return
    assert kept.split() == [kept]
    assert kept.isascii()
    assert read_advisory_id(kept) == kept


def test_the_score_follows_from_a_vector_of_version_3_and_nothing_else_is_believed():
    read = read_advisory(AdvisoryRecord("cve-2014-0160", HEARTBLEED))
    assert (read.id, read.score, read.severity) == ("CVE-2014-0160", 7.5, Severity.HIGH)
    assert read_advisory(AdvisoryRecord("CVE-2014-0160", HEARTBLEED, 7.5)).score == 7.5
    with pytest.raises(InvalidInput, match=r"gives 7\.5, not 9\.8"):
        read_advisory(AdvisoryRecord("CVE-2014-0160", HEARTBLEED, 9.8))
    entered = read_advisory(AdvisoryRecord("CVE-2026-1234", score=9.3, exploited=True))
    assert entered.severity is Severity.CRITICAL
    with pytest.raises(InvalidInput, match=r"0\.0 and 10\.0"):
        read_advisory(AdvisoryRecord("CVE-2026-1234", score=11.0))
    assert AdvisoryRecord("CVE-2026-1234").severity is None


def outage(began_h: float, hours: float | None, *, planned: bool = False) -> OutageRecord:
    began = NOON - timedelta(hours=began_h)
    ended = None if hours is None else began + timedelta(hours=hours)
    return OutageRecord(began, ended, planned=planned)


def test_hours_that_overlap_are_counted_once_and_the_announced_ones_apart():
    found = downtime((outage(10, 2), outage(9, 2), outage(50, 4, planned=True)), NOON, 10)
    assert (found.unplanned_h, found.planned_h, found.count) == (3.0, 4.0, 3)
    assert found.availability == pytest.approx(1 - 3 / 240)
    within = downtime((outage(10, 4, planned=True), outage(9, 2)), NOON, 10)
    assert (within.unplanned_h, within.planned_h) == (0.0, 4.0)


def test_only_what_lies_in_the_period_counts_and_a_lasting_outage_runs_to_its_end():
    found = downtime((outage(24 * 30, 5), outage(25, 2), outage(1, None)), NOON, 1)
    assert (found.unplanned_h, found.count, found.lasting) == (2.0, 2, True)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0.01, 50), st.booleans()), max_size=12))
def test_lost_hours_never_exceed_the_period_nor_the_sum(spans):
    records = [outage(began, hours, planned=planned) for began, hours, planned in spans]
    found = downtime(records, NOON, 10)
    total = found.unplanned_h + found.planned_h
    assert 0 <= total <= min(240, sum(hours for _began, hours, _planned in spans)) + 1e-6
    assert 0 <= found.availability <= 1


def test_small_figures_follow_from_what_was_typed():
    assert LoadFigure(412, "req/s", 400).share == pytest.approx(1.03)
    assert LoadFigure(412).share is None
    assert Lifecycle("PostgreSQL", "14", date(2026, 11, 12)).days_left(date(2026, 11, 14)) == -2
    assert Lifecycle("PostgreSQL").days_left(date(2026, 11, 14)) is None
    days = (date(2026, 2, 3), date(2026, 3, 5))
    assert BugRecord(days[0], 7, days).recurrences == 7
    assert BugRecord(None, None, days).recurrences == 2
    assert BugRecord().recurrences == 0
    assert Impact(hours=12.5, cost_per_hour=4200).total_cost == 52_500
    assert Impact(hours=12.5).total_cost is None


def test_a_scope_is_stated_by_one_area_alone():
    told = AreaScope(ScopeArea.CODE, "the order module")
    assert Scope((ScopeArea.CODE,), by_area=(told,)).is_stated
    assert not Scope((ScopeArea.CODE,)).is_stated
    assert not Scope(by_area=(told,)).is_stated
    assert Scope(by_area=(told,)).within(ScopeArea.SERVER) == AreaScope(ScopeArea.SERVER)
