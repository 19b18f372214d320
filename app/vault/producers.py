"""What a server is told to capture each kind of source, and how its answer is judged."""

from collections.abc import Callable, Iterator, Sequence

from app.domain.backup import BackupSource, SourceKind
from app.errors import InvalidInput
from app.services.backup.backup_sources import check_database_source
from app.vault import scripts
from app.vault.databases.producing import database_producers
from app.vault.excluded import exclude_pattern
from app.vault.formats import Format, MarkedFormat, SqliteFormat, TarFormat
from app.vault.index import IndexWriter
from app.vault.mounts import left_out
from app.vault.producer import (
    Abilities,
    Producer,
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
    "--blocking-factor=128",
)
"""The last one lets tar read and write 64 KiB at a time instead of 10, at half the cost."""

FILES_IDLE_S = 180.0
"""How long tar may say nothing, in seconds: the disk of a server that is gone never answers."""


def producers_of(
    sources: Sequence[BackupSource],
    able: Abilities,
    password_of: Callable[[BackupSource], str] = lambda source: "",
) -> list[Producer]:
    """Return what must run for the sources, system facts always among it; raises InvalidInput."""
    if all(source.kind is not SourceKind.FACTS for source in sources):
        facts = BackupSource(SourceKind.FACTS, sources[0].host) if sources else None
        sources = (*sources, *((facts,) if facts else ()))
    return [producer for source in sources for producer in _producers(source, able, password_of)]


def _producers(
    source: BackupSource, able: Abilities, password_of: Callable[[BackupSource], str]
) -> Iterator[Producer]:
    match source.kind:
        case SourceKind.FILES:
            yield _files(source, able)
        case SourceKind.SQLITE:
            yield _sqlite(check_database_source(source))
        case SourceKind.FACTS:
            yield _facts(source)
        case _:
            yield from database_producers(source, able, password_of(source))


def _files(source: BackupSource, able: Abilities) -> Producer:
    if not source.paths:
        raise InvalidInput(
            "A backup of files names no path.", hint="Add a path to the backup plan."
        )
    options = [option for option in _TAR_OPTIONS if option in able.tar_options]
    excludes = [f"--exclude={exclude_pattern(pattern)}" for pattern in source.exclude]
    mounts = left_out(source, outermost(source.paths), able.mounts)
    if able.is_gnu_tar and (far := [f"--exclude=.{one.path}" for one in mounts if one.is_far]):
        excludes += ["--anchored", "--no-wildcards", *far]  # tar asks nothing of what may hang
    nicely = gently(able)
    command = [*nicely, "tar", *options, *excludes, "-cf", "-", "-C", "/", "--"]
    packed = "zstd_works" in able.tools
    return Producer(
        source,
        SourceKind.FILES,
        stem="files",
        suffix="tar",
        title=source.title,
        names=("tar", "zstd") if packed else ("tar",),
        script=scripts.PACKED if packed else scripts.COMMAND,
        arguments=(
            "tar",
            *((" ".join(nicely),) if packed else ()),
            *command,
            *(f".{path}" for path in outermost(source.paths)),
        ),
        floor_bytes=1024,
        idle_s=FILES_IDLE_S,
        is_gnu_tar=able.is_gnu_tar,
        packed=packed,
        left_out=tuple(one.words for one in mounts),
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
