"""Connections to other systems: their address, and a token that goes into the keyring."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.connection import Connection
from app.domain.ids import ConnectionId
from app.errors import InvalidInput
from app.i18n import _
from ui.cells import Badge, Cell, Column, Mark
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import connections
from ui.pages.settings.groups import Group
from ui.tasks import Latest, Task
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.fields import LineField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext


class Connections(Group):
    """The list, and the form of one connection."""

    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__(
            _("Connections"),
            _("Systems that keep metrics. A measure of a change can be a query to one of them."),
        )
        self._context = context
        self._shown: Connection | None = None
        self.add_one = Button(_("Add a Prometheus"), icon="plus", tall=Tall.COMPACT)
        self.table = Table(RowsModel(_COLUMNS), rows=Rows.COMPACT)
        self.table.setAccessibleName(_("Connections"))
        self._card: QWidget | None = None
        self.add(row(self.add_one, None), self.table)
        self.table.hide()
        self._rows = Latest(context.tasks, self)
        self._connect()

    def _connect(self) -> None:
        self.add_one.clicked.connect(self._on_add)
        self.table.picked.connect(self._on_picked)
        self._rows.loaded.connect(self._show)
        self._rows.failed.connect(self.failed)

    def _form(self) -> QWidget:
        """Return the form; built when a connection is first looked at."""
        if self._card is not None:
            return self._card
        self.name = LineField(_("Name"), placeholder=_("Monitoring"))
        self.url = LineField(_("Address"), placeholder="https://prometheus.example.org")
        self.token = LineField(
            _("Token"), _("Goes into the keyring; empty leaves what is there."), secret=True
        )
        self.ca_file = LineField(
            _("Certificate file"), _("Of an authority that this system does not know.")
        )
        self.state = Label("", tone="ink2", wrap=True)
        self.keep, self.close_form = Button(_("Keep"), Kind.PRIMARY), Button(_("Not now"))
        self.check, self.retire = Button(_("Try it")), Button(_("Retire"), Kind.DANGER)
        form = Form(2)
        for name in ("name", "url", "token", "ca_file"):
            form.add(name, getattr(self, name))
        self.heading = Label(weight=BOLD)
        buttons = row(self.retire, self.check, None, self.close_form, self.keep)
        self._card = card(
            column(self.heading, form, self.state, buttons, gap=12, margins=(16, 12, 16, 16))
        )
        self.keep.clicked.connect(self._on_keep)
        self.close_form.clicked.connect(self._on_close)
        self.check.clicked.connect(self._on_check)
        self.retire.clicked.connect(self._on_retire)
        self.add(self._card)
        return self._card

    @property
    def ready(self) -> bool:
        """Whether everything asked for is shown."""
        return not self._rows.busy

    def reload(self) -> None:
        """Read the list again."""
        self._rows.start(partial(connections.load_connections, self._context.services))

    @Slot(object)
    def _show(self, rows: tuple[Connection, ...]) -> None:
        self.table.set_rows(rows)
        self.table.fit_height()
        self.table.setVisible(bool(rows))

    @Slot()
    def _on_add(self) -> None:
        self._open(Connection(ConnectionId(""), "", ""))

    @Slot(object)
    def _on_picked(self, picked: Connection | None) -> None:
        if picked is not None:
            self._open(picked)

    def _open(self, connection: Connection) -> None:
        self._shown = connection
        form = self._form()
        self.heading.setText(connection.name or _("New connection"))
        self.name.set_value(connection.name)
        self.url.set_value(connection.url)
        self.ca_file.set_value(connection.ca_file)
        self.token.set_value("")
        kept = _("A token is in the keyring.") if connection.has_token else _("No token is kept.")
        self.state.setText(_("It is retired.") if connection.retired else kept)
        for button in (self.check, self.retire):
            button.setVisible(bool(connection.id) and not connection.retired)
        self.check.block("")
        form.show()
        self.name.setFocus()

    @Slot()
    def _on_close(self) -> None:
        self._shown = None
        self.token.set_value("")
        self._form().hide()
        self.table.clearSelection()
        self.add_one.setFocus()

    @Slot()
    def _on_keep(self) -> None:
        if self._shown is not None:
            typed = replace(
                self._shown, name=self.name.value, url=self.url.value,
                ca_file=self.ca_file.value, retired=False,
            )  # fmt: skip
            self._follow(connections.save(self._context, typed, self.token.value))

    @Slot()
    def _on_retire(self) -> None:
        if self._shown is not None:
            self._follow(connections.retire(self._context, self._shown.id))

    @Slot()
    def _on_check(self) -> None:
        if self._shown is not None:
            self.check.block(_("It is being asked."))
            task = connections.check(self._context, self._shown)
            task.succeeded.connect(self._on_answered)
            task.failed.connect(self._on_silent)

    @Slot(object)
    def _on_answered(self, what: str) -> None:
        self.check.block("")
        self.state.setText(_("{what} answers there.").format(what=what))

    @Slot(object)
    def _on_silent(self, error: BaseException) -> None:
        self.check.block("")
        self.failed.emit(error)

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._on_kept)
        task.failed.connect(self._on_refused)

    @Slot(object)
    def _on_refused(self, error: BaseException) -> None:
        if isinstance(error, InvalidInput):
            self.state.setText(" ".join(filter(None, (error.text, error.hint))))
        else:
            self.failed.emit(error)

    @Slot(object)
    def _on_kept(self, _connection: Connection) -> None:
        self._on_close()
        self._context.changed.announce(Topic.SETTINGS, self)
        self.reload()


def _state_cell(one: Connection) -> Cell:
    if one.retired:
        return Cell((Badge(Mark.STOPPED, _("retired")),))
    if one.has_token:
        return Cell((Badge(Mark.LOCKED, _("with a token")),))
    return Cell((Badge(Mark.DONE, _("without a token")),))


_COLUMNS = (
    Column[Connection](_("Name"), lambda one: one.name, width=170),
    Column[Connection](_("Address"), lambda one: one.url, tone="ink2"),
    Column[Connection]("", lambda one: "", cell=_state_cell, width=150),
)
