"""The reports page on a real store: the list, the gaps, the paper, making and saving."""

import io
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from reportlab.pdfgen.canvas import Canvas

from app.bootstrap import Surroundings, open_services
from app.domain.event import NewEvent
from app.domain.ids import ReportId, new_id
from app.domain.report import Report
from app.secrets import SessionSecrets
from app.services.change import changes
from app.services.facade import AppServices
from ui.actions import Actions
from ui.changed import Changed
from ui.context import Tools
from ui.messages import Messages
from ui.navigation import Navigation
from ui.pages.reports.page import ReportsPage
from ui.widgets.labels import Label


@pytest.fixture
def services(new_data) -> Iterator[AppServices]:
    made = open_services(new_data, Surroundings(actor="Nomsa", secrets=SessionSecrets()))
    yield made
    made.close()


@pytest.fixture
def page(qtbot, theme, tasks, services) -> Iterator[Callable[[], ReportsPage]]:
    def make() -> ReportsPage:
        tools = Tools(tasks, Messages(), Changed(), Navigation(), Actions(), theme)
        made = ReportsPage(tools.with_services(services))
        qtbot.addWidget(made)
        made.resize(1240, 872)
        made.show()
        made.reload()
        qtbot.until_quiet(lambda: made.ready)
        return made

    yield make
    tasks.shutdown()  # before the store is closed


def printed(services: AppServices, title: str = "Add an index", revision: int = 1) -> Report:
    """Keep a change, when there is none yet, with a report of one page."""
    with services.new_uow() as uow:
        known = {change.title: change for change in uow.changes.list()}
    change = known.get(title) or changes.open_change(title, desk=services.desk)
    sheet = io.BytesIO()
    canvas = Canvas(sheet, pagesize=(595, 842))
    canvas.drawString(72, 700, f"{change.number}, revision {revision}")
    canvas.save()
    report = Report(
        ReportId(new_id()), change.id, change.number, revision, services.clock.now(),
        services.actor, title, services.files.put(sheet.getvalue()), "", 1,
    )  # fmt: skip
    with services.new_uow() as uow:
        uow.reports.add(report)
        uow.log.append(NewEvent("report.made", "Report made", change.id))
        uow.commit()
    return report


def texts(page) -> str:
    return "\n".join(label.text() for label in page.findChildren(Label) if label.isVisible())


def click(qtbot, button) -> None:
    assert button.isVisible()
    assert button.isEnabled(), button.reason
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_a_change_it_says_what_a_report_is_made_of(page):
    shown = page()
    assert "Nothing to report on yet" in texts(shown)
    assert not shown.make.isVisible()


def test_a_change_that_was_never_printed_offers_to_make_its_report(page, services):
    changes.open_change("Add an index", desk=services.desk)
    shown = page()
    assert "No report yet" in texts(shown)
    assert "CHG-000001: nothing was printed yet." in texts(shown)
    assert shown.make.isEnabled()
    assert shown.save.reason == "Make it first"


def test_what_the_report_lacks_is_listed_before_it_is_made(page, services):
    changes.open_change("Add an index", desk=services.desk)
    shown = page()
    assert "What the report lacks" in texts(shown)
    assert "gaps" in texts(shown)


def test_the_newest_report_is_on_paper_and_the_others_one_row_away(page, services, qtbot):
    first, second = printed(services), printed(services, revision=2)
    shown = page()
    assert [row.report for row in shown.table.rows_model.rows] == [second, first]
    qtbot.until_quiet(lambda: shown.ready and shown.preview.pages is not None)
    assert shown._shown == second.pdf_sha256
    shown.table.select(first.id)
    qtbot.until_quiet(lambda: shown.ready)
    assert shown._shown == first.pdf_sha256


def test_a_click_makes_the_next_revision_and_shows_its_first_page(page, services, qtbot):
    changes.open_change("Add an index", desk=services.desk)
    shown = page()
    click(qtbot, shown.make)
    qtbot.waitUntil(lambda: shown.table.current is not None)
    qtbot.until_quiet(lambda: shown.ready and shown.preview.pages is not None)
    assert shown.table.current.report.revision == 1
    assert shown.make.isEnabled()
    click(qtbot, shown.make)
    qtbot.waitUntil(lambda: shown.table.current.report.revision == 2)


def test_the_file_that_is_saved_has_the_bytes_that_were_kept(
    page, services, qtbot, tmp_path, monkeypatch
):
    report = printed(services)
    shown = page()
    target = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    click(qtbot, shown.save)
    qtbot.waitUntil(lambda: bool(shown.context.messages.kept))
    assert target.read_bytes() == services.files.get(report.pdf_sha256)
    assert str(target) in shown.context.messages.kept[-1].state


def test_a_place_that_cannot_be_written_is_named(page, services, qtbot, tmp_path):
    printed(services)
    shown = page()
    shown.save_to(tmp_path / "nowhere" / "report.pdf")
    qtbot.waitUntil(lambda: "cannot be written" in texts(shown))
    assert "Choose another folder" in texts(shown)


def test_a_report_whose_file_was_altered_is_not_shown(page, services, qtbot):
    path = services.files.path(printed(services).pdf_sha256)
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.4 something else")
    shown = page()
    qtbot.waitUntil(lambda: "was altered or damaged" in texts(shown))
    assert shown.preview.pages is None


def test_a_change_is_found_by_number_by_id_and_by_one_of_its_reports(page, services, qtbot):
    report = printed(services)
    other = changes.open_change("Something newer", desk=services.desk)
    shown = page()
    assert shown._view.change.id == report.change  # printed last
    for ref, found in (
        (other.number, other.id), (report.id, report.change), (other.id, other.id),
        (report.number, report.change),
    ):  # fmt: skip
        shown.open(ref)
        qtbot.until_quiet(lambda: shown.ready)
        assert shown._view.change.id == found


def test_choosing_a_change_shows_its_reports(page, services, qtbot):
    report = printed(services)
    other = changes.open_change("Something newer", desk=services.desk)
    shown = page()
    shown.choice.setFocus()
    qtbot.keyClick(shown.choice, Qt.Key.Key_Up)
    qtbot.until_quiet(lambda: shown.ready and shown._view.change.id == other.id)
    assert shown.paper.currentIndex() == 0
    qtbot.keyClick(shown.choice, Qt.Key.Key_Down)
    qtbot.until_quiet(lambda: shown.ready and shown._view.change.id == report.change)
    assert shown.paper.currentIndex() == 1
