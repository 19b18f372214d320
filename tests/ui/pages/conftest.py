"""Pages over the real services of an empty data folder, with a clock that is set by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.bootstrap import Surroundings, open_services
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, new_id
from app.secrets import SessionSecrets
from app.services.change import changes
from tests.examples import identified, planned
from tests.fakes import SetClock
from ui.actions import Actions
from ui.changed import Changed
from ui.context import Tools
from ui.messages import Messages
from ui.navigation import Navigation

DB = Host(HostId("db-01"), "db-01", "127.0.0.1", zone="Europe/Berlin")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def data(new_data):
    """Where the services keep their data."""
    return new_data


@pytest.fixture
def services(data, clock):
    around = Surroundings(clock=clock, actor="Nomsa", secrets=SessionSecrets())
    opened = open_services(data, around)
    with opened.new_uow() as uow:
        uow.hosts.add(DB)
        uow.log.append(NewEvent("host.added", "Added db-01"))
        uow.commit()
    yield opened
    opened.close()


@pytest.fixture
def desk_context(qapp, theme, tasks, services):
    """What a page is given; its services are the real ones."""
    tools = Tools(tasks, Messages(), Changed(), Navigation(), Actions(), theme)
    yield tools.with_services(services)
    tasks.shutdown()  # first: the store cannot close a connection that somebody still reads from


class Driver:
    """Uses a page as a person does, and waits until it has answered."""

    def __init__(self, page, qtbot, context) -> None:
        self.page, self.bot, self.context = page, qtbot, context

    def settle(self) -> None:
        self.bot.until_quiet(lambda: self.page.ready and not self.context.tasks.busy)

    def open(self, ref: str) -> None:
        self.page.open(ref)
        self.settle()

    def click(self, button) -> None:
        assert button.isEnabled(), f"{button.text()} is blocked: {button.reason}"
        self.bot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def type(self, field, text: str) -> None:
        editor = getattr(field, "line", None) or field.text
        editor.setFocus()
        editor.selectAll()
        self.bot.keyClick(editor, Qt.Key.Key_Delete)
        self.bot.keyClicks(editor, text)

    def type_moment(self, field, text: str) -> None:
        field.edit.setFocus()
        field.edit.selectAll()
        self.bot.keyClicks(field.edit, text)

    def choose(self, field, value: str) -> None:
        place = field.combo.findData(value)
        assert place >= 0, f"{field.label} does not offer {value}"
        field.combo.setCurrentIndex(place)
        field.combo.activated.emit(place)

    def tick(self, field, *values: str) -> None:
        """Tick boxes of a pick field by value, or a flag."""
        boxes = [field.box] if hasattr(field, "box") else [field._boxes[v] for v in values]
        for box in boxes:
            box.click()


@pytest.fixture
def drive(qtbot, desk_context) -> Iterator[Callable[..., Driver]]:
    """Return a maker of drivers: it shows a page and waits for its data."""
    made = []

    def make(kind, before=lambda _page: None) -> Driver:
        page = kind(desk_context)
        qtbot.addWidget(page)
        page.resize(1240, 872)
        page.show()
        driver = Driver(page, qtbot, desk_context)
        before(page)
        page.reload()
        driver.settle()
        made.append(page)
        return driver

    yield make
    for page in made:
        page.hide()


@pytest.fixture
def record(services):
    """Return a maker of changes: as far as wanted, by the examples of the services' tests."""

    def make(title="Upgrade PostgreSQL", state=ChangeState.DRAFT, *edits):
        desk = services.desk
        change = changes.open_change(title, desk=desk)
        if state is not ChangeState.DRAFT:
            changes.edit_change(change.id, identified, desk=desk)
            changes.edit_change(change.id, planned, desk=desk)
        for edit in edits:
            changes.edit_change(change.id, edit, desk=desk)
        if state is not ChangeState.DRAFT:
            with services.new_uow() as uow:
                changes.moved(uow.changes.get(change.id), state, uow, desk=desk)
                uow.commit()
        return read(services, change.id)

    return make


def read(services, change_id):
    """Return a change as it is kept."""
    with services.new_uow() as uow:
        return uow.changes.get(change_id)


def with_fields(**fields):
    """Return an edit that sets fields."""
    return lambda change: replace(change, **fields)


@pytest.fixture
def many(services):
    """Return a maker of many changes in one commit."""

    def make(count, **fields):
        with services.new_uow() as uow:
            for _n in range(count):
                number = uow.changes.next_number()
                change = Change(ChangeId(new_id()), number, f"Renew {number[-4:]}")
                uow.changes.add(replace(change, coordinator="Nomsa", **fields))
            uow.log.append(NewEvent("test.added", "Added"))
            uow.commit()

    return make
