"""A database of MariaDB on its way in: asked whether it may, filled beside, compared, looked at."""

from dataclasses import dataclass

from app.domain.backup import SourceKind
from app.domain.restore import Move, MoveHow
from app.errors import AppError, BackupFailed
from app.vault.databases.tally import QUERY, compare
from app.vault.format import ObjectRecord, Table
from app.vault.reading import FeedTo
from app.vault.restoring import mariadb
from app.vault.restoring.choice import Choice
from app.vault.restoring.job import Job
from app.vault.restoring.mariadb_text import IntoNewDatabase


def server_of(job: Job, record: ObjectRecord) -> mariadb.MariaDb:
    """Return the server of a stored database; raises SecretUnavailable."""
    source = record.source
    return mariadb.MariaDb(job.remote, source, job.reader.password_of(source))


@dataclass(frozen=True)
class Sifted:
    """What of a wish this program does itself, and what it leaves to a person, and why."""

    chosen: list[Choice]
    left: dict[str, str]
    """Titles of databases, each with the reason."""


def sift(job: Job, chosen: list[Choice], named: tuple[str, ...]) -> Sifted:
    """Ask the servers of all databases whether they can be put back, before anything is changed.

    Raises:
        BackupFailed: One that was asked for by name cannot, or nothing else is left.
    """
    kept: list[Choice] = []
    left: dict[str, str] = {}
    for one in chosen:
        why = _why_not(job, one) if one.record.stored.kind is SourceKind.MYSQL else ""
        if not why:
            kept.append(one)
        elif one.record.stored.name in named or len(chosen) == 1:
            raise BackupFailed(
                f"{one.record.stored.title} cannot change places with its backup: {why}.",
                hint="Nothing was changed. Mend that, or restore by hand as the plan says.",
                host=job.host_name,
                step="restore",
            )
        else:
            left[one.record.stored.title] = why
    if not kept:
        whys = "; ".join(f"{title}: {why}" for title, why in left.items())
        raise BackupFailed(
            f"Nothing of this can be put back by itself: {whys}.",
            hint="Nothing was changed. Mend that, or restore by hand as the plan says.",
            host=job.host_name,
            step="restore",
        )
    return Sifted(kept, left)


def _why_not(job: Job, one: Choice) -> str:
    try:
        server = server_of(job, one.record)
        facts = server.facts()
    except AppError as error:
        return error.sentence().rstrip(".")
    if facts.triggers and facts.busy:
        return (
            f"{facts.busy} sessions are connected to it, and it has triggers, "
            "which cannot change places with their tables: stop the programs that use it"
        )
    return server.why_not(facts, job.mark)


def side_of(job: Job, one: Choice) -> str:
    """Return the address of the new database."""
    source = one.record.source
    return mariadb.address(source, mariadb.new_name(source.database, job.mark))


def prepare(job: Job, one: Choice, moves: list[Move]) -> str:
    """Fill a new database beside the present one and compare every table; say what was compared.

    Raises:
        BackupFailed: It does not hold what the set says.
        CommandFailed: The server did not take it.
    """
    server, name = server_of(job, one.record), one.record.source.database
    new = mariadb.new_name(name, job.mark)
    events = b""

    def feed(write: mariadb.Write) -> None:
        nonlocal events
        sink = IntoNewDatabase(name, new, write)
        job.reader.stored(one.record, FeedTo(sink.feed))
        sink.finish()
        events = sink.events

    compared = _compared(job, one, server.fill(new, feed).tables)
    code = server.save(new, events).one("code").split()
    kept = mariadb.kept_name(name, job.mark)
    moves.append(Move(MoveHow.TABLES, mariadb.address(one.record.source, new), name, kept))
    views, triggers, routines = code if len(code) == 3 else ("0", "0", "0")
    events_n = events.count(b" EVENT `")
    return (
        f"{one.record.stored.title}: {compared}; taken by the server: {views} views, "
        f"{triggers} triggers, {routines} routines; {events_n} events follow with the swap"
    )


def _compared(job: Job, one: Choice, found: tuple[Table, ...] | None) -> str:
    wanted = one.record.tables
    if found is None:
        raise _refused(job, one, "the server did not say what the new database holds")
    if wanted is None:
        members = one.record.stored.members
        if members and members != len(found):
            raise _refused(job, one, f"{len(found)} tables of {members} were made")
        return f"{len(found)} tables made, their rows are not known of the source"
    found_names = [table for table in wanted if table.name != QUERY]
    compared = compare(found_names, found)
    if compared.differing:
        raise _refused(job, one, compared.complaint)
    return compared.detail


def _refused(job: Job, one: Choice, why: str) -> BackupFailed:
    return BackupFailed(
        f"{one.record.stored.title} was filled beside the original, but {why}.",
        hint="The original was not touched.",
        host=job.host_name,
        step="restore",
    )
