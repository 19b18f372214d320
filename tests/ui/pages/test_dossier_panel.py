"""A dossier in the window: handed over here, read there, and never taken for a record."""

import hashlib
import zipfile

import pytest

from app.domain.change import ChangeState
from app.domain.event import NewEvent
from app.domain.feedback import Channel, Response, Survey
from app.services.attachments import Found, attach
from app.services.review.reports import make_report
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


def test_what_looks_like_a_secret_goes_after_somebody_has_seen_its_name(page, services, tmp_path):
    leak = Found("id_rsa.txt", b"-----BEGIN RSA PRIVATE KEY-----\nMIIB\n", "there")
    attach(leak, page.page.change.id, desk=services.desk, files=services.files)
    path = tmp_path / "leak.zip"
    page.page.handing.export_to(path)
    page.settle()
    (banner,) = page.page.banners.banners
    message = banner.message
    assert "1 member of the dossier" in message.as_text()
    assert message.details.endswith("-id_rsa.txt")
    assert not path.exists()
    message.actions[0].run()
    page.settle()
    assert path.exists()
    assert page.page.banners.banners == ()


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


def test_a_report_in_a_dossier_is_shown_with_what_users_said(drive, services, record, tmp_path):
    change = record("Upgrade PostgreSQL", ChangeState.REVIEW)
    answers = tuple(Response(4, "Quick") for _n in range(3))
    with services.new_uow() as uow:
        uow.surveys.add(Survey("s1", change.id, Channel.FORM, 8, answers))
        uow.log.append(NewEvent("feedback.added", "Answers", change.id))
        uow.commit()
    made = make_report(change.number, reporting=services.reporting)
    page = drive(ReportsPage)
    path = tmp_path / "d.zip"
    page.page.handing.export_to(path)
    page.settle()
    page.page.handing.open_file(path)
    page.settle()
    panel = page.page.handing.panel
    assert not panel.example.isVisible()
    assert "3 answers." in panel.answers.text()
    assert "%" not in panel.answers.text(), "of three nobody gives a percentage"
    names = [row.id for row in panel.members.rows_model.rows]
    (name,) = [name for name in names if name.endswith(".pdf")]
    assert "surveys/s1.json" in names
    assert names[:3] == [name, "change.json", "log.jsonl"]
    assert panel.members.current.id == name
    spoken = panel.members.rows_model.index(0, 0).data()
    assert spoken == f"Report, {name}, as in the manifest"
    assert panel.right.currentIndex() == 1
    page.bot.waitUntil(lambda: panel.preview.pages is not None and not panel.preview.busy)
    with zipfile.ZipFile(path) as archive:
        assert panel.preview.pages.data == archive.read(name)
    assert made.pdf_sha256 == hashlib.sha256(panel.preview.pages.data).hexdigest()
    panel.members.select("log.jsonl")
    page.settle()
    assert panel.right.currentIndex() == 0
