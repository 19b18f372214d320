"""What the records of a need say, word by word."""

from datetime import date, timedelta

import pytest

from app.domain.evidence import (
    AdvisoryRecord,
    BugRecord,
    Lifecycle,
    LoadFigure,
    OutageRecord,
    read_advisory,
)
from app.domain.need import EvidenceKind, Impact, Need, NeedEvidence
from app.services.need_words import availability_words, cost_words, lost_words, said
from tests.fakes import NOON

K = EvidenceKind


def record(kind: EvidenceKind, **facts) -> str:
    return said(NeedEvidence(kind, "It", **facts), NOON, "UTC").replace("\u202f", " ")


def test_every_kind_says_its_own_facts():
    two = OutageRecord(NOON - timedelta(hours=4), NOON - timedelta(hours=2), "Orders")
    assert record(K.OUTAGE, outage=two) == (
        "Orders, unplanned, 2 h, Sat 14 Nov 2026 08:00–10:00 UTC"
    )
    lasting = OutageRecord(NOON, planned=True)
    assert record(K.OUTAGE, outage=lasting) == "planned, since Sat 14 Nov 2026 12:00 UTC"
    assert record(K.METRIC, load=LoadFigure(412, "req/s", 400)) == (
        "412 req/s, 103 % of the limit of 400 req/s"
    )
    assert record(K.BUG, bug=BugRecord(date(2026, 2, 3), 7, (date(2026, 11, 2),))) == (
        "seen 7 times, first Tue 3 Feb 2026, last Mon 2 Nov 2026"
    )
    told = read_advisory(
        AdvisoryRecord(
            "CVE-2014-0160", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            affected="1.0.1 to 1.0.1f", exploited=True,
        )
    )  # fmt: skip
    assert record(K.ADVISORY, advisory=told, value="Patch is out") == (
        "CVE-2014-0160, CVSS 7.5 high, affects 1.0.1 to 1.0.1f, attacks are known. Patch is out"
    )
    assert record(K.COMPLAINT, value="Too slow") == "Too slow"


@pytest.mark.parametrize(
    ("day", "count"),
    [(date(2026, 11, 15), "in 1 day"), (date(2026, 11, 14), "that is today"),
     (date(2026, 11, 13), "1 day ago"), (date(2028, 11, 14), "in 731 days")],
)  # fmt: skip
def test_the_end_of_life_counts_down(day, count):
    text = record(K.VERSION, lifecycle=Lifecycle("PostgreSQL", "14", day, "16"))
    assert text.startswith("PostgreSQL 14, end of life ")
    assert count in text
    assert text.endswith(", supported: 16")


def test_lost_hours_and_what_they_cost():
    outages = tuple(
        NeedEvidence(K.OUTAGE, "Down", outage=OutageRecord(at, at + timedelta(hours=3)))
        for at in (NOON - timedelta(days=20), NOON - timedelta(days=3))
    )
    text = lost_words(Need(evidence=outages, observed_days=30)).replace("\u202f", " ")
    assert text == "2 outages in 30 d: 6 h 00 min unplanned, availability 99.16 %" or text == (
        "2 outages in 30 d: 6 h unplanned, availability 99.16 %"
    )
    assert lost_words(Need()) == ""
    cost = cost_words(Impact(hours=12.5, cost_per_hour=4200)).replace("\u202f", " ")
    assert cost == "12.5 h × 4 200 EUR = 52 500 EUR"
    assert cost_words(Impact(hours=2.0)) == ""


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "100 %"), (0.99999, "99.999 %"), (0.99894, "99.89 %"), (0.5, "50.00 %"), (0, "0.00 %")],
)
def test_an_availability_is_never_rounded_up(share, words):
    assert availability_words(share).replace("\u202f", " ") == words
