"""The page of key figures by mouse and keys, over real records."""

import csv
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from app.analysis.kpi_table import KPIS, KpiGroup
from app.domain.change import ChangeState
from app.domain.review import CloseCode
from tests.fakes import NOON
from tests.reports.reading import says, whole_text
from tests.store.conftest import keep_changes
from ui.navigation import Place
from ui.pages.changes.page import ChangesPage
from ui.pages.kpi.page import KpiPage
from ui.widgets.labels import Label


class Recorder:
    """Offers the unit of work under the name that the store has for it."""

    def __init__(self, services) -> None:
        self.unit_of_work = services.new_uow


@pytest.fixture
def closed(services):
    """Twelve closed changes of the last days, three of them not successful, and one canceled."""

    def fields(n):
        code = CloseCode.BACKED_OUT if n < 3 else CloseCode.SUCCESSFUL
        at = NOON - timedelta(days=n)
        return {"title": f"C{n}", "state": ChangeState.CLOSED, "close_code": code,
                "closed_at": at, "opened_at": at - timedelta(days=2)}  # fmt: skip

    canceled = {"title": "X", "state": ChangeState.CANCELED, "closed_at": NOON}
    return keep_changes(Recorder(services), [*map(fields, range(12)), canceled])


def plain(text):
    return text.replace("\u202f", " ")


def tiles(page, group):
    return {tile._kpi.target or tile._kpi.label: tile for tile in page.rows[group]._tiles}


def test_figures_say_what_they_are_counted_from(drive, closed):
    page = drive(KpiPage).page
    assert page.header.sentence.text().startswith("12 changes closed")
    outcome = tiles(page, KpiGroup.OUTCOME)
    kpi = outcome["success"]._kpi
    assert (plain(kpi.figure), kpi.share) == ("75 %", "9 of 12")
    assert plain(kpi.note) == "likely 47–91 %"
    assert plain(tiles(page, KpiGroup.TIME)["closing"]._kpi.figure).startswith("2 d")
    assert outcome["Caused incidents"]._kpi.figure == "–"
    spoken = page.trend.accessibleName()
    assert "Failed: 3" in spoken


def test_a_figure_opens_the_list_of_exactly_what_it_counts(drive, closed):
    driver = drive(KpiPage)
    page = driver.page
    tile = tiles(page, KpiGroup.OUTCOME)["success"]
    driver.bot.mouseClick(tile, Qt.MouseButton.LeftButton)
    place = driver.context.navigation.place
    assert place.page == "changes"
    changes = drive(ChangesPage)
    changes.open(place.ref)
    assert len(changes.page.list.rows) == 9
    assert changes.page.list.head.filters.title_of("own") == "Behind the figure"
    tiles(page, KpiGroup.OUTCOME)["failed"].setFocus()
    driver.bot.keyClick(tiles(page, KpiGroup.OUTCOME)["failed"], Qt.Key.Key_Return)
    assert driver.context.navigation.place != Place("changes", place.ref)


def test_the_period_is_chosen_and_typed(drive, closed):
    driver = drive(KpiPage)
    page = driver.page
    choose(page, "own")
    assert page.days.isVisible()
    driver.type(page.first, "2026-11-13")
    driver.type(page.last, "2026-11-1")
    driver.click(page.take)
    assert "Write a day" in page.last._below.text()
    driver.type(page.last, "2026-11-12")
    driver.click(page.take)
    assert "ends before it begins" in page.last._below.text()
    driver.type(page.last, "2026-11-14")
    driver.click(page.take)
    assert page.header.sentence.text().startswith("2 changes closed")
    assert tiles(page, KpiGroup.OUTCOME)["failed"]._kpi.figure == "2"
    choose(page, "last_month")
    driver.settle()
    assert page.stack.currentIndex() == 1
    assert page.report.reason == "nothing was closed"


def choose(page, value):
    page.stretch.setCurrentIndex(page.stretch.findData(value))
    page.stretch.activated.emit(page.stretch.currentIndex())


def test_definitions_of_all_figures_stand_on_the_page(drive, closed):
    page = drive(KpiPage).page
    shown = [label.text() for label in page.definitions.findChildren(Label)]
    for each in KPIS:
        assert each.title in shown
        assert any(text.startswith(each.text) for text in shown)


def test_the_portfolio_report_says_the_same_and_is_logged(drive, closed, services, tmp_path):
    driver = drive(KpiPage)
    driver.page.save_to(tmp_path / "portfolio.pdf")
    driver.settle()
    text = whole_text((tmp_path / "portfolio.pdf").read_bytes())
    wanted = ("12 changes were closed: 9 successful", "75 %", "9 of 12", "47–91 %", "Backed out",
              "What each figure counts", "No follow-up action is open.")  # fmt: skip
    assert [words for words in wanted if not says(text, words)] == []
    with services.new_uow() as uow:
        assert uow.log.of("")[-1].kind == "report.portfolio"


def test_the_figures_are_written_as_a_table_of_the_kind_its_name_says(drive, closed, tmp_path):
    driver = drive(KpiPage)
    driver.page.export_to(tmp_path / "figures.csv")
    driver.settle()
    with (tmp_path / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["Figure"]: row for row in csv.DictReader(file)}
    found = rows["Successful"]
    assert (found["Numerator"], found["Denominator"], found["Value"]) == ("9", "12", "0.75")
    assert len(rows) == len(KPIS)


def test_tiles_stand_six_or_three_in_a_line_by_the_room_there_is(drive, closed):
    page = drive(KpiPage).page
    grid = page.rows[KpiGroup.OUTCOME]
    lines = {}
    for width in (1400, 700):
        grid.resize(width, 200)
        grid._layout.activate()
        lines[width] = len({tile.y() for tile in grid._tiles})
    assert lines == {1400: 1, 700: 2}
