"""The SQLite file as the driver alone sees it: make it, check it, read it, say its errors.

A start needs no more than this, so nothing here knows SQLAlchemy, which loads slowly.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from app.errors import AppError, Busy, Conflict, DatabaseDamaged, StoreError
from app.i18n import _
from app.store.disk import OWNER_FILE, in_our_words, no_room

FILE_NAME = "changedesk.db"
BUSY_TIMEOUT_MS = 10_000

_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",
    f"busy_timeout = {BUSY_TIMEOUT_MS}",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)
_MAC_PRAGMAS = ("fullfsync = ON", "checkpoint_fullfsync = ON")


def prepare_file(path: Path, *, wal: bool = True) -> str:
    """Make the database file if needed and set its journal; return the mode it really has.

    WAL is asked for and read back; where it cannot be had, or must not (network folders), a
    rollback journal takes its place.

    Raises:
        StoreError: The file cannot be opened.
        DatabaseDamaged: It is not a database.
    """
    with in_our_words(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_FILE))
        if os.name == "posix":
            path.chmod(OWNER_FILE)
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            (mode,) = connection.execute(
                f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}"
            ).fetchone()
            if wal and mode != "wal":
                (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            return str(mode)
    except sqlite3.Error as error:
        raise as_app_error(error, path) from error


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the file with the settings our promises rest on.

    Nothing begins a transaction by itself: the driver's own guessing is switched off, so that
    ``BEGIN IMMEDIATE`` comes first for writers and schema changes are part of a transaction too.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )
    with ExitStack() as unless_set:
        unless_set.callback(connection.close)
        for pragma in (*_PRAGMAS, *(_MAC_PRAGMAS if sys.platform == "darwin" else ())):
            connection.execute(f"PRAGMA {pragma}")
        unless_set.pop_all()
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Read one consistent state of the file; raises StoreError."""
    try:
        with closing(connect(path, read_only=True)) as connection:
            connection.execute("BEGIN")
            yield connection
    except sqlite3.Error as error:
        raise as_app_error(error, path) from error


def as_app_error(error: sqlite3.Error, path: Path) -> AppError:
    """Turn what SQLite said into words."""
    name: Any = getattr(error, "sqlite_errorname", "")
    match str(name or "").split("_")[1:]:
        case ["FULL", *_]:
            return no_room(path)
        case ["BUSY" | "LOCKED", *_]:
            return Busy(
                _("The database is being written to by somebody else."),
                hint=_("Try again in a moment."),
            )
        case ["CORRUPT" | "NOTADB", *_]:
            return damaged(path, str(error))
        case ["CONSTRAINT", "UNIQUE" | "PRIMARYKEY"]:
            return Conflict(
                _("There is already a record with this id or number."), hint=_("Reload the list.")
            )
        case ["READONLY", *_]:
            return StoreError(
                _("The database {path} can only be read.").format(path=path),
                hint=_("Check the rights of the file and its folder."),
            )
        case ["IOERR", *_]:
            return WriteFailed(
                _("The disk failed while {path} was used: {reason}.").format(
                    path=path, reason=error
                ),
                hint=_("Nothing more is written. Export what you need and check the disk."),
            )
    return StoreError(
        _("The database {path} cannot be used: {reason}.").format(path=path, reason=error)
    )


class WriteFailed(StoreError):
    """The system could not write or sync; what it says after that is not to be believed."""


def damaged(path: Path, reason: str) -> DatabaseDamaged:
    """Return the error for a database that does not hold together."""
    return DatabaseDamaged(
        _("The database {path} is damaged: {reason}.").format(path=path, reason=reason),
        hint=_("It can be put aside and the last good copy restored; nothing is deleted."),
    )


def check_file(path: Path) -> None:
    """Look at every page (``quick_check``); raises DatabaseDamaged."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.Error as error:
        raise as_app_error(error, path) from error
    if found != ["ok"]:
        raise damaged(path, found[0] if found else _("the check gave no answer"))
