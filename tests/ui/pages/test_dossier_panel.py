"""A dossier in the window: handed over here, read there, and never taken for a record."""

import zipfile

import pytest

from app.domain.change import ChangeState
from ui.pages.reports.page import ReportsPage


@pytest.fixture
def page(drive, record):
    record("Upgrade PostgreSQL", ChangeState.DRAFT)
    return drive(ReportsPage)


@pytest.fixture
def dossier(page, tmp_path):
    path = tmp_path / "d.zip"
    page.page.handing.export_to(path)
    page.settle()
    assert path.exists()
    return path


def test_a_change_is_handed_over_and_opened_read_only(page, dossier, services, tmp_path):
    handing = page.page.handing
    texts = [action.text() for action in handing.menu().actions()]
    assert texts == ["Hand CHG-000001 over as a dossier", "Open a dossier"]
    handing.open_file(dossier)
    page.settle()
    panel = handing.panel
    assert panel.isVisible()
    assert panel.mark.accessibleName() == "Read only: a dossier, not a record of yours"
    assert panel.title.text() == "CHG-000001  Upgrade PostgreSQL"
    assert "as the manifest says" in panel.verdict.text()
    assert panel.save.reason == "choose a member that is whole"
    panel.members.select("change.json")
    target = tmp_path / "change.json"
    panel.save_to(target)
    page.settle()
    with zipfile.ZipFile(dossier) as archive:
        assert target.read_bytes() == archive.read("change.json")
    with services.new_uow() as uow:
        assert [event.kind for event in uow.log.of(uow.changes.list()[0].id)][-1] == (
            "dossier.exported"
        )
    page.page.reload()
    page.settle()
    assert panel.isVisible()
    assert page.page.escape()
    assert not panel.isVisible()
    assert not page.page.escape()


def test_what_is_wrong_comes_first_and_cannot_be_saved(page, dossier, tmp_path):
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(dossier) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"{}" if name == "hosts.json" else old.read(name))
        new.writestr("extra\x1b[31m.txt", b"x")
    page.page.handing.open_file(broken)
    page.settle()
    panel = page.page.handing.panel
    assert panel.verdict.text().startswith("2 things are wrong with it.")
    rows = panel.members.rows_model.rows
    assert [row.id for row in rows[:2]] == ["extra\x1b[31m.txt", "hosts.json"]
    assert "\x1b" not in panel.members.rows_model.index(0, 0).data()
    panel.members.select("hosts.json")
    assert panel.save.reason == "choose a member that is whole"
    panel.members.select("log.jsonl")
    assert panel.save.reason == ""


def test_a_file_that_is_no_dossier_is_said(page, tmp_path):
    path = tmp_path / "letter.zip"
    path.write_bytes(b"Dear all")
    page.page.handing.open_file(path)
    page.settle()
    panel = page.page.handing.panel
    assert panel.title.text() == "letter.zip"
    assert panel.verdict.text().startswith("1 thing is wrong with it.")
