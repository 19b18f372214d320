"""How a host reads what only root may read: by a program installed for that, or through sudo.

A program that leaves no choice is used where it is installed and sudo lets the account run it.
Otherwise the whole producer runs as root, which takes the right to run a shell. Both are tried out
before the first byte of a stream, so that what sudo objects to is a finding and no broken backup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.backup import BackupSource, SourceKind
from app.errors import LoginRefused, RemoteError, TimedOut
from app.services.backup.root_readers import FACTS, SIZE, RootReader, reader_of
from app.services.backup.source_paths import check_path
from app.services.ports.world import Remote
from app.vault import scripts
from app.vault.dialogue import ask

_ASK_S = 60.0
_TRY_S = 60.0
_ESTIMATE_S = 120.0


@dataclass(frozen=True, slots=True)
class Rights:
    """What was found out about one host."""

    remote: Remote
    readers: frozenset[str] = frozenset()
    """The installed programs that the account may run as root."""
    root: Remote | None = None
    """The host as root, where a shell was had as root."""
    refusal: RemoteError | None = None
    """Why neither way is open to some source."""

    def by_reader(self, source: BackupSource, word: str) -> tuple[str, ...]:
        """Return the command line that reads a source as root; empty where none is installed."""
        reader = _reader(source)
        if reader is None or reader.path not in self.readers:
            return ()
        return ("sudo", "-n", "--", reader.path, word)

    def remote_of(self, source: BackupSource) -> Remote:
        """Return what runs the scripts for a source."""
        if not source.as_root or self.root is None or self.by_reader(source, FACTS):
            return self.remote
        return self.root

    def lacks(self, source: BackupSource) -> RemoteError | None:
        """Return why a source cannot be read as root, None when it can or need not be."""
        if not source.as_root or self.root is not None or self.by_reader(source, FACTS):
            return None
        return self.refusal

    def require(self, sources: Iterable[BackupSource]) -> None:
        """Raise what sudo objects to, unless every source can be read as its plan says."""
        for source in sources:
            if (error := self.lacks(source)) is not None:
                raise error


def rights_on(remote: Remote, sources: Sequence[BackupSource]) -> Rights:
    """Find out how the sources of a host can be read as root; what sudo says is an outcome.

    Raises:
        RemoteError: The host cannot be asked at all.
    """
    wanted = [source for source in sources if source.as_root]
    if not wanted or remote.host.sudo:
        return Rights(remote)
    found = Rights(remote, _allowed(remote, wanted))
    others = [s for s in wanted if s.kind is not SourceKind.FACTS and not found.by_reader(s, FACTS)]
    if not others:
        return found
    root = remote.as_root()
    try:
        root.run("exit 0", limit_s=_TRY_S)
    except (LoginRefused, TimedOut) as error:
        return replace(found, refusal=error)
    return replace(found, root=root)


def root_for(remote: Remote, sources: Iterable[BackupSource]) -> Remote:
    """Return what puts sources back: as root where one of them was read as root.

    Writing as root anywhere is to be root; there is no narrower way to do it.
    """
    own = (s for s in sources if s.host == remote.host.id)
    return remote.as_root() if any(source.as_root for source in own) else remote


def estimate_bytes(rights: Rights, sources: Iterable[BackupSource]) -> int | None:
    """Return what sources hold on the server's disk; None when it did not say in time.

    Each is asked for with the rights it is read with: what cannot be seen counts for nothing.
    """
    by_us: dict[int, tuple[Remote, list[str]]] = {}
    questions: list[tuple[Remote, str, tuple[str, ...]]] = []
    for source in sources:
        paths = [check_path(path) for path in (*source.paths, *_file(source))]
        if paths and (command := rights.by_reader(source, SIZE)):
            questions.append((rights.remote, scripts.ESTIMATE_BY, command))
        elif paths:
            remote = rights.remote_of(source)
            by_us.setdefault(id(remote), (remote, []))[1].extend(paths)
    questions += [(remote, scripts.ESTIMATE, tuple(paths)) for remote, paths in by_us.values()]
    try:
        return sum(_kilobytes(*question) * 1024 for question in questions)
    except RemoteError:
        return None


def _kilobytes(remote: Remote, script: str, words: tuple[str, ...]) -> int:
    answers = ask(remote, script, *words, limit_s=_ESTIMATE_S)
    return sum(int(v) for key, v in answers if key == "kilobytes" and v.isdecimal())


def _file(source: BackupSource) -> tuple[str, ...]:
    return (source.database,) if source.kind is SourceKind.SQLITE else ()


def _allowed(remote: Remote, sources: Sequence[BackupSource]) -> frozenset[str]:
    readers = {reader.path: reader for s in sources if (reader := _reader(s)) is not None}
    words = [word for path, reader in readers.items() for word in (path, reader.words[0])]
    answers = ask(remote, scripts.MAY, *words, limit_s=_ASK_S) if words else []
    return frozenset(path for key, path in answers if key == "may" and path in readers)


def _reader(source: BackupSource) -> RootReader | None:
    return reader_of(source) if source.as_root else None
