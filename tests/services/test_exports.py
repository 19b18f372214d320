"""A whole list goes out, in its order, or no file at all."""

import csv
import json

import pytest
from openpyxl import load_workbook

from app.domain.change import ChangeState
from app.domain.filter import Asker, ChangeFilter, ChangeSort, SortBy
from app.errors import InvalidInput
from app.exports.lists import open_table
from app.services import exports
from app.services.exports import ExportFormat, ExportWish, export_list
from app.services.search.finding import Query
from app.tasks import TaskCancelled, TaskContext
from tests.fakes import NOON
from tests.store.conftest import keep_changes

CSV = ExportWish(ExportFormat.CSV)


@pytest.fixture
def send(store, tmp_path, monkeypatch):
    """Return what exports a list of the store."""
    monkeypatch.setattr(exports, "PAGE", 7)

    def do(wanted=None, wish=CSV, *, name="out", sort=None, context=None):
        query = Query(wanted or ChangeFilter(), Asker(NOON), sort or ChangeSort())
        target = tmp_path / f"{name}.{wish.format}"
        return export_list(
            query, target, wish, finder=store.finder, open_table=open_table, context=context
        )

    return do


@pytest.mark.parametrize("kind", list(ExportFormat))
def test_the_whole_filter_goes_out_in_its_order_not_one_page(store, send, kind):
    states = (ChangeState.CLOSED, ChangeState.DRAFT)
    keep_changes(store, [{"title": f"T{n:02}", "state": states[n % 2]} for n in range(60)])
    wanted = ChangeFilter(states=(ChangeState.CLOSED,))
    by_title = ChangeSort(SortBy.TITLE, descending=False)
    made = send(wanted, ExportWish(kind), sort=by_title)
    assert made.rows == 30
    assert titles(made.path) == [f"T{n:02}" for n in range(0, 60, 2)]


def titles(path):
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                return [row["Title"] for row in csv.DictReader(file)]
        case ".json":
            return [record["title"] for record in json.loads(path.read_text())]
        case _:
            rows = load_workbook(path).active.iter_rows(min_row=2, values_only=True)
            return [row[1] for row in rows]


def test_a_stopped_export_leaves_the_old_file_and_nothing_else(store, send, tmp_path):
    keep_changes(store, [{"title": "A"}] * 20)
    (tmp_path / "out.csv").write_text("old")

    def report(progress):
        context.cancel()

    context = TaskContext(report)
    with pytest.raises(TaskCancelled):
        send(context=context)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_text() == "old"


def test_a_folder_that_is_not_there_is_said(send):
    with pytest.raises(InvalidInput, match=r"no/where\.csv cannot be written"):
        send(name="no/where")


def test_more_rows_than_a_sheet_holds_are_refused_before_the_first_is_written(
    store, send, monkeypatch
):
    monkeypatch.setattr(exports, "MOST_SHEET_ROWS", 1)
    keep_changes(store, [{"title": "A"}] * 2)
    with pytest.raises(InvalidInput, match="holds 1 rows; this list has 2"):
        send(wish=ExportWish(ExportFormat.XLSX))


def test_an_empty_list_is_a_file_with_headings(send):
    made = send()
    assert made.rows == 0
    assert made.path.read_text("utf-8-sig").startswith("Number,Title,State,")
