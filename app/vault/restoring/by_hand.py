"""The steps for databases that a person puts back: what to run, and what to keep first."""

from collections.abc import Iterator
from shlex import quote

from app.domain.backup import SourceKind
from app.domain.restore import PlanStep
from app.vault.databases.logins import Server
from app.vault.databases.producing import redis_options
from app.vault.format import ObjectRecord


def steps_by_hand(record: ObjectRecord, opened: str, mark: str) -> Iterator[list[PlanStep]]:
    """Give the steps that keep what is there and check the dump, then those that restore it.

    Args:
        record: A database object.
        opened: The command that prints what is stored, in plain.
        mark: What a person replaces by letters of their own.
    """
    source, name = record.source, record.stored.title
    size, took = record.stored.plain_bytes, record.duration_s
    match source.kind:
        case SourceKind.POSTGRESQL:
            words = _words(record, "-h", "-p", "-U")
            new = f"{source.database}_restore_{mark}"
            fill = f"pg_restore{words} --exit-on-error --single-transaction -d {new}"
            command = f"createdb{words} -T template0 {new} && {opened} | {fill}"
            title = f"By hand: fill a new database beside {name}"
            yield [PlanStep(title, new, command, size, took)]
            yield [PlanStep(f"By hand: give it the name {source.database}", name)]
        case SourceKind.MYSQL:
            words = _words(record, "-h", "-P", "-u", "-S")
            kept = quote(f"{source.database}.before-{mark}.sql")
            keep = "--single-transaction --routines --triggers --events --hex-blob --databases"
            command = f"mariadb-dump{words} {keep} {source.database} > {kept}"
            title = f"By hand, if that is refused: keep what is in {name} now"
            yield [PlanStep(title, kept, command, size, took)]
            restore = f"{opened} | mariadb{words} --sandbox"
            title = f"By hand, if that is refused: let the dump replace the tables of {name}"
            yield [PlanStep(title, name, restore)]
        case SourceKind.REDIS:
            side = f"dump.rdb.restore-{mark}"
            command = f"{opened} > {side} && redis-check-rdb {side}"
            yield [PlanStep(f"By hand: check the file of {name}", side, command, size, took)]
            where = " ".join(["redis-cli", *map(quote, redis_options(source)), "CONFIG GET dir"])
            title = f"By hand: stop Redis, move its dump.rdb away, put {side} there, start it"
            yield [PlanStep(title, name, where)]
        case _:
            command = f"{opened} | mongorestore --archive --dryRun"
            yield [PlanStep(f"By hand: try the archive of {name}", name, command, size, took)]
            restore = f"{opened} | mongorestore --archive"
            yield [PlanStep(f"By hand: restore {name}; it adds what is missing", name, restore)]


def _words(record: ObjectRecord, host: str, port: str, user: str, socket: str = "") -> str:
    """Return the options that reach the server, each after a space; a password is asked for."""
    server = Server(record.source.server)
    values = {
        host: server.host or ("" if socket else server.socket),
        port: server.port,
        user: record.source.login,
        socket: server.socket if socket else "",
    }
    return "".join(f" {option} {quote(value)}" for option, value in values.items() if value)
