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
            yield from _redis(record, opened, mark)
        case _:
            command = f"{opened} | mongorestore --archive --dryRun"
            yield [PlanStep(f"By hand: try the archive of {name}", name, command, size, took)]
            restore = f"{opened} | mongorestore --archive"
            yield [PlanStep(f"By hand: restore {name}; it adds what is missing", name, restore)]


def _redis(record: ObjectRecord, opened: str, mark: str) -> Iterator[list[PlanStep]]:
    """Give the steps around a stop and a start, which only the service's own manager does safely.

    A running server would write over the file, and one that is shut down by its own command is
    often started again at once.
    """
    name, side, place = record.stored.title, f"dump.rdb.restore-{mark}", f"redis.place-{mark}"
    size, took = record.stored.plain_bytes, record.duration_s
    cli = " ".join(["redis-cli", *map(quote, redis_options(record.source))])
    command = f"{opened} > {side} && redis-check-rdb {side}"
    yield [PlanStep(f"By hand: check the file of {name}", side, command, size, took)]
    both = f"{cli} --raw CONFIG GET dir; {cli} --raw CONFIG GET dbfilename"
    where = (
        f"{{ {both}; }} | sed -n 'n;p' | paste -sd / - > {place} && "
        f'ls -l "$(cat {place})" && {cli} --raw CONFIG GET appendonly'
    )
    swap = (
        f'file=$(cat {place}) && mv "$file" "$file.before-{mark}" && cp {side} "$file" && '
        f'chown --reference="$file.before-{mark}" "$file" && '
        f'chmod --reference="$file.before-{mark}" "$file"'
    )
    yield [
        PlanStep(f"By hand: note where {name} keeps its file; go on only without appendonly",
                 place, where),
        PlanStep(f"By hand: stop {name} by its service (systemctl stop redis-server), or it would "
                 "write over the file", name),
        PlanStep("By hand: put the file in; the one that is there is kept beside it",
                 f"dump.rdb.before-{mark}", swap),
        PlanStep(f"By hand: start {name} by its service, then see how many keys it has", name,
                 f"{cli} INFO keyspace"),
    ]  # fmt: skip


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
