"""The chapter about what came after the work, read back from the PDF."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.benefit import BenefitCheck, BenefitFinding, Lasting
from app.domain.evidence import Attachment
from app.domain.feedback import Channel, Response, Survey
from app.domain.functional import FunctionalProbe
from app.domain.metric import WindowName
from app.domain.outage import Outage, OutageKind
from app.domain.review import (
    Attempt,
    Finding,
    Incident,
    ReviewAnswer,
    Severity,
    Side,
    TestCase,
    TestKind,
    TestResult,
    Topic,
)
from app.domain.verdict import Verdict
from app.services.report_content.evaluation import evaluation
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.facts import downtime_s
from app.services.report_content.gaps import gaps
from app.services.report_content.unproven import unproven
from tests.reports import sample
from tests.reports.people import CHANGE, KHUMALO, NDLOVU, night, sha
from tests.reports.reading import rendered, says, whole_text

HOSTILE = "<b>&amp;</b> =cmd|' /C calc'!A0 \x1b[31m \u202egnp.exe <para>"
TRACE = Attachment(sha("trace"), "probe.json", "application/json", 300, "x", night(3), NDLOVU)


def attempt(result, side=Side.AFTER, observed="HTTP 500", **more):
    return Attempt(night(3), NDLOVU, result, side, observed, **more)


def cases_of_all_kinds():
    waived = TestCase("w", "Start page", TestKind.QA, probe=FunctionalProbe(text="GET x"))
    waived = waived.tried(attempt(TestResult.PASSED, Side.BEFORE, "fine"))
    waived = waived.tried(attempt(TestResult.BLOCKED))
    waived = waived.tried(attempt(TestResult.FAILED, by_probe=True, files=(TRACE,)))
    waived = replace(
        waived, waived_by=KHUMALO, waived_reason="Same build", waived_owner=NDLOVU,
        waived_severity=Severity.MINOR,
    )  # fmt: skip
    return (waived, TestCase("s", "No new port", TestKind.SECURITY, result=TestResult.OPEN))


def survey(n=24, invited=60):
    words = ("Faster than before", "Slow printing", HOSTILE)
    answers = tuple(Response(1 + n % 5, words[n % 3], "Desk") for n in range(n))
    return Survey("s-1", CHANGE, Channel.FORM, invited, answers, "answers.csv", sha("a"), night(3))


@pytest.fixture(scope="module")
def whole():
    """The usual change with everything that can come after the work."""
    base = sample.full()
    lasted = BenefitFinding(
        "Order response time", "ms", Lasting.LASTED, Verdict.IMPROVED, Verdict.IMPROVED,
        407.0, 269.0, 281.0, True,
    )  # fmt: skip
    ended = base.now - timedelta(days=40)
    change = replace(
        base.change,
        tests=cases_of_all_kinds(),
        incidents=(Incident("INC-9", "Slow list", 3, True, night(3), night(4)),
                   Incident("INC-2", "Timeouts", 2, fixes=True)),
        outages=(
            Outage(OutageKind.PLANNED, "Orders", night(2), night(2, 40)),
            Outage(OutageKind.UNPLANNED, "Orders", night(2, 35), night(2, 47), HOSTILE),
            Outage(OutageKind.DEGRADATION, "Orders", night(3), None, "Cold cache"),
        ),
        answers=(ReviewAnswer(Topic.OBJECTIVES, Finding.YES, HOSTILE, KHUMALO, night(3)),
                 ReviewAnswer(Topic.USERS, Finding.NO, "", KHUMALO, night(3))),
        work_end=ended,
        work_start=ended - timedelta(hours=1),
        benefit_checks=(BenefitCheck(7, night(3), KHUMALO, Lasting.LASTED, (lasted,)),),
    )  # fmt: skip
    return replace(base, change=change, surveys=(survey(),))


@pytest.fixture(scope="module")
def text(whole):
    return whole_text(rendered(whole).pdf)


@pytest.fixture(scope="module")
def later(whole):
    """Return the text of a report of which one measure was brought from a file a month later."""
    first = next(item for item in whole.samples if item.metric == whole.change.metrics[0].id)
    start = night(2, 30) + timedelta(days=30)
    again = replace(
        first, id="s-again", window=WindowName.REPEATED, start=start,
        end=start + timedelta(hours=3), query="december.csv: ms", source="file",
        collected_at=start + timedelta(days=1),
    )  # fmt: skip
    (check,) = whole.change.benefit_checks
    (found,) = check.findings
    named = replace(found, metric_id=first.metric)
    change = replace(
        whole.change, benefit_checks=(replace(check, findings=(named,), samples=(again.id,)),)
    )
    source = replace(whole, change=change, samples=(*whole.samples, again))
    return whole_text(rendered(source).pdf), again.sha256


@pytest.mark.parametrize(
    "words",
    [
        "Partly measured",
        "Order response time: 407 → 269 → 281 ms (Tue 15 Dec 2026 02:30–05:30 SAST).",
        "Not measured yet: ",
    ],
)
def test_a_file_of_a_later_window_is_printed_with_its_hours(later, words):
    text, _sha256 = later
    assert says(text, words), words


def test_what_was_brought_from_a_file_is_cited_with_its_hash(later):
    text, sha256 = later
    assert says(text, "again, later")
    assert sha256[:16] in text.replace(" ", "")


@pytest.mark.parametrize(
    "words",
    [
        "Service, users and review",
        "Without the service: 47 min in all, 12 min of it unplanned; agreed were 40 min.",
        "Degraded service",
        "24 answers. Of those invited, 24 of 60 (40 %, likely 29–53 %) answered.",
        "Mean rating",
        "What was said",
        "Slow printing",
        "Were the objectives met?",
        "Not answered",
        "Does the gain last?",
        "407 → 269 → 281 ms",
        "Lasted",
        "Missed",
        "Nobody looked.",
        "P3, caused by this change",
        "P2, fixed by this change",
        "Waived, minor",
        "Waived by Ayesha Khumalo",
        "Try 2; before that: blocked.",
        "Before the work: passed.",
        "S-1",
        "Not run",
    ],
)
def test_everything_that_came_after_is_printed(text, words):
    if words == "Waived by Ayesha Khumalo":
        words = f"Waived by {KHUMALO}: Same build. {NDLOVU} sees to it."
    assert says(text, words), words


def test_hostile_words_are_printed_as_words(text):
    assert says(text, "<b>&amp;</b> =cmd|' /C calc'!A0")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_outages_on_record_count_before_the_steps_of_the_run(whole):
    ended = tuple(item for item in whole.change.outages if item.end)
    some = replace(whole, change=replace(whole.change, outages=ended))
    assert downtime_s(some) == 47 * 60
    lasting = Outage(OutageKind.UNPLANNED, "Orders", night(3))
    assert downtime_s(replace(whole, change=replace(whole.change, outages=(lasting,)))) is None
    assert downtime_s(sample.full()) is not None


def test_the_answers_of_users_are_evidence_and_close_the_gap(whole):
    book = EvidenceBook(whole)
    part = evaluation(whole, book)
    assert part.feedback.evidence == ("E-01",)
    assert book.rows()[0].what == "Answers of users"
    assert "No user feedback" not in [gap.text for gap in gaps(whole)]
    assert "9 questions of the review are open" in [gap.text for gap in gaps(whole)]
    assert not [item for item in unproven(whole) if "nobody was asked" in item.claim.text]


def test_few_answers_have_counts_and_no_percentage(whole):
    few = evaluation(replace(whole, surveys=(survey(4, 9),)), EvidenceBook(whole))
    assert "%" not in few.feedback.text
    assert "counts only" in few.feedback.text


def test_without_anything_each_part_says_so():
    part = evaluation(sample.empty(), EvidenceBook(sample.empty()))
    assert part.no_outages.startswith("No outage")
    assert part.feedback.text.startswith("No user feedback was collected")
    assert part.no_questions
    assert part.no_repeats
    assert part.questions == part.repeats == part.outages == part.quotes == ()


def test_the_most_critical_comments_are_quoted_first_and_each_once(whole):
    part = evaluation(whole, EvidenceBook(whole))
    assert len({quote for quote, _by in part.quotes}) == len(part.quotes)
    assert [by[-3:] for _quote, by in part.quotes] == sorted(by[-3:] for _quote, by in part.quotes)


def test_far_too_much_is_cut_and_still_laid_out(whole):
    long = "A very long remark that goes on and on. " * 60
    answers = tuple(Response(1 + n % 5, f"{n} {long}", long) for n in range(2000))
    change = replace(
        whole.change,
        outages=tuple(
            Outage(OutageKind.UNPLANNED, long, night(2, n % 50), night(3), long) for n in range(40)
        ),
        answers=tuple(ReviewAnswer(topic, Finding.NO, long, long) for topic in Topic),
    )
    big = replace(whole, change=change, surveys=(replace(survey(), responses=answers),))
    made = rendered(big)
    assert says(whole_text(made.pdf), "1 994 more comments are in the attached data.")
