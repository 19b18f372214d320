"""Open the store of a data folder: lock, check, copy, upgrade, and hand out what services use."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from app.domain.event import ChainReport, NewEvent
from app.errors import DiskFull, StoreError
from app.i18n import _, later
from app.once import Once
from app.paths import private_dir
from app.services.ports.world import Clock
from app.settings import Settings
from app.store import upgrade
from app.store.anchors import AnchorDamaged, Anchors, OpenSigner, unsigned
from app.store.first_reads import FirstReads
from app.store.lock import InstanceLock, acquire
from app.store.place import Place, place_of
from app.store.sqlite import FILE_NAME, check_file, prepare_file
from app.store.verify import log_size, verify_log

if TYPE_CHECKING:
    from app.store.beside import Beside
    from app.store.calendar_reads import SqlCalendar
    from app.store.files import StoredFiles
    from app.store.finder import SqlFinder
    from app.store.kpi_reads import SqlKpiReads
    from app.store.precedents import SqlPrecedents
    from app.store.queries import SqlQueries
    from app.store.series import StoredSeries
    from app.store.sql import Sql
    from app.store.transcripts import StoredTranscripts
    from app.store.unit_of_work import Ledger, OnCommit, SqlUnitOfWork

ALWAYS_CHECKED_BYTES = 32 << 20
"""Up to this size every start looks at all pages; larger files only after a crash, because one
gigabyte takes seconds. Their daily copy is checked in any case."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """Everything that is kept on this workstation; safe to use from several threads.

    What loads slowly is opened when it is first asked for.
    """

    data: Path
    first: FirstReads
    anchors: Anchors
    warnings: tuple[str, ...]
    """What the user should know about where the data lies."""
    lock: InstanceLock | None
    clock: Clock
    sql: "Once[Sql]"
    beside: "Once[Beside]"

    @property
    def files(self) -> "StoredFiles":
        """Evidence files."""
        return self.beside().files

    @property
    def transcripts(self) -> "StoredTranscripts":
        """What steps have said."""
        return self.beside().transcripts

    @property
    def series(self) -> "StoredSeries":
        """Frozen samples."""
        return self.beside().series

    @property
    def ledger(self) -> "Ledger":
        """What all units of work share."""
        return self.sql().ledger

    @property
    def queries(self) -> "SqlQueries":
        """Reads for screens."""
        return self.sql().queries

    @property
    def calendar(self) -> "SqlCalendar":
        """What the calendar reads."""
        return self.sql().calendar

    @property
    def finder(self) -> "SqlFinder":
        """Lists of changes of any length."""
        return self.sql().finder

    @property
    def precedents(self) -> "SqlPrecedents":
        """Earlier changes like one that is being written."""
        return self.sql().precedents

    @property
    def kpis(self) -> "SqlKpiReads":
        """What key figures are counted from."""
        return self.sql().kpis

    def unit_of_work(self) -> "SqlUnitOfWork":
        """Return an unused unit of work."""
        return self.unit_of_work_of("")

    def unit_of_work_of(self, actor: str) -> "SqlUnitOfWork":
        """Return an unused unit of work in which somebody else acts; "" is who opened the store."""
        from app.store.unit_of_work import SqlUnitOfWork  # noqa: PLC0415 - it loads SQLAlchemy

        return SqlUnitOfWork(replace(self.ledger, actor=actor) if actor else self.ledger)

    def load_settings(self) -> Settings:
        """Return the settings as they stand."""
        return self.first.settings()

    def save_settings(self, settings: Settings) -> None:
        """Keep settings, logged with each old and new value; raises InvalidInput."""
        with self.unit_of_work() as uow:
            if altered := uow.settings.save(settings):
                uow.log.append(NewEvent("settings.changed", _("Changed settings"), data=altered))
                uow.commit()
                self.first.settings(anew=True)

    def index_transcripts(self, stop: Event | None = None) -> int:
        """Make transcripts findable that are not yet; return of how many changes."""
        from app.store.transcript_index import index_transcripts  # noqa: PLC0415 - it loads SQLAlchemy

        return index_transcripts(self.ledger, self.files.path, stop)

    def verify(self) -> ChainReport:
        """Check every entry of the log, then hold its end against the anchors."""
        return verify_log(self.data / FILE_NAME, self.anchors)

    def copy_if_due(self) -> tuple[str, ...]:
        """Take the copy of the day; a failure is told, but keeps nobody from working."""
        from app.store import copies  # noqa: PLC0415 - behind the first picture

        try:
            copies.copy_if_due(self.data / FILE_NAME, self.clock.now())
        except (DiskFull, StoreError) as error:
            _log.warning("No daily copy: %s", error.sentence())
            return (error.sentence(),)
        return ()

    def close(self) -> None:
        """Anchor the log, let go of everything, and leave word that this was a proper end."""
        clean, sql, beside = False, self.sql.made, self.beside.made
        try:
            if beside is not None:
                beside.transcripts.close()
            if self.lock is not None:
                self.anchors.seal(self.first.head())
            clean = sql is None or not sql.ledger.gate.stopped
        finally:
            if sql is not None:
                sql.ledger.engine.dispose()
            if self.lock is not None:
                self.lock.release(clean=clean)


def _nobody(tables: frozenset[str], actor: str) -> None:
    """Tell nobody about a commit."""


def open_store(
    data: Path,
    *,
    clock: Clock,
    actor: str,
    read_only: bool = False,
    open_signer: OpenSigner = unsigned,
    on_commit: "OnCommit" = _nobody,
) -> Store:
    """Open the store of a data folder, made and upgraded if needed.

    Args:
        data: The folder that holds everything.
        clock: Gives the time of log entries.
        actor: Who the log says did it.
        read_only: Look beside a running program; nothing is made, upgraded or locked.
        open_signer: Gives what signs the anchors of the log.
        on_commit: Told after each commit which tables were written, and by whom.

    Raises:
        Busy: Another program has this folder open.
        SchemaTooNew: A later version of the program has written the database.
        DatabaseDamaged: It does not hold together; see `app.store.recovery`.
        DiskFull: There is no room for a copy or an upgrade.
        StoreError: It cannot be used for another reason.
    """
    lock = None if read_only else acquire(private_dir(data), clock.now())
    try:
        database = data / FILE_NAME
        warnings = _look(database) if read_only else _prepare(database, clock, lock)
        anchors = Anchors(data, clock, open_signer)
        warnings += _lost_entries(database, anchors)
    except BaseException:
        if lock is not None:
            lock.release(clean=not lock.after_crash)
        raise

    def open_sql() -> "Sql":
        from app.store import sql  # noqa: PLC0415 - SQLAlchemy loads slowly, a start does without

        return sql.open_sql(
            database, anchors, clock, actor, read_only=read_only, on_commit=on_commit
        )

    def open_beside() -> "Beside":
        from app.store import beside  # noqa: PLC0415 - see above

        return beside.open_beside(data)

    return Store(
        data=data,
        first=FirstReads(database),
        anchors=anchors,
        warnings=warnings,
        lock=lock,
        clock=clock,
        sql=Once(open_sql),
        beside=Once(open_beside),
    )


def _look(database: Path) -> tuple[str, ...]:
    """Make sure that a database can be read as it is."""
    if not database.is_file():
        raise StoreError(
            _("There is no database in {folder}.").format(folder=database.parent),
            hint=_("Open the program once, or name the right folder with --data."),
        )
    revision = upgrade.current_revision(database)
    upgrade.refuse_newer(database, revision)
    if revision != upgrade.HEAD:
        raise StoreError(
            _("The database {path} has to be upgraded first.").format(path=database),
            hint=_("Open the program once."),
        )
    return ()


def _prepare(database: Path, clock: Clock, lock: InstanceLock | None) -> tuple[str, ...]:
    """Make, check, copy and upgrade the file; return what to warn of."""
    place = place_of(database.parent)
    prepare_file(database, wal=place is not Place.NETWORK)
    after_crash = lock is not None and lock.after_crash
    if after_crash or database.stat().st_size <= ALWAYS_CHECKED_BYTES:
        check_file(database)
    revision = upgrade.current_revision(database)
    upgrade.refuse_newer(database, revision)
    warnings = [_PLACES[place]] if place in _PLACES else []
    if revision != upgrade.HEAD:
        if revision is not None:
            from app.store import copies  # noqa: PLC0415 - seldom at a start

            copies.copy_before_upgrade(database, revision, clock.now())
        upgrade.upgrade_database(database)
    return tuple(_(text) for text in warnings)


def _lost_entries(database: Path, anchors: Anchors) -> tuple[str, ...]:
    """Say when the log ends before its newest anchor: a journal file was lost, or the end cut."""
    try:
        known = max((anchor.size for anchor in anchors.read()), default=0)
    except AnchorDamaged as error:
        return (str(error),)
    have = log_size(database)
    if have >= known:
        return ()
    return (
        _("The change log had {known} entries and now has {have}: the last ones are lost.").format(
            known=known, have=have
        ),
    )


_PLACES = {
    Place.NETWORK: later(
        "The data folder lies on a network drive: a broken link can damage the database."
        " Choose a folder on this computer."
    ),
    Place.SYNCED: later(
        "The data folder is synced by another program, which can damage the database."
        " Choose a folder that is not synced."
    ),
}
