"""The commands that capture database servers, as producers of a set."""

from collections.abc import Iterator

from app.domain.backup import BackupSource, SourceKind
from app.services.backup.backup_sources import check_database_source
from app.vault.databases import mongodb_scripts, mysql_scripts, postgresql_scripts, redis_scripts
from app.vault.databases.archive import ArchiveFormat
from app.vault.databases.dumps import CustomDumpFormat, MysqlFormat, RdbFormat
from app.vault.databases.logins import (
    Server,
    auth_command,
    conninfo,
    option_file,
    pgpass,
    yaml_settings,
)
from app.vault.formats import MarkedFormat
from app.vault.producer import Abilities, Producer, file_stem, gently

_IDLE_S = 3600.0
"""Tables are hashed in silence, and a server may take long to save."""


def database_producers(source: BackupSource, able: Abilities, password: str) -> Iterator[Producer]:
    """Return what must run on the server for one of its databases; raises InvalidInput."""
    check_database_source(source)
    match source.kind:
        case SourceKind.POSTGRESQL:
            yield from _postgresql(source, able, password)
        case SourceKind.MYSQL:
            yield _mysql(source, able, password)
        case SourceKind.MONGODB:
            yield _mongodb(source, able, password)
        case SourceKind.REDIS:
            yield _redis(source, password)


def query_of(source: BackupSource) -> str:
    """Return the query without a closing semicolon."""
    return source.query.strip().rstrip(";")


def _postgresql(source: BackupSource, able: Abilities, password: str) -> Iterator[Producer]:
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
    server = Server(source.server)
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
    server = Server(source.server)
    if server.socket:
        return ["-s", server.socket]
    host = ["-h", server.host] if server.host else []
    return [*host, *(["-p", server.port] if server.port else [])]


def _redis(source: BackupSource, password: str) -> Producer:
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
