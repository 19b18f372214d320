"""What a server is told to capture each kind of source, and how its answer is judged."""

from collections.abc import Callable, Iterator, Sequence

from app.domain.backup import BackupSource, SourceKind
from app.errors import InvalidInput
from app.vault import scripts
from app.vault.formats import Format, MarkedFormat, SqliteFormat, TarFormat
from app.vault.index import IndexWriter
from app.vault.producer import (
    Abilities,
    Producer,
    check_database,
    check_path,
    file_stem,
    gently,
)
from app.vault.seal import Sink
from app.vault.tarstream import TarReader

_TAR_OPTIONS = (
    "--format=pax",
    "--numeric-owner",
    "--acls",
    "--xattrs",
    "--sparse",
    "--one-file-system",
    "--pax-option=delete=atime,delete=ctime",
)


def producers_of(sources: Sequence[BackupSource], able: Abilities) -> list[Producer]:
    """Return what must run for the sources, system facts always among it; raises InvalidInput."""
    if all(source.kind is not SourceKind.FACTS for source in sources):
        facts = BackupSource(SourceKind.FACTS, sources[0].host) if sources else None
        sources = (*sources, *((facts,) if facts else ()))
    return [producer for source in sources for producer in _producers(source, able)]


def _producers(source: BackupSource, able: Abilities) -> Iterator[Producer]:
    match source.kind:
        case SourceKind.FILES:
            yield _files(source, able)
        case SourceKind.SQLITE:
            yield _sqlite(source)
        case SourceKind.POSTGRESQL:
            yield from _postgresql(source, able)
        case SourceKind.FACTS:
            yield _facts(source)


def _files(source: BackupSource, able: Abilities) -> Producer:
    if not source.paths:
        raise InvalidInput(
            "A backup of files names no path.", hint="Add a path to the backup plan."
        )
    options = [option for option in _TAR_OPTIONS if option in able.tar_options]
    excludes = [f"--exclude={exclude_pattern(pattern)}" for pattern in source.exclude]
    command = [*gently(able), "tar", *options, *excludes, "-cf", "-", "-C", "/", "--"]
    return Producer(
        source,
        SourceKind.FILES,
        stem="files",
        suffix="tar",
        title=source.title,
        names=("tar",),
        script=scripts.COMMAND,
        arguments=("tar", *command, *(f".{path}" for path in outermost(source.paths))),
        floor_bytes=1024,
        idle_s=180.0,
        is_gnu_tar=able.is_gnu_tar,
        new_format=_tar_format,
    )


def _tar_format(_nonce: str, index: Sink | None) -> Format:
    return TarFormat(TarReader(IndexWriter(index)) if index is not None else TarReader())


def _sqlite(source: BackupSource) -> Producer:
    return Producer(
        source,
        SourceKind.SQLITE,
        stem=f"sqlite-{file_stem(source.database)}",
        suffix="sqlite",
        title=source.title,
        names=("sqlite", "cat"),
        script=scripts.SQLITE,
        arguments=(check_path(source.database), scripts.SQLITE_COPY),
        floor_bytes=512,
        idle_s=900.0,
        new_format=lambda nonce, index: SqliteFormat(),
    )


def _postgresql(source: BackupSource, able: Abilities) -> Iterator[Producer]:
    check_database(source.database)
    prefix = [*gently(able), *as_postgres(able)]
    dump = (
        "pg_dump",
        "-Fc",
        "--no-password",
        "--lock-wait-timeout=60s",
        f"--dbname={source.database}",
    )
    roles: tuple[str, ...] = ("pg_dumpall", "--globals-only", "--no-password")
    if not as_postgres(able):
        roles = (*roles, "--no-role-passwords")
    stem = f"postgres-{file_stem(source.database)}"
    for command, suffix, start, end, part in (
        (dump, "dump", b"PGDMP", b"", ""),
        (roles, "sql", b"--", b"-- PostgreSQL database cluster dump complete", "-globals"),
    ):
        yield Producer(
            source,
            SourceKind.POSTGRESQL,
            stem=stem + part,
            suffix=suffix,
            title=f"{source.title} (globals)" if part else source.title,
            names=(command[0],),
            script=scripts.COMMAND,
            arguments=(command[0], *prefix, *command),
            floor_bytes=128,
            idle_s=900.0,
            new_format=_marked(start, end),
        )


def _marked(start: bytes, end: bytes) -> Callable[[str, Sink | None], Format]:
    return lambda nonce, index: MarkedFormat(start, end)


def _facts(source: BackupSource) -> Producer:
    return Producer(
        source,
        SourceKind.FACTS,
        stem="facts",
        suffix="txt",
        title="System facts",
        names=("facts",),
        script=scripts.FACTS,
        arguments=(),
        floor_bytes=64,
        idle_s=60.0,
        new_format=lambda nonce, index: MarkedFormat(end=f"== End of facts {nonce}".encode()),
    )


def outermost(paths: Sequence[str]) -> list[str]:
    """Return paths without those that lie below another one: nothing is stored twice."""
    checked = sorted({check_path(path) for path in paths})
    kept: list[str] = []
    for path in checked:
        if not any(path.startswith(f"{outer.rstrip('/')}/") for outer in kept):
            kept.append(path)
    return kept


def exclude_pattern(pattern: str) -> str:
    """Return a pattern as it matches our member names, which begin with ``./``."""
    pattern = pattern.rstrip("/") or pattern
    return f".{pattern}" if pattern.startswith("/") else pattern


def as_postgres(able: Abilities) -> list[str]:
    """Return what makes PostgreSQL know us as its own user, where the server allows it."""
    if "postgres_user" not in able.tools:
        return []
    if able.uid == 0 and "runuser" in able.tools:
        return ["runuser", "-u", "postgres", "--"]
    return ["sudo", "-n", "-u", "postgres", "--"] if "sudo_postgres" in able.tools else []
