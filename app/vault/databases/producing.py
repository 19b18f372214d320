"""The commands that capture database servers, as producers of a set."""

import re
from collections.abc import Iterator

from app.domain.backup import BackupSource, SourceKind
from app.domain.functional import Engine, FunctionalProbe, ProbeKind
from app.errors import InvalidInput
from app.services.functional_remote import require_query
from app.vault.databases import mongodb_scripts, mysql_scripts, postgresql_scripts, redis_scripts
from app.vault.databases.archive import ArchiveFormat
from app.vault.databases.dumps import CustomDumpFormat, MysqlFormat, RdbFormat
from app.vault.databases.logins import (
    auth_command,
    check_source,
    conninfo,
    option_file,
    pgpass,
    yaml_settings,
)
from app.vault.formats import MarkedFormat
from app.vault.producer import Abilities, Producer, file_stem, gently

_IDLE_S = 3600.0
"""Tables are hashed in silence, and a server may take long to save."""
_ENGINES = {SourceKind.POSTGRESQL: Engine.POSTGRESQL, SourceKind.MYSQL: Engine.MYSQL}


def database_producers(source: BackupSource, able: Abilities, password: str) -> Iterator[Producer]:
    """Return what must run on the server for one of its databases; raises InvalidInput."""
    check_source(source)
    _check_query(source)
    match source.kind:
        case SourceKind.POSTGRESQL:
            yield from _postgresql(source, able, password)
        case SourceKind.MYSQL:
            yield _mysql(source, able, password)
        case SourceKind.MONGODB:
            yield _mongodb(source, able, password)
        case SourceKind.REDIS:
            yield _redis(source, password)


def _check_query(source: BackupSource) -> None:
    if not source.query:
        return
    engine = _ENGINES.get(source.kind)
    if engine is None:
        raise InvalidInput(f"{source.title} cannot be asked a query.")
    probe = FunctionalProbe(ProbeKind.SQL, source.query, engine=engine, database=source.database)
    require_query(probe)
    if not re.match(r"(?i)\s*(?:select|with|values)\b", source.query) or "\n" in source.query:
        raise InvalidInput("The query of a restore drill is one line that begins with SELECT.")


def query_of(source: BackupSource) -> str:
    """Return the query without a closing semicolon."""
    return source.query.strip().rstrip(";")


def _postgresql(source: BackupSource, able: Abilities, password: str) -> Iterator[Producer]:
    if not source.database:
        raise InvalidInput("A backup of PostgreSQL names its database.")
    peer = [] if source.login else as_postgres(able)
    prefix = [*gently(able), *peer]
    roles = [*prefix, "pg_dumpall", *([] if peer else ["--no-role-passwords"])]
    stem = f"postgres-{file_stem(source.database)}"
    target = conninfo(source, source.database)
    yield Producer(
        source,
        SourceKind.POSTGRESQL,
        stem=stem,
        suffix="dump",
        title=source.title,
        names=("pg_dump",),
        script=postgresql_scripts.DUMP,
        arguments=(target, query_of(source), *prefix),
        floor_bytes=128,
        idle_s=_IDLE_S,
        new_format=lambda nonce, index: CustomDumpFormat(),
        stdin=pgpass(source, password),
    )
    yield Producer(
        source,
        SourceKind.POSTGRESQL,
        stem=f"{stem}-globals",
        suffix="sql",
        title=f"{source.title} (globals)",
        names=("pg_dumpall",),
        script=postgresql_scripts.GLOBALS,
        arguments=(target, *roles),
        floor_bytes=128,
        idle_s=_IDLE_S,
        new_format=lambda nonce, index: MarkedFormat(
            b"--", b"-- PostgreSQL database cluster dump complete"
        ),
        stdin=pgpass(source, password),
    )


def as_postgres(able: Abilities) -> list[str]:
    """Return what makes PostgreSQL know us as its own user, where the server allows it."""
    if "postgres_user" not in able.tools:
        return []
    if able.uid == 0 and "runuser" in able.tools:
        return ["runuser", "-u", "postgres", "--"]
    return ["sudo", "-n", "-u", "postgres", "--"] if "sudo_postgres" in able.tools else []


def _mysql(source: BackupSource, able: Abilities, password: str) -> Producer:
    if not source.database:
        raise InvalidInput("A backup of MySQL or MariaDB names its database.")
    return Producer(
        source,
        SourceKind.MYSQL,
        stem=f"mysql-{file_stem(source.database)}",
        suffix="sql",
        title=source.title,
        names=("dump",),
        script=mysql_scripts.DUMP,
        arguments=(source.database, query_of(source), " ".join(gently(able))),
        floor_bytes=128,
        idle_s=_IDLE_S,
        new_format=lambda nonce, index: MysqlFormat(),
        stdin=option_file(source, password),
    )


def _mongodb(source: BackupSource, able: Abilities, password: str) -> Producer:
    server = check_source(source)
    words = {
        "--host": server.socket or server.host,
        "--port": server.port,
        "--username": source.login,
        "--authenticationDatabase": "admin" if source.login else "",
        "--db": source.database,
    }
    options = [f"{name}={value}" for name, value in words.items() if value]
    whole = [] if source.database else ["--oplog"]
    return Producer(
        source,
        SourceKind.MONGODB,
        stem=f"mongodb-{file_stem(source.database or 'all')}",
        suffix="archive",
        title=source.title,
        names=("mongodump",),
        script=mongodb_scripts.DUMP,
        arguments=(*gently(able), "mongodump", *options, *whole),
        floor_bytes=128,
        idle_s=_IDLE_S,
        new_format=lambda nonce, index: ArchiveFormat(),
        stdin=yaml_settings(source, password),
    )


def redis_options(source: BackupSource) -> list[str]:
    """Return how redis-cli reaches the server."""
    server = check_source(source)
    if server.socket:
        return ["-s", server.socket]
    host = ["-h", server.host] if server.host else []
    return [*host, *(["-p", server.port] if server.port else [])]


def _redis(source: BackupSource, password: str) -> Producer:
    if source.database:
        raise InvalidInput("Redis is captured as a whole; leave the database empty.")
    return Producer(
        source,
        SourceKind.REDIS,
        stem="redis",
        suffix="rdb",
        title=source.title,
        names=("redis", "cat"),
        script=redis_scripts.DUMP,
        arguments=tuple(redis_options(source)),
        floor_bytes=18,
        idle_s=_IDLE_S,
        new_format=lambda nonce, index: RdbFormat(),
        stdin=auth_command(source, password),
    )
