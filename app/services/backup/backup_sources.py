"""What can be backed up on a host: whether a source of the plan makes sense, and its password."""

import re

from app.domain.backup import BackupSource, SourceKind
from app.domain.event import NewEvent
from app.domain.functional import Engine, FunctionalProbe, ProbeKind
from app.errors import InvalidInput
from app.i18n import _
from app.services.change.changes import Desk
from app.services.ports.world import Secrets
from app.services.test_case.functional_remote import require_query

NEEDS_NAME = (SourceKind.SQLITE, SourceKind.POSTGRESQL, SourceKind.MYSQL)
"""Kinds that are captured one database at a time."""
CAN_SPOOL = (SourceKind.FILES, SourceKind.SQLITE)
"""Kinds whose size the host knows beforehand, and that need no password on its disk."""
CAN_READ_AS_ROOT = CAN_SPOOL
"""Kinds that are files of the host; a database server has accounts of its own."""
HAS_QUERY = NEEDS_NAME
"""Kinds whose restored database can be asked a query."""
NOT_PROVEN = (SourceKind.MONGODB,)
"""Kinds that nobody has tried with a real server yet; a set that holds one stays at L2."""

_ENGINES = {
    SourceKind.SQLITE: Engine.SQLITE,
    SourceKind.POSTGRESQL: Engine.POSTGRESQL,
    SourceKind.MYSQL: Engine.MYSQL,
}
_NAME = re.compile(r"[A-Za-z0-9_.@:][A-Za-z0-9_.@:-]{0,127}")
_SOCKET = re.compile(r"/[A-Za-z0-9_.@:/-]{1,200}")
_ADDRESS = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


def check_database_source(source: BackupSource) -> BackupSource:
    """Return the source of a database when it can be captured.

    Raises:
        InvalidInput: A name could be mistaken for something else, or the query does not only read.
    """
    if source.kind in NEEDS_NAME and not source.database:
        raise InvalidInput(_("Name the database."))
    if source.kind is SourceKind.EXTERNAL and not source.database.strip():
        raise InvalidInput(_("Say what the other system backs up, such as the name of its job."))
    if source.kind is SourceKind.REDIS and source.database:
        raise InvalidInput(_("Redis is captured as a whole; leave the database empty."))
    if source.kind.is_server:
        _check_names(source)
    if source.query:
        _check_query(source)
    return source


def _check_names(source: BackupSource) -> None:
    if source.database and not _NAME.fullmatch(source.database):
        text = _("“{name}” is not the name of a database.")
        raise InvalidInput(text.format(name=source.database))
    if source.login and not _NAME.fullmatch(source.login):
        raise InvalidInput(_("“{name}” is not the name of an account.").format(name=source.login))
    server = source.server
    if server and not (_SOCKET.fullmatch(server) or _ADDRESS.fullmatch(server)):
        raise InvalidInput(
            _("“{server}” is no address of a database server.").format(server=server),
            hint=_("Use name:port, or the path of a socket; leave it empty for the usual one."),
        )


def _check_query(source: BackupSource) -> None:
    engine = _ENGINES.get(source.kind)
    if engine is None:
        raise InvalidInput(_("{what} cannot be asked a query.").format(what=source.title))
    require_query(
        FunctionalProbe(ProbeKind.SQL, source.query, engine=engine, database=source.database)
    )
    one_line = "\n" not in source.query and "\r" not in source.query
    quotes = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", "", source.query)
    if not one_line or "'" in quotes or '"' in quotes:
        raise InvalidInput(_("The query of a restore drill is one line, its quotes closed."))
    if not re.match(r"(?i)\s*(?:select|with|values)\b", source.query):
        raise InvalidInput(_("The query of a restore drill begins with SELECT."))


def keep_database_password(
    source: BackupSource, password: str, *, secrets: Secrets, desk: Desk
) -> None:
    """Keep the password of a database's account in the keyring, and log that it was set.

    Raises:
        InvalidInput: It is more than one line.
        SecretUnavailable: The keyring is locked or missing.
    """
    if not password or re.search(r"[\n\r\0]", password):
        raise InvalidInput(_("A password of a database is one line."))
    secrets.set(source.secret, password)
    with desk.new_uow() as uow:
        text = _("Kept the password for {what} in the keyring").format(what=source.title)
        uow.log.append(NewEvent("backup.secret_kept", text, refs=(source.host,)))
        uow.commit()
