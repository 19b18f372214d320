"""The whole list as files, asked for in the menu and read back by other programs' readers."""

import csv
import json

import pytest
from openpyxl import load_workbook

from app.domain.change import ChangeState
from app.domain.lesson import Lesson
from tests.ui.pages.conftest import with_fields
from ui.pages.changes.page import ChangesPage

HOSTILE = (
    "=cmd|' /C calc'!A0", '@SUM(1,1)*"x"', '+1+1;"a"', "-2+3\n=HYPERLINK(1)", "\u202egnp.exe ,;\"'",
    " =1+1",
)  # fmt: skip


@pytest.fixture
def exported(drive, record, many, tmp_path, monkeypatch):
    """Export what the list is narrowed to, by the menu, as this kind of file."""
    for text in HOSTILE:
        record("Renew the key", ChangeState.CLOSED, with_fields(
            business_service=text, tags=(text,), description=text,
            lessons=(Lesson(text, text),),
        ))  # fmt: skip
    many(700)
    record("Something else")
    driver = drive(ChangesPage)
    driver.open("list/all")
    page = driver.page
    page.focus_search()
    driver.bot.keyClicks(page.list.head.search, "renew")
    driver.bot.waitUntil(lambda: page.list.search.total == 706)
    driver.settle()

    def make(words, name):
        target = tmp_path / name
        monkeypatch.setattr(
            "ui.pages.changes.list_deeds.QFileDialog.getSaveFileName",
            lambda *_words: (str(target), ""),
        )
        (export,) = [a for a in page.deeds.menu().actions() if a.text().startswith("Export")]
        assert export.text() == "Export all 706 changes"
        {a.text(): a for a in export.menu().actions()}[words].trigger()
        driver.settle()
        return target

    return make


def test_every_change_of_the_filter_is_in_the_csv_and_none_starts_a_formula(exported):
    path = exported("CSV for Excel", "out.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 706
    assert {row["Title"][:5] for row in rows} == {"Renew"}
    kept = {row["Service"] for row in rows if row["Service"]}
    assert len(kept) == len(HOSTILE)
    for row in rows:
        for cell in row.values():
            assert cell.lstrip(' "')[:1] not in ("=", "+", "-", "@"), cell
            assert "\u202e" not in cell


def test_every_change_of_the_filter_is_in_the_workbook_as_text(exported):
    book = load_workbook(exported("Excel workbook", "out.xlsx"))
    head, *rows = book.active.iter_rows()
    assert len(rows) == 706
    at = [cell.value for cell in head].index("Service")
    services = {row[at].value for row in rows if row[at].value}
    assert HOSTILE[0] in services
    assert {row[at].data_type for row in rows if row[at].value} == {"s"}
    assert not [c for row in rows for c in row if c.data_type == "f"]


def test_every_change_of_the_filter_is_in_the_json_whole(exported):
    found = json.loads(exported("JSON, whole records", "out.json").read_text("utf-8"))
    assert len(found) == 706
    assert {item["business_service"] for item in found} == {"", *HOSTILE}
    lessons = [item["lessons"][0]["event"] for item in found if item["lessons"]]
    assert sorted(lessons) == sorted(HOSTILE)
