"""The PDF: page 1 stands alone, everything is embedded, the same data gives the same bytes."""

import hashlib
import json
import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from app.domain.backup import BackupSource, SourceKind
from app.reports.build import render_report
from app.services.report_content.data import Rendered
from app.services.review.reports import report_data
from app.settings import PageSize, Settings
from tests.reports import sample
from tests.reports.extremes import overlong, thin
from tests.reports.people import KHUMALO, sha
from tests.reports.reading import fonts, rendered, says, texts, whole_text
from tests.services.test_external_backups import a_claim, drilled


@pytest.fixture(scope="module")
def full() -> Rendered:
    return rendered(sample.full())


def test_a_restore_that_is_only_told_is_called_so_where_the_deadline_is_reckoned(full):
    source = sample.full()
    claim = a_claim(
        BackupSource(SourceKind.EXTERNAL, source.hosts[0].id, database="The whole machine"),
        drills=(drilled(duration_s=5400.0),),
    )
    told = replace(source, backups=(), change=replace(source.change, external_backups=(claim,)))
    assert says(whole_text(rendered(told).pdf), "1 h 30 min (claimed, not measured here) × 1.5")
    assert says(whole_text(full.pdf), "measured × 1.5")


def test_page_1_tells_a_manager_everything_and_fits_one_page(full):
    first, second = texts(full.pdf)[:2]
    for words in (
        "“Upgrade the orders database to PostgreSQL 16” succeeded on Sun 15 Nov 2026",
        "with three issues: order response time, p95 fell 34 % (target ≤ 300 ms met)",
        "downtime was 7 min longer than planned",
        "Overall state.",
        "Objectives met",
        "2 of 3",
        "407 → 269 ms",
        "47 min",
        "L4 restored",
        "What went well",
        "What did not",
        "Decision wanted from Ayesha Patel:",
        "Open actions: 4",
        "Overrides: 1",
        "Not evidenced: 3",
        f"Page 1 of {full.pages}",
    ):
        assert says(first, words), words
    assert second.startswith("Example Operations Post-implementation report")
    assert "Before and after" in second


def test_every_font_is_embedded(full):
    found = fonts(full.pdf)
    assert len(found) >= 4
    assert all(found.values()), found


def test_bookmarks_metadata_language_and_links_are_there(full):
    with pikepdf.open(BytesIO(full.pdf)) as document:
        with document.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert titles[:4] == [
        "Summary", "Before and after", "A closer look", "Need, options and objectives"
    ]  # fmt: skip
        assert titles[-1] == "Method, evidence and sign-off"
        assert document.Root.Lang == "en"
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo["/Title"]) == (
            "CHG-000142: Upgrade the orders database to PostgreSQL 16"
        )
        assert str(document.docinfo["/Author"]) == KHUMALO
        assert str(document.docinfo["/CreationDate"]) == "D:20261124082000Z"
        links = [
            note
            for page in document.pages
            for note in page.get("/Annots", [])
            if note.Subtype == "/Link"
        ]
        assert len(links) > 20
        assert len(document.pages) == full.pages


def test_the_footer_of_every_page_names_the_revision_and_the_head_of_the_log(full):
    for number, page in enumerate(texts(full.pdf), start=1):
        assert f"Page {number} of {full.pages}" in page
        assert "Revision 1" in page
        assert f"Log head {sha('head')[:12]}" in page
        assert "Generated Tue 24 Nov 2026 10:20 SAST (UTC+2)" in page


def test_the_same_data_gives_the_same_bytes(full):
    assert render_report(*report_data(sample.full())).pdf == full.pdf


def test_the_data_and_the_evidence_are_attached_and_fit_the_manifest(full):
    data, _attachments = report_data(sample.full())
    with pikepdf.open(BytesIO(full.pdf)) as document:
        files = {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
    told = json.loads(files["report-data.json"])
    assert told["cover"]["number"] == "CHG-000142"
    assert told["method"]["evidence"][0]["sha256"] == data.method.evidence[0].sha256
    records = [row for row in data.method.evidence if row.kind in ("record", "transcript")]
    assert len(records) > 10
    for row in records:
        assert hashlib.sha256(files[row.file]).hexdigest() == row.sha256
    assert files["E-01.csv"].startswith(b"time_s,value\n1794")


def test_every_evidence_id_is_defined_and_numbered_in_order_of_appearance(full):
    data, _attachments = report_data(sample.full())
    rows = [row.id for row in data.method.evidence]
    assert rows == [f"E-{n:02}" for n in range(1, len(rows) + 1)]
    assert all(len(row.sha256) == 64 for row in data.method.evidence)
    text = whole_text(full.pdf)
    assert set(re.findall(r"E-\d\d", text)) == set(rows)
    first_seen = list(dict.fromkeys(re.findall(r"E-\d\d", texts(full.pdf)[0])))
    assert first_seen[:2] == ["E-01", "E-02"]


def test_a_change_with_nothing_but_a_title_says_what_is_missing():
    made = rendered(sample.empty())
    text = whole_text(made.pdf)
    for words in (
        "“Do something” has not been carried out yet.",
        "No measure was agreed for this change",
        "No backup was planned and none was taken.",
        "The risk of this change was not assessed.",
        "No test was part of this change.",
        "No health check was made for this change.",
        "No user feedback was collected",
        "No lesson was written down.",
        "Effort and cost of the work were not recorded.",
        "What this report lacks: 6",
        "There is no evidence on record.",
    ):
        assert words in text
    assert "Unknown" in texts(made.pdf)[0]


def test_short_windows_are_named_wherever_a_figure_rests_on_them():
    made = rendered(thin())
    first, second = texts(made.pdf)[:2]
    assert "Measured in windows of 12 s, sampled 9 times a second." in first
    assert "Windows of 12 s, sampled 9 times a second" in second
    assert "limited evidence: no comparison days" in second
    assert "n = 108 + 108 in 12 s" in second


def test_a_change_with_far_too_much_of_everything_still_has_one_first_page():
    made = rendered(overlong())
    pages = texts(made.pdf)
    assert "Not evidenced" in pages[0]
    assert "Before and after" in pages[1]
    assert "9 conditions were overridden" in pages[0], "a bad process is named in the sentence"
    assert made.pages > 40


def test_a_long_table_of_checks_repeats_its_head_on_every_page():
    pages = texts(rendered(overlong()).pdf)
    held = [page for page in pages if "As bad as before" in page or "Same database-000" in page]
    assert len(held) > 5
    assert all("Difference Host Check Before After" in page for page in held)
    assert sum(page.count("Failed units:") for page in held) == 25


def test_letter_paper_is_letter():
    source = replace(sample.empty(), settings=Settings(page_size=PageSize.LETTER))
    with pikepdf.open(BytesIO(rendered(source).pdf)) as document:
        assert [float(x) for x in document.pages[0].MediaBox] == [0, 0, 612, 792]
