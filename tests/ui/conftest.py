"""The window's parts for tests: one theme, tools, and a desktop over stand-in services."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtWidgets import QWidget

from app.domain.filter import Asker
from app.secrets import SessionSecrets
from app.services.search.finding import FoundPage
from tests.ui.desktops import take_down
from ui.actions import Actions
from ui.application import Desktop, Start
from ui.changed import Changed, Topic
from ui.context import Tools, UiContext
from ui.messages import Messages
from ui.navigation import Navigation
from ui.pages import PageEntry
from ui.tasks import TaskRunner
from ui.theme import Mode, Theme
from ui.widgets.labels import Label
from ui.widgets.page import Page

NOW = datetime(2026, 11, 15, 0, 33, 20, tzinfo=UTC)


@pytest.fixture
def theme(qapp) -> Iterator[Theme]:
    made = Theme(qapp, Mode.LIGHT)
    yield made
    made.set_mode(Mode.LIGHT)
    made.setParent(None)


@pytest.fixture
def shown(qtbot, theme) -> Callable[[QWidget], QWidget]:
    """Show a widget of the kit, and return it."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show


@pytest.fixture
def tasks(qapp) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def context(qapp, theme, tasks, tmp_path) -> UiContext:
    tools = Tools(tasks, Messages(), Changed(), Navigation(), Actions(), theme)
    return tools.with_services(stand_in(tmp_path))


@dataclass
class Queries:
    """Answers the shell's few questions."""

    found: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def log_head(self) -> str:
        return "7f3ac21e" + "0" * 56

    def page(self, query, *, after=None, limit=100):
        self.asked.append(query.wanted.text)
        return FoundPage(tuple(self.found), None)


def stand_in(folder: Path) -> SimpleNamespace:
    """Return what the shell needs of the services."""
    queries = Queries()
    return SimpleNamespace(
        actor="Nomsa Khumalo",
        clock=SimpleNamespace(now=lambda: NOW),
        first=queries,
        queries=queries,
        finder=queries,
        asker=Asker(NOW, "Nomsa Khumalo"),
        data=folder,
        presence=SimpleNamespace(beat=lambda _now: None),
        example=False,
        settings=SimpleNamespace(zone="Africa/Johannesburg", vault_path="", lock_after_min=0.0),
        secrets=SessionSecrets(),
        forget_held=lambda: None,
        warnings=(),
        recovered=(),
        catch_up=lambda: (),
        close=lambda: None,
    )


class Plain(Page):
    """A page that counts what the shell asks of it."""

    title = "Plain"
    topics = Topic.CHANGES

    def __init__(self, context, parent=None):
        super().__init__(context, parent)
        self.calls: list[str] = []
        self.body.addWidget(Label("Body"))

    def reload(self):
        self.calls.append("reload")

    def open(self, ref):
        self.calls.append(f"open {ref}")

    def focus_search(self):
        self.calls.append("search")


class Other(Plain):
    title = "Other"
    topics = Topic.HOSTS

    def new_record(self):
        self.calls.append("new")
        return True

    def escape(self):
        self.calls.append("escape")
        return False


PAGES = (
    PageEntry("plain", "Plain", "home", 0, "tests_ui_pages", "Plain"),
    PageEntry("changes", "Other", "server", 1, "tests_ui_pages", "Other"),
)


@pytest.fixture
def desktop(qapp, tmp_path, monkeypatch, qtbot) -> Iterator[Callable[..., Desktop]]:
    """Return a maker of desktops; the services it opens may be replaced."""
    module = ModuleType("tests_ui_pages")
    module.Plain, module.Other = Plain, Other
    monkeypatch.setitem(sys.modules, "tests_ui_pages", module)
    made: list[Desktop] = []

    def make(open_services=None, **changes) -> Desktop:
        services = stand_in(tmp_path)
        start = Start(tmp_path, open_services or (lambda _context: services), PAGES)
        one = Desktop(qapp, replace(start, **changes))
        made.append(one)
        one.run()
        return one

    yield make
    take_down(qapp, made)
