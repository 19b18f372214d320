"""The form of one thing to capture: files, or a database with the way into it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.domain.backup import BackupSource, SourceKind
from app.domain.ids import HostId
from app.errors import AppError, InvalidInput
from app.i18n import _
from app.services.backup.backup_sources import (
    CAN_READ_AS_ROOT,
    CAN_SPOOL,
    HAS_QUERY,
    NEEDS_NAME,
    NOT_PROVEN,
    check_database_source,
)
from ui.models.backups import SOURCES
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import host_options
from ui.pages.changes.records import RecordForm
from ui.pages.changes.saving import refuse
from ui.pages.changes.words import choices
from ui.tasks import Task
from ui.widgets.buttons import Button
from ui.widgets.fields import ChoiceField, FlagField, LineField, TextField
from ui.widgets.labels import Label
from ui.widgets.layout import column, row

KeepPassword = Callable[[BackupSource, str], Task]
"""Puts a password into the keyring; the task ends when it is there."""
STREAMED, SPOOLED = "stream", "spool"
_HAS_NAME = (*NEEDS_NAME, SourceKind.MONGODB, SourceKind.EXTERNAL)


class SourceForm(RecordForm):
    """One thing to capture; ``keep`` puts a typed password into the keyring."""

    def __init__(self, keep: KeepPassword) -> None:
        super().__init__()
        self._keep = keep
        self._record = BackupSource(SourceKind.FILES, HostId(""))
        self.kind = ChoiceField(_("What"), choices(SOURCES))
        self.host = ChoiceField(_("Host"))
        self.paths = TextField(_("Paths, one on each line"), lines=3)
        self.exclude = TextField(_("Leave out, one on each line"), lines=3)
        self.way = ChoiceField(
            _("Way"),
            [
                (STREAMED, _("Streamed: needs no room on the host")),
                (SPOOLED, _("By the host's disk: goes on after a cut link")),
            ],
        )
        self.database = LineField(_("Database"))
        self.server = LineField(
            _("Server"), _("Empty: the usual one of the host. Else name:port, or a socket's path.")
        )
        self.login = LineField(_("Account"), _("Empty: the host's own way in, without a password."))
        self.query = LineField(
            _("Query of the restore drill"),
            _("One SELECT that must be answered after a restore as it was at the source."),
            placeholder="SELECT count(*) FROM orders",
        )
        self.as_root = FlagField(
            _("Rights"),
            _("Read as root through sudo"),
            _("By a program the server's people install, or with a password: see Hosts."),
        )
        for name in ("kind", "host", "paths", "exclude", "way", "as_root", "server", "login"):
            self.add(name, getattr(self, name))
        self.add("database", self.database, wide=True)
        self.add("query", self.query, wide=True)
        self.password = LineField(
            _("Password of the account"),
            _("Goes to the keyring of this computer only, never into the plan or the log."),
            secret=True,
        )
        self.keep_password = Button(_("Keep password"))
        self.keep_password.clicked.connect(self._on_keep)
        self.kept = Label(tone="ink2")
        self._secret = QWidget()
        below = row(self.keep_password, self.kept, None)
        self._secret.setLayout(column(self.password, below, gap=8))
        self.not_proven = Label(
            _("Not proven: nobody has tried this kind with a real server yet. It is captured and "
              "read to its end; it is neither compared with its source nor restored in drills."),
            tone="watch", wrap=True,
        )  # fmt: skip
        self._add_below()
        self.kind.edited.connect(self._follow_kind)

    def prepare(self, view: ChangeView) -> None:
        """Offer the hosts."""
        self.host.set_options([("", _("choose a host")), *host_options(view)])

    def fill(self, record: BackupSource) -> None:
        """Show a source."""
        self._record = record
        self.kind.set_value(record.kind.value)
        self.host.set_value(str(record.host))
        self.paths.set_value("\n".join(record.paths))
        self.exclude.set_value("\n".join(record.exclude))
        self.way.set_value(SPOOLED if record.spool else STREAMED)
        self.as_root.set_value(record.as_root)
        for name in ("database", "server", "login", "query"):
            getattr(self, name).set_value(getattr(record, name))
        self.password.set_value("")
        self.password.set_error("")
        self.kept.setText("")
        self._follow_kind()

    def read(self, record: BackupSource) -> BackupSource:
        """Return the source as typed."""
        kind = SourceKind(self.kind.value)
        if not self.host.value:
            raise refuse(self.host, InvalidInput(_("Choose the host.")))
        host = HostId(self.host.value)
        if kind is SourceKind.FILES:
            self._record = replace(self._files(record), host=host)
        else:
            self._record = self._database(BackupSource(kind, host))
        return self._record

    def _files(self, record: BackupSource) -> BackupSource:
        paths, exclude = _lines(self.paths.value), _lines(self.exclude.value)
        if not paths or any(not path.startswith("/") for path in paths):
            text = _("Paths begin with “/”, one on each line.")
            raise refuse(self.paths, InvalidInput(text))
        return BackupSource(
            SourceKind.FILES, record.host, paths, exclude,
            spool=self._spool, as_root=self.as_root.value,
        )  # fmt: skip

    @property
    def _spool(self) -> bool:
        return self.way.value == SPOOLED

    def _database(self, empty: BackupSource) -> BackupSource:
        kind = empty.kind
        found = replace(
            empty,
            database=self.database.value if kind in _HAS_NAME else "",
            server=self.server.value if kind.is_server else "",
            login=self.login.value if kind.is_server else "",
            query=self.query.value if kind in HAS_QUERY else "",
            spool=self._spool and kind in CAN_SPOOL,
            as_root=self.as_root.value and kind in CAN_READ_AS_ROOT,
        )
        for field, part in (
            (self.database, replace(found, server="", login="", query="")),
            (self.server, replace(found, login="", query="")),
            (self.login, replace(found, query="")),
            (self.query, found),
        ):
            try:
                check_database_source(part)
            except InvalidInput as error:
                raise refuse(field, error) from error
        return found

    def _add_below(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.not_proven)
            layout.addWidget(self._secret)

    @Slot()
    def _on_keep(self) -> None:
        password = self.password.line.text()  # spaces may belong to it
        if not password:
            self.password.set_error(_("Type the password first."))
            return
        try:
            source = self.read(self._record)
        except InvalidInput:
            return  # the field at fault says it
        task = self._keep(source, password)
        task.succeeded.connect(self._on_kept)
        task.failed.connect(self._on_not_kept)

    @Slot(object)
    def _on_kept(self, _result: object) -> None:
        self.password.set_value("")
        self.password.set_error("")
        self.kept.setText(_("Kept in the keyring"))

    @Slot(object)
    def _on_not_kept(self, error: Exception) -> None:
        self.password.set_error(error.sentence() if isinstance(error, AppError) else str(error))

    @Slot()
    def _follow_kind(self) -> None:
        kind = SourceKind(self.kind.value)
        is_files = kind is SourceKind.FILES
        self.paths.setVisible(is_files)
        self.exclude.setVisible(is_files)
        self.way.setVisible(kind in CAN_SPOOL)
        self.as_root.setVisible(kind in CAN_READ_AS_ROOT)
        self.database.setVisible(kind in _HAS_NAME)
        for part in (self.server, self.login, self._secret):
            part.setVisible(kind.is_server)
        self.query.setVisible(kind in HAS_QUERY)
        self.not_proven.setVisible(kind in NOT_PROVEN)
        elsewhere = kind is SourceKind.EXTERNAL
        self.database.set_label(_("What it backs up") if elsewhere else _("Database"))
        hints = {
            SourceKind.SQLITE: "/srv/shop/orders.sqlite3",
            SourceKind.EXTERNAL: _("The whole machine, job “SQL nightly”"),
        }
        self.database.line.setPlaceholderText(hints.get(kind, "orders"))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
