"""The report in words and as a record: gathered, printed through the port, kept under its hash."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import SetCopy
from app.domain.change import ChangeState
from app.domain.review import CloseCode, Incident, Override, TestResult
from app.domain.run import RunState, StepState
from app.domain.transcript import Piece, write_piece
from app.domain.verdict import Verdict
from app.errors import NotFound
from app.services.change.changes import Desk
from app.services.report_content.common import Icon
from app.services.report_content.data import Rendered, ReportData
from app.services.report_content.evidence import canonical
from app.services.report_content.gaps import gaps
from app.services.review.reports import Reporting, make_report, report_data, report_gaps
from app.services.transcripts.excerpts import Excerpt
from app.settings import Settings
from tests.fakes import NOON, MemoryStore, SetClock
from tests.reports import sample
from tests.reports.extremes import thin
from tests.reports.people import KHUMALO, MIDNIGHT, MOKOENA, WORK, night


class MemoryFiles:
    """Evidence files in memory."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.held[sha256] = data
        return sha256

    def get(self, sha256: str) -> bytes:
        if sha256 not in self.held:
            raise NotFound("There is no such file.")
        return self.held[sha256]

    def path(self, sha256: str) -> None:
        raise NotFound(sha256)


class MemorySeries:
    """Samples in memory."""

    def __init__(self, held) -> None:
        self.get = held.__getitem__

    def put(self, series) -> str:
        raise AssertionError("a report writes no samples")


def printed(data: ReportData, attachments) -> Rendered:
    return Rendered(f"{data.cover.revision} {len(attachments)}".encode(), 3)


@pytest.fixture
def store() -> MemoryStore:
    source = sample.full()
    kinds = {
        "changes": (source.change,),
        "hosts": source.hosts,
        "runs": source.runs,
        "backups": source.backups,
        "health": source.health,
        "samples": source.samples,
        "comparisons": source.comparisons,
    }
    return MemoryStore({kind: {item.id: item for item in items} for kind, items in kinds.items()})


@pytest.fixture
def reporting(store: MemoryStore) -> Reporting:
    desk = Desk(store.unit_of_work, SetClock(MIDNIGHT + timedelta(days=9)), KHUMALO)
    return Reporting(desk, MemoryFiles(), MemorySeries(sample.full().series), printed)


def words_of(value: object) -> str:
    return canonical(value).decode()


def test_a_report_is_kept_under_its_hash_and_logged(reporting, store):
    made = make_report("CHG-000142", reporting=reporting)
    assert (made.revision, made.pages, made.by) == (1, 3, KHUMALO)
    assert reporting.files.get(made.pdf_sha256).startswith(b"1 ")
    assert store.kinds_logged() == ["report.made"]
    again = make_report("CHG-000142", reporting=reporting)
    assert again.revision == 2
    assert again.pdf_sha256 != made.pdf_sha256


def test_an_unknown_number_is_named(reporting):
    with pytest.raises(NotFound):
        make_report("CHG-999999", reporting=reporting)


def test_the_gaps_are_told_before_printing(reporting):
    told = [gap.text for gap in report_gaps("CHG-000142", reporting=reporting)]
    assert "No user feedback" in told
    assert "Nobody has reviewed the change" in told
    assert all(gap.remedy for gap in gaps(sample.empty()))


def test_the_plan_is_cited_by_the_hash_that_approvals_are_bound_to():
    data, attachments = report_data(sample.full())
    plan = next(row for row in data.method.evidence if row.what.startswith("Plan"))
    assert plan.sha256 == sample.full().change.plan_hash
    held = next(item for item in attachments if item.name == plan.file)
    assert hashlib.sha256(held.data).hexdigest() == plan.sha256


def test_whatever_is_cited_is_in_the_manifest():
    for source in (sample.full(), thin(), sample.empty()):
        data, _attachments = report_data(source)
        cited = set(re.findall(r"E-\d\d", words_of(replace(data, method=None))))
        assert cited <= {row.id for row in data.method.evidence}


def test_targets_are_never_rounded():
    data, _attachments = report_data(sample.full())
    memory = next(row for row in data.need.objectives if row.name.startswith("Memory"))
    assert memory.target.replace("\u202f", " ") == "≤ 22.5 GiB"
    assert memory.mark.icon is Icon.BAD


def changed(source, **fields):
    return replace(source, change=replace(source.change, **fields))


def headline(source) -> str:
    text = report_data(source)[0].summary.headlines[0]
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_sentence_follows_how_it_ended():
    source = thin()
    assert "succeeded on Sun 15 Nov 2026: order response time, p95 fell 92 %" in headline(source)
    harder = changed(source, close_code=CloseCode.UNSUCCESSFUL)
    assert "did not reach what was agreed" in headline(harder), "no success against its close code"
    issues = changed(source, close_code=CloseCode.WITH_ISSUES)
    assert "succeeded on Sun 15 Nov 2026 with issues: order" in headline(issues)
    assert "was canceled before any work" in headline(changed(source, state=ChangeState.CANCELED))
    backed_out = replace(
        changed(source, backed_out=True),
        runs=(
            replace(
                source.runs[0],
                state=RunState.BACKED_OUT,
                backout_reason="disk full",
                backout_at=night(1, 4, 2),
            ),
        ),
    )
    assert "was backed out on Sun 15 Nov 2026 after 4.0 s: Disk full." in headline(backed_out)
    running = replace(
        changed(source, work_end=None), runs=(replace(source.runs[0], ended_at=None),)
    )
    assert "is being carried out" in headline(running)


def test_an_overridden_backup_is_named_in_the_sentence_and_caps_the_state():
    override = Override("backup", "Backup proven", "Nomsa", "no time", night(0))
    source = changed(thin(), overrides=(override,))
    summary = report_data(source)[0].summary
    assert summary.overall.icon is Icon.WATCH
    assert all("the condition for the backup was overridden" in text for text in summary.headlines)
    assert "No time." in words_of(summary.overrides[0].claim).replace("\\u202f", " ")


def test_a_caused_incident_is_on_page_1_with_its_priority():
    incident = Incident("INC-7", "Orders time out", 1, caused=True, detected_at=night(2))
    data, _attachments = report_data(changed(sample.full(), incidents=(incident,)))
    assert data.summary.overall.icon is Icon.BAD
    assert data.summary.badly[0].lead == "Caused P1 incident INC-7."
    assert data.safety.incidents[0][3] == "open"


def test_a_copy_in_another_place_is_said_with_its_backup():
    source = sample.full()
    made = SetCopy("keeper-01:/srv/copies", source.backups[0].sealed_at, 11, 1000, 2.0, "ada")
    without, _attachments = report_data(source)
    backups = tuple(replace(item, copies=(made,)) for item in source.backups)
    data, _attachments = report_data(replace(source, backups=backups))
    said = [words_of(block.note) for block in data.safety.backups]
    assert said
    assert all("A copy lies in keeper-01:/srv/copies, read there again" in text for text in said)
    assert not any("A copy lies" in words_of(block.note) for block in without.safety.backups)


def test_a_missing_metric_a_failed_test_and_a_skipped_step_are_said():
    source = sample.full()
    case = replace(source.change.tests[0], result=TestResult.FAILED, observed="differs")
    run = source.runs[0]
    skipped = replace(run.steps[7], state=StepState.SKIPPED, outcome="No tester awake")
    source = replace(
        changed(source, tests=(case, *source.change.tests[1:])),
        runs=(run.with_step(skipped),),
        comparisons=source.comparisons[1:],
    )
    data, _attachments = report_data(source)
    leads = [claim.claim.lead for claim in data.plan.deviations]
    assert "Skipped step." in leads
    assert "Failed test." in leads
    assert data.measures.rows[-1].mark.word == "Not measured"
    assert "1 not measured at all" in words_of(data.measures.intro)
    better = tuple(item for item in source.comparisons if item.verdict is Verdict.IMPROVED)
    assert better
    data, _attachments = report_data(replace(source, comparisons=better))
    assert "Overall: inconclusive" in data.measures.intro, "key measures are missing"
    assert data.summary.tiles[1].mark.word == "Not measured"
    assert data.safety.tests[0].mark.icon is Icon.BAD


def test_a_step_outside_the_window_and_on_an_undeclared_host_is_a_deviation():
    source = thin()
    run = source.runs[0]
    late = replace(run.steps[-1], started_at=WORK.end + timedelta(hours=3))
    data, _attachments = report_data(replace(source, runs=(run.with_step(late),)))
    leads = [note.claim.lead for note in data.plan.deviations]
    assert "Out of window." in leads
    assert "Undeclared host." in leads
    kept = {row.rule: row.mark.icon for row in data.history.rules}
    assert kept["Every step began inside the window"] is Icon.BAD
    assert kept["Hosts touched are the hosts declared"] is Icon.BAD


def test_an_approval_of_another_plan_is_void():
    source = sample.full()
    other = replace(source.change.approvals[0], plan_hash="0" * 64)
    data, _attachments = report_data(changed(source, approvals=(other,)))
    assert data.history.approvals[0].mark.word == "Void: the plan was edited"
    first = data.history.rules[0]
    assert (first.found, first.mark.icon) == ("0, needed 1", Icon.BAD)


def test_who_approves_or_reviews_own_work_breaks_a_rule():
    source = changed(sample.full(), reviewed_by=MOKOENA)
    rules = {row.rule: row for row in report_data(source)[0].history.rules}
    assert rules["Nobody approved or reviewed own work"].mark.icon is Icon.BAD


def test_a_transcript_that_cannot_be_read_is_said_to_be_missing():
    data, _attachments = report_data(replace(sample.full(), transcripts={}))
    assert all("could not be read" in item.note.text for item in data.transcripts)
    kinds = {row.file for row in data.method.evidence if row.kind == "transcript"}
    assert kinds == {""}


def test_what_looks_like_a_secret_is_not_printed_and_counted():
    full = sample.full()
    said = b"DB_PASSWORD=hunter22\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\ndone at 10:42\n"
    raw = write_piece(Piece(NOON, "stdout", said))
    data, _attachments = report_data(
        replace(full, transcripts=dict.fromkeys(full.transcripts, raw))
    )
    for item in data.transcripts:
        assert item.lines == ("DB_PASSWORD=[redacted]", "[redacted]")
        assert "2 secrets are left out here" in item.note.text
    ends = {key: Excerpt(("token: abc",), ("the end",), 9) for key in full.transcripts}
    data, _attachments = report_data(replace(full, transcripts={}, excerpts=ends))
    assert data.transcripts[0].lines == ("token: [redacted]", "… 9 more lines …", "the end")
    assert "1 secret is left out here" in data.transcripts[0].note.text


def test_a_transcript_too_large_to_be_held_is_printed_by_its_ends():
    full = sample.full()
    ends = {key: Excerpt(("begin", "\x1b[31m"), ("the end",), 4711) for key in full.transcripts}
    data, attachments = report_data(replace(full, transcripts={}, excerpts=ends))
    assert {item.lines for item in data.transcripts} == {
        ("begin", "␛[31m", "… 4711 more lines …", "the end")
    }
    assert all("too large to be attached" in item.note.text for item in data.transcripts)
    assert not [item for item in attachments if "transcript" in item.name]


def test_a_closed_change_wants_no_decision():
    source = changed(
        sample.full(), state=ChangeState.CLOSED, close_code=CloseCode.WITH_ISSUES,
        closed_at=night(240), reviewed_by="Ayesha Patel",
    )  # fmt: skip
    (claim,) = report_data(source)[0].summary.decision
    assert claim.text.startswith("none. Closed as Successful with issues on")


def test_the_report_speaks_the_language_of_its_own_setting(reporting):
    seen = []

    def listening(data: ReportData, attachments) -> Rendered:
        from app.i18n import language

        seen.append((language(), data.cover.language))
        return Rendered(b"x", 1)

    desk = replace(reporting.desk, settings=Settings(report_language="de"))
    make_report("CHG-000142", reporting=replace(reporting, desk=desk, render=listening))
    assert seen == [("de", "de")]
