"""Words that hurt, on screens that show what servers, files and colleagues have written.

Each page is filled through its services, then everything it shows is read back from its widgets:
nothing of it steers a screen, turns the direction of reading, is taken for markup, or takes the
window apart.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QTextEdit,
    QWidget,
)

from app.domain.backup import BackupSource, SourceKind
from app.domain.change import ChangeState
from app.domain.connection import Connection
from app.domain.event import NewEvent
from app.domain.ids import ConnectionId
from app.domain.runbook import Runbook, Step, StepKind
from app.services.change import changes
from app.services.run import decisions
from tests.loadtests.jtl import as_csv, run
from tests.services.test_safe_text import is_harmless
from tests.ui.pages.conftest import DB, with_fields
from tests.ui.pages.steps import tab
from tests.ui.pages.test_external_part import type_into
from tests.ui.pages.test_loadtests_page import bring_in
from tests.ui.pages.test_run_page import button
from ui.pages.changes.page import ChangesPage
from ui.pages.loadtests.page import LoadTestsPage
from ui.pages.run.page import RunPage
from ui.pages.settings.page import SettingsPage
from ui.widgets.fields import Check

LONG = "x" * 1_000_000
HOSTILE = {
    "markup": "<b>bold</b> <img src='file:///etc/passwd'> <a href='http://127.0.0.1:9/'>x</a> &lt;",
    "formula": "=cmd|' /C calc'!A0",
    "escape sequences": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "direction": "safe\u202egnp.exe\u202c \u2066hidden\u2069 \u200f",
    "unseen": "zero\u200bwidth\ufeff soft\u00adhyphen line\u2028line",
    "NUL": "nul\x00 delete\x7f next\x85",
}
SLOW_S = 1.0
"""How long a page may take to draw itself, on a busy machine, whatever stands in it."""


def texts(widget: QWidget) -> list[str]:
    """Return what a widget shows, hints included."""
    found = [widget.toolTip()]
    if isinstance(widget, QLabel | QAbstractButton):
        found.append(widget.text())
    if isinstance(widget, QTextEdit):
        found.append(widget.toPlainText())
    if isinstance(widget, QComboBox):
        found += [widget.itemText(n) for n in range(widget.count())]
    if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
        for row in range(model.rowCount()):
            for column in range(model.columnCount()):
                index = model.index(row, column)
                found += [index.data(), index.data(Qt.ItemDataRole.ToolTipRole)]
    return [str(text) for text in found if text]


def assert_harmless(page: QWidget, *expected: str) -> None:
    """Read a page through; ``expected`` stands somewhere in it, as it is here."""
    shown: list[str] = []
    for widget in page.findChildren(QWidget):
        if isinstance(widget, QLabel):
            assert widget.textFormat() is Qt.TextFormat.PlainText, widget.text()[:80]
        shown += texts(widget)
    steering = [text[:200] for text in shown if not is_harmless(text)]
    assert steering == []
    assert not [text[:200] for text in shown if "<img" in text and text.startswith("<qt>")]
    for words in expected:
        assert any(words in text for text in shown), words
    assert max(map(len, shown)) < 100_000
    begun_s = time.perf_counter()
    picture = page.grab()
    assert time.perf_counter() - begun_s < SLOW_S
    assert picture.width() == page.width() * picture.devicePixelRatio()
    assert page.width() <= 1240, "a long text has stretched the page"


@contextmanager
def server_that_says(body: bytes) -> Iterator[str]:
    """A web server that answers every question with an error and these words."""

    class Rude(BaseHTTPRequestHandler):
        def log_message(self, *_args) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.send_response(400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

    with HTTPServer(("127.0.0.1", 0), Rude) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_load_tests_show_names_of_requests_and_files_literally(drive, record, tmp_path):
    change = record(f"Upgrade {HOSTILE['direction']}", ChangeState.TEST)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    samples = [s for n, text in enumerate(HOSTILE.values()) for s in run(40, label=f"{n} {text}")]
    for name in ("before <b>\u202egnp.jtl", "after =cmd().jtl"):
        path = tmp_path / name
        path.write_bytes(as_csv([replace(s, message=HOSTILE["markup"]) for s in samples]))
        driver.page.import_file(path)
        driver.settle()
        driver.bot.waitUntil(driver.page.preview.isVisible)
        assert_harmless(driver.page, "<b>bold</b> <img", "=cmd|' /C calc'!A0")
        driver.click(driver.page.preview.keep)
        driver.bot.waitUntil(lambda: not driver.page.preview.isVisible())
        driver.settle()
    compared = driver.page.ways.compared
    for row in compared.table.rows_model.rows:
        compared.table.select(row.id)
        driver.settle()
        assert_harmless(driver.page, "<b>bold</b> <img", "<U+202E>")


def test_a_request_with_a_name_of_a_megabyte_stops_nothing(drive, record, tmp_path):
    change = record("Upgrade", ChangeState.TEST)
    driver = drive(LoadTestsPage)
    driver.open(change.id)
    path = tmp_path / "long.jtl"
    path.write_bytes(as_csv(run(40, label="short")) + as_csv(run(3, label=LONG), header=False))
    bring_in(driver, path)
    assert_harmless(driver.page, "short")


def test_the_timeline_shows_notes_and_titles_literally(drive, services, record):
    steps = tuple(
        Step(f"m{n}", f"{n} {text}", StepKind.MANUAL) for n, text in enumerate(HOSTILE.values())
    )
    record("Upgrade", ChangeState.IMPLEMENT, lambda change: replace(change, runbook=Runbook(steps)))
    driver = drive(RunPage)
    driver.click(button(driver.page, "Start the run"))
    driver.bot.waitUntil(lambda: driver.page._run is not None)
    driver.settle()
    run_id = driver.page._run.id
    for text in (*HOSTILE.values(), LONG):
        decisions.add_note(run_id, text, None, desk=services.desk)
    driver.page.reload()
    driver.settle()
    assert_harmless(driver.page, "<b>bold</b> <img", "^[[31mred", "<U+202E>", "=cmd|")
    model = driver.page._timeline.table.rows_model
    told = [model.index(n, 1).data() for n in range(model.rowCount())]
    assert len([text for text in told if text.startswith("x" * 1000)]) == 1
    assert len(told) > len(HOSTILE)


def test_connections_show_names_and_answers_literally(drive, services):
    words = ", ".join(HOSTILE.values())
    body = b'{"status": "error", "error": %s}' % repr_json(words)
    with server_that_says(body) as address:
        with services.new_uow() as uow:
            for n, text in enumerate((*HOSTILE.values(), LONG)):
                uow.connections.add(Connection(ConnectionId(f"c{n}"), f"{n} {text}", address))
            uow.log.append(NewEvent("connection.added", "Added"))
            uow.commit()
        driver = drive(SettingsPage)
        group = driver.page.connections
        for n in range(len(HOSTILE) + 1):
            group.table.select(f"c{n}")
            driver.settle()
            driver.click(group.check)
            driver.bot.waitUntil(lambda: group.check.isEnabled())
            driver.settle()
            assert_harmless(driver.page, "<b>bold</b> <img", "=cmd|")


def repr_json(text: str) -> bytes:
    import json

    return json.dumps(text).encode()


def test_claims_of_other_backups_show_what_was_typed_literally(drive, services, record, tmp_path):
    machine = BackupSource(SourceKind.EXTERNAL, DB.id, database=HOSTILE["direction"])
    change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
    changes.edit_change(change.id, with_fields(backup_plan=(machine,)), desk=services.desk)
    log = tmp_path / "verify <b>\u202egol.log"
    log.write_text("\n".join(HOSTILE.values()) + LONG)
    driver = drive(ChangesPage)
    driver.open(change.id)
    backup = tab(driver, "backup")
    part = backup.external
    for text in HOSTILE.values():
        driver.click(part.add)
        form = part.reference
        for field in (form.identifier, form.scope, form.by, form.how):
            type_into(field, text)
        type_into(form.gigabytes, "120")
        form.checked.set_value("verified")
        for box in form.covers.findChildren(Check):
            box.setChecked(True)
        type_into(form.file, log)
        driver.click(form.go)
        driver.settle()
        assert_harmless(driver.page, "claimed")
    assert_harmless(driver.page, "<b>bold</b> <img", "<U+202E>", "=cmd|")


@pytest.mark.parametrize("what", HOSTILE)
def test_a_formula_or_mark_in_a_title_is_literal_on_every_tab(drive, record, what):
    from ui.pages.changes.tabs import TABS

    change = record(f"Upgrade {HOSTILE[what]}", ChangeState.ASSESS)
    driver = drive(ChangesPage)
    driver.open(change.id)
    for each in TABS:
        tab(driver, each.id)
        assert_harmless(driver.page)
