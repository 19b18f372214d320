"""What keeps the UI thread free, held in place without a clock.

No page reads the store or its files there; and what is built between two turns of the event loop
is bounded, because building takes the time: a widget some 20 µs with its layout, a sheet ten times
that.
"""

import sys
import threading
from contextlib import contextmanager

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QScrollArea,
    QScrollBar,
    QTableView,
    QWidget,
)
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.domain.change import ChangeState
from app.domain.runbook import Phase
from app.store import first_reads, sqlite
from ui import theme
from ui.pages import PAGES
from ui.pages.changes.page import ChangesPage
from ui.pages.changes.plan import PARTS, RISK, RUNBOOK
from ui.pages.changes.tabs import TABS

WIDGETS, SHEETS = 320, 30
"""How many may be made between two turns: some 6 ms of each. A quick computer makes more pieces
of a form in one turn than a slow one, so the bound is for what fits, not for what is usual."""


class Watch:
    """What the UI thread did of what it must leave to others."""

    def __init__(self):
        self.on, self.folder, self.seen = False, "", []

    def note(self, what):
        if self.on and threading.current_thread() is threading.main_thread():
            self.seen.append(what)

    def hear(self, name, arguments):
        """Hear of every file that is opened; an audit hook stays for good, so it is only one."""
        if self.on and name == "open" and str(arguments[0]).startswith(self.folder):
            self.note(f"opened {arguments[0]}")


WATCH = Watch()
sys.addaudithook(WATCH.hear)


@pytest.fixture
def reads(services, monkeypatch, tmp_path):
    """Return what the UI thread reads by itself from now on."""

    def on_statement(_connection, _cursor, statement, *_rest):
        WATCH.note(statement)

    @contextmanager
    def noted(path):
        WATCH.note(f"read {path}")
        with sqlite.reading(path) as connection:
            yield connection

    event.listen(Engine, "before_cursor_execute", on_statement)
    monkeypatch.setattr(first_reads, "reading", noted)
    WATCH.folder, WATCH.seen, WATCH.on = str(tmp_path), [], True
    yield WATCH.seen
    WATCH.on = False
    event.remove(Engine, "before_cursor_execute", on_statement)


class Turns:
    """Counts what is built from turn to turn of the event loop."""

    def __init__(self, monkeypatch):
        self.widgets = self.sheets = self._made = 0
        really = theme._dress_anew

        def counted(widget):
            self._made += 1
            really(widget)

        monkeypatch.setattr(theme, "_dress_anew", counted)

    @property
    def counts(self):
        """The most widgets and the most sheets of one turn."""
        return self.widgets, self.sheets

    def during(self, deed, is_quiet):
        """Do a deed, and turn until all is quiet; the most of one turn is kept."""
        self.widgets = self.sheets = 0
        self._turn(deed)
        quiet = 0
        while quiet < 8:
            self._turn(QApplication.processEvents)
            quiet = quiet + 1 if is_quiet() else 0

    def _turn(self, work):
        before, self._made = len(QApplication.allWidgets()), 0
        work()
        new = len(QApplication.allWidgets()) - before
        self.widgets, self.sheets = max(self.widgets, new), max(self.sheets, self._made)


@pytest.fixture
def turns(monkeypatch, theme):
    for name in ("getOpenFileName", "getOpenFileNames"):  # a new load test begins with its file
        monkeypatch.setattr(QFileDialog, name, lambda *_args: ("", ""))
    return Turns(monkeypatch)


@pytest.fixture
def quiet(desk_context):
    """Return whether a page has all it asked for."""
    return lambda page: page.ready and not desk_context.tasks.busy


def test_every_page_is_built_within_bounds_and_leaves_reading_to_workers(
    turns, desk_context, qtbot, record, reads, quiet
):
    record("Upgrade PostgreSQL", ChangeState.MONITOR)
    kinds = [entry.load() for entry in PAGES]
    del reads[:]
    found = {}
    for kind in kinds:
        made = []

        def open_page(kind=kind, made=made):
            page = kind(desk_context)
            qtbot.addWidget(page)
            page.resize(1240, 872)
            page.show()
            page.reload()
            made.append(page)

        turns.during(open_page, lambda made=made: quiet(made[0]))
        found[kind.id] = turns.counts
        turns.during(made[0].new_record, lambda made=made: quiet(made[0]))
        found[f"{kind.id}, new"] = turns.counts
        made[0].hide()
    assert reads == []
    assert too_much(found) == {}


def test_every_tab_and_part_is_built_within_bounds_and_leaves_reading_to_workers(
    turns, drive, record, reads, quiet
):
    change = record("Upgrade PostgreSQL", ChangeState.REVIEW)
    page = drive(ChangesPage).page
    del reads[:]
    found = {}
    for entry in TABS:
        turns.during(lambda ref=f"{change.id}/{entry.id}": page.open(ref), lambda: quiet(page))
        found[entry.id] = turns.counts
    page.open(f"{change.id}/plan")
    plan = page.detail.stack.currentWidget()
    for place, (name, _makers) in enumerate(PARTS):
        turns.during(lambda place=place: plan.chips.choose(place), lambda: quiet(page))
        found[name] = turns.counts
    assert reads == []
    assert too_much(found) == {}


def test_a_part_of_the_plan_is_built_and_filled_in_turns_of_their_own(drive, record):
    change = record("Upgrade PostgreSQL", ChangeState.ASSESS)
    driver = drive(ChangesPage)
    driver.open(f"{change.id}/plan")
    plan = driver.page.detail.stack.currentWidget()
    plan.chips.choose(RUNBOOK)
    assert plan.stack.currentIndex() == 0, "what was there stays until the other is built"
    assert not plan.ready
    plan.chips.choose(RISK)  # faster than the turns
    driver.settle()
    assert plan.stack.currentIndex() == RISK
    plan.chips.choose(RUNBOOK)
    driver.settle()
    (section,) = plan.part(RUNBOOK)
    assert section.forward.value == change.runbook.phase(Phase.FORWARD)


def test_nothing_inside_of_a_sheet_wears_one_too_and_no_table_or_area_wears_any(drive, record):
    """What is inside wears the sheet as well, so that each would be dressed several times over."""
    change = record("Upgrade PostgreSQL", ChangeState.REVIEW)
    driver = drive(ChangesPage)
    for entry in TABS:
        driver.open(f"{change.id}/{entry.id}")
    dressed = [one for one in driver.page.findChildren(QWidget) if one.styleSheet()]
    assert dressed
    assert [one for one in dressed if isinstance(one, QTableView | QScrollArea)] == []
    inside = [one for one in dressed if any(up.styleSheet() for up in above(one))]
    assert [one for one in inside if not isinstance(one, QScrollBar)] == []


def above(widget):
    """Yield what a widget stands in."""
    while (widget := widget.parentWidget()) is not None:
        yield widget


def too_much(found):
    return {
        place: counts
        for place, counts in found.items()
        if counts[0] > WIDGETS or counts[1] > SHEETS
    }
