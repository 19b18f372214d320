"""What a server is told to capture each kind of source, and how its answer is judged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.backup import BackupSource, SourceKind
from app.errors import InvalidInput
from app.services.backup.backup_sources import check_database_source
from app.services.backup.root_readers import FACTS, FILES
from app.services.backup.source_paths import TAR_OPTIONS
from app.services.backup.source_paths import outermost as outermost
from app.vault import scripts
from app.vault.databases.producing import database_producers
from app.vault.excluded import exclude_pattern
from app.vault.formats import Format, MarkedFormat, SqliteFormat, TarFormat
from app.vault.index import IndexWriter
from app.vault.mounts import Mount, left_out
from app.vault.producer import (
    Abilities,
    Producer,
    check_path,
    file_stem,
    gently,
)
from app.vault.rights import Rights
from app.vault.seal import Sink
from app.vault.tarstream import TarReader

FILES_IDLE_S = 180.0
"""How long tar may say nothing, in seconds: the disk of a server that is gone never answers."""


@dataclass(frozen=True, slots=True)
class Means:
    """What producers may use of one host besides what it can do."""

    password_of: Callable[[BackupSource], str] = lambda source: ""
    rights: Rights | None = None

    def reader(self, source: BackupSource, word: str) -> tuple[str, ...]:
        """Return the command line that reads as root in place of ours, if there is one."""
        return self.rights.by_reader(source, word) if self.rights else ()


def with_facts(sources: Sequence[BackupSource]) -> tuple[BackupSource, ...]:
    """Return the sources of a host with its facts among them, read as root if anything is."""
    if not sources:
        return ()
    as_root = any(source.as_root for source in sources)
    others = tuple(source for source in sources if source.kind is not SourceKind.FACTS)
    facts = [source for source in sources if source.kind is SourceKind.FACTS]
    fact = facts[0] if facts else BackupSource(SourceKind.FACTS, sources[0].host)
    return (*others, replace(fact, as_root=as_root))


def producers_of(
    sources: Sequence[BackupSource], able: Abilities, means: Means = Means()
) -> list[Producer]:
    """Return what must run for the sources, system facts always among it; raises InvalidInput."""
    return [
        producer for source in with_facts(sources) for producer in _producers(source, able, means)
    ]


def _producers(source: BackupSource, able: Abilities, means: Means) -> Iterator[Producer]:
    match source.kind:
        case SourceKind.FILES:
            yield _files(source, able, means.reader(source, FILES))
        case SourceKind.SQLITE:
            yield _sqlite(check_database_source(source))
        case SourceKind.FACTS:
            yield _facts(source, means.reader(source, FACTS))
        case _:
            yield from database_producers(source, able, means.password_of(source))


def _files(source: BackupSource, able: Abilities, reader: tuple[str, ...]) -> Producer:
    if not source.paths:
        raise InvalidInput(
            "A backup of files names no path.", hint="Add a path to the backup plan."
        )
    mounts = left_out(source, outermost(source.paths), able.mounts)
    nicely = gently(able)
    command = reader or _tar_command(source, able, mounts)
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
            *nicely,
            *command,
        ),
        floor_bytes=1024,
        idle_s=FILES_IDLE_S,
        is_gnu_tar=able.is_gnu_tar,
        packed=packed,
        left_out=tuple(one.words for one in mounts),
        new_format=_tar_format,
    )


def _tar_command(source: BackupSource, able: Abilities, mounts: Sequence[Mount]) -> tuple[str, ...]:
    options = [option for option in TAR_OPTIONS if option in able.tar_options]
    excludes = [f"--exclude={exclude_pattern(pattern)}" for pattern in source.exclude]
    if able.is_gnu_tar and (far := [f"--exclude=.{one.path}" for one in mounts if one.is_far]):
        excludes += ["--anchored", "--no-wildcards", *far]  # tar asks nothing of what may hang
    members = (f".{path}" for path in outermost(source.paths))
    return ("tar", *options, *excludes, "-cf", "-", "-C", "/", "--", *members)


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


def _facts(source: BackupSource, reader: tuple[str, ...]) -> Producer:
    return Producer(
        source,
        SourceKind.FACTS,
        stem="facts",
        suffix="txt",
        title="System facts",
        names=("facts",),
        script=scripts.FACTS_BY if reader else scripts.FACTS,
        arguments=reader,
        floor_bytes=64,
        idle_s=60.0,
        new_format=lambda nonce, index: MarkedFormat(end=f"== End of facts {nonce}".encode()),
    )
