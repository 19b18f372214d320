"""Lists are read back by the programs' own readers, and nothing in them starts a formula."""

import csv
import io
import itertools
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.domain.change import Change
from app.domain.ids import ChangeId
from app.exports.lists import open_table, safe_cell
from app.services.exports import ExportFormat, ExportWish
from app.services.safe_text import spelled_out
from app.store.mapping import CHANGE
from tests.services.test_safe_text import PAYLOADS, is_harmless

AT = datetime(2026, 11, 14, 12, tzinfo=UTC)
CHANGE_1 = Change(ChangeId("c"), "CHG-000001", "=cmd|' /C calc'!A0")
FORMULAS = st.builds(
    lambda before, sign, after: before + sign + after,
    st.sampled_from(("", " ", '"', "'", "  '")),
    st.sampled_from(tuple("=+-@\t\r\n")),
    st.text(max_size=12),
)
TEXTS = FORMULAS | st.text(max_size=30)


def examples(count):
    shared = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, suppress_health_check=shared, deadline=None)


def write(path, kind, rows, **wish):
    with open_table(path, ExportWish(kind, **wish), ["Title", "Second"]) as table:
        for row in rows:
            table.add(CHANGE_1, row)
    return path


def looks_like_a_formula(cell):
    """What a spreadsheet might evaluate, said independently of our own rule."""
    bare = cell.lstrip(" \"'") if not cell.startswith("'") else ""
    return (cell[:1] in "=+-@\t\r\n" and cell != "") or (bare[:1] in "=+-@\t\r\n" and bare != "")


@given(TEXTS)
def test_no_cell_of_a_csv_starts_like_a_formula_unless_it_is_a_number(text):
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    if looks_like_a_formula(cell):
        float(cell.strip().replace(",", "."))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "-5"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-1,5", "-1,5"),
        ("+1e9", "+1e9"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (' "=1"', '\' "=1"'),
        ("\t=1", "'\t=1"),
        ("Upgrade", "Upgrade"),
        ("", ""),
        ("−5", "−5"),
        ("-٥", "'-٥"),
    ],
)
def test_apostrophes_stand_where_they_are_needed(text, cell):
    assert safe_cell(text) == cell


@examples(40)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_a_csv_comes_back_row_by_row(tmp_path, rows):
    path = write(tmp_path / "a.csv", ExportFormat.CSV, rows)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    wished = [[safe_cell(spelled_out(text)) for text in row] for row in rows]
    assert found == [["Title", "Second"], *wished]
    assert all(map(is_harmless, itertools.chain.from_iterable(found)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_steers_a_terminal_or_turns_a_line_is_spelled_out_in_every_kind(tmp_path, payload):
    rows = [[PAYLOADS[payload] + "x" * 1_000_000, "=1+1"]]
    text = write(tmp_path / "a.csv", ExportFormat.CSV, rows, bom=False).read_text("utf-8")
    assert is_harmless(text)
    assert "x" * 1_000_000 in text
    assert ",'=1+1" in text
    sheet = load_workbook(write(tmp_path / "a.xlsx", ExportFormat.XLSX, rows)).active
    assert all(is_harmless(str(cell.value)) for cell in sheet[2])


@examples(25)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3))
def test_every_cell_of_a_workbook_is_text_and_no_formula(tmp_path, rows):
    path = write(tmp_path / "a.xlsx", ExportFormat.XLSX, rows)
    sheet = load_workbook(path)["Changes"]
    assert sheet.max_row == len(rows) + 1
    for line in sheet.iter_rows():
        for cell in line:
            assert cell.data_type in ("s", "n", "inlineStr")
            assert cell.value is None or isinstance(cell.value, str)


def test_numbers_and_times_stay_what_they_are(tmp_path):
    row = [3, AT]
    csv_text = write(tmp_path / "a.csv", ExportFormat.CSV, [row], bom=False).read_bytes()
    assert csv_text.splitlines()[1] == b"3,2026-11-14T12:00:00Z"
    sheet = load_workbook(write(tmp_path / "a.xlsx", ExportFormat.XLSX, [row])).active
    assert [cell.value for cell in sheet[2]] == [3, datetime(2026, 11, 14, 12)]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:B2"


def test_an_over_long_text_is_cut_in_a_workbook_and_says_so(tmp_path):
    sheet = load_workbook(
        write(tmp_path / "a.xlsx", ExportFormat.XLSX, [["x\n" * 20_000, ""]])
    ).active
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("… [cut]")


def test_json_holds_whole_records(tmp_path):
    path = write(tmp_path / "a.json", ExportFormat.JSON, [["", ""], ["", ""]])
    records = json.loads(path.read_text("utf-8"))
    assert [CHANGE.read(json.dumps(record)) for record in records] == [CHANGE_1, CHANGE_1]
    assert json.loads(write(tmp_path / "b.json", ExportFormat.JSON, []).read_text()) == []
