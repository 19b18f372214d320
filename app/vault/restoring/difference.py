"""What is on the host now, against a set: looked at, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app import processes
from app.domain.backup import SourceKind
from app.domain.restore import (
    MAX_LINES,
    DifferenceKind,
    DifferenceLine,
    HostDifference,
    RestoreWish,
)
from app.errors import AppError, RemoteError
from app.services.ports.world import Remote
from app.vault.databases.tally import QUERY
from app.vault.dialogue import probe
from app.vault.excluded import Excluded
from app.vault.format import Table
from app.vault.host_compare import Exact, difference_of, list_folder
from app.vault.index import IndexLines
from app.vault.producer import Abilities
from app.vault.reading import SetReader
from app.vault.restoring import postgres
from app.vault.restoring.choice import Choice, choose, is_below
from app.vault.restoring.dump_rows import rows_of_dump
from app.vault.restoring.mariadb import MariaDb
from app.vault.source_check import fetch_sqlite, hashes_on_server
from app.vault.sqlite_check import count_rows
from app.vault.tarheader import Member, MemberType
from app.vault.tree import shown
from app.wording import bytes_size, count

HASH_LIMIT_BYTES = 2 << 30
"""Files of the same size and time are hashed up to this sum; beyond it they are taken as equal."""


def compare_now(reader: SetReader, remote: Remote, wish: RestoreWish) -> HostDifference:
    """Compare; see `app.services.ports.vault.Vault.difference`."""
    found = _Found()
    able = probe(remote)
    for one in choose(reader, wish):
        reader.context.progress(0, None, one.record.stored.title)
        match one.record.stored.kind:
            case SourceKind.FILES:
                _Files(reader, remote, able, found).compare(one)
            case SourceKind.SQLITE:
                _sqlite(reader, remote, one, found)
            case SourceKind.MYSQL:
                _mariadb(reader, remote, one, found)
            case _:
                _postgres(reader, remote, able, one, found)
    return HostDifference(
        set=reader.manifest.set,
        at=reader.core.clock.now(),
        lines=tuple(found.lines),
        counts=found.counts,
        same=found.same,
        basis="; ".join(dict.fromkeys(found.basis)),
        unknown=tuple(found.unknown),
    )


@dataclass
class _Found:
    """What was found so far."""

    lines: list[DifferenceLine] = field(default_factory=list)
    counts: dict[DifferenceKind, int] = field(default_factory=dict)
    same: int = 0
    basis: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, kind: DifferenceKind, path: str, what: str = "") -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(self.lines) < MAX_LINES:
            self.lines.append(DifferenceLine(kind, path, what))


class _Files:
    """Compares one archive with the live folders, by their listing and by hashes."""

    def __init__(self, reader: SetReader, remote: Remote, able: Abilities, found: _Found) -> None:
        self._reader = reader
        self._remote = remote
        self._able = able
        self._found = found
        self._doubtful: list[tuple[bytes, str, int, bool]] = []
        """Files of equal size: name, stored hash, size, and whether the time is equal too."""

    def compare(self, one: Choice) -> None:
        if "find_printf" not in self._able.tools:
            self._found.unknown.append(f"{one.record.stored.title}: the server cannot list files")
            return
        live = self._live(one)
        stored = self._stored(one)
        exact = Exact(owners=self._able.uid == 0, folder_times=False)
        for path, (member, sha256) in stored.items():
            if path not in live:
                self._found.add(DifferenceKind.GONE, _shown(path), _size_of(member))
                continue
            reason = difference_of(member, live, exact)
            if member.type is MemberType.FILE and reason in ("", _TIME) and sha256:
                self._doubtful.append((path, sha256, member.size, not reason))
            elif reason:
                self._found.add(DifferenceKind.CHANGED, _shown(path), reason)
            else:
                self._found.same += 1
        self._look_for_new(one, live, stored.keys())
        self._settle()

    def _live(self, one: Choice) -> dict[bytes, tuple[bytes, bytes]]:
        """List what is there now, by the names that members have."""
        found: dict[bytes, tuple[bytes, bytes]] = {}
        for path, root in zip(one.places, one.roots, strict=True):
            for name, figures in list_folder(self._remote, path, itself=True).items():
                found[root + b"/" + name if name != b"." else root] = figures
        return found

    def _stored(self, one: Choice) -> dict[bytes, tuple[Member, str]]:
        wanted: dict[bytes, tuple[Member, str]] = {}

        firsts: dict[bytes, tuple[Member, str]] = {}

        def take(member: Member, sha256: str) -> None:
            inside = any(is_below(member.path, root) for root in one.roots)
            if inside:
                wanted[member.path] = (member, sha256)
            if member.path in one.linked or (inside and member.type is MemberType.FILE):
                firsts[member.path] = (member, sha256)

        self._reader.index(one.record, IndexLines(take))
        for path, (member, _) in wanted.items():
            if member.type is MemberType.HARDLINK and member.link in firsts:
                first, sha256 = firsts[member.link]
                wanted[path] = (replace(first, path=path), sha256)  # its content is what counts
        return wanted

    def _look_for_new(
        self, one: Choice, live: dict[bytes, tuple[bytes, bytes]], stored: Iterable[bytes]
    ) -> None:
        left_out = Excluded(one.record.source.exclude)
        for path in sorted(live.keys() - set(stored)):
            if not left_out.matches(b"./" + path):
                size = live[path][0].split(b" ")[4]
                words = bytes_size(int(size)) if live[path][0].startswith(b"f") else "folder"
                self._found.add(DifferenceKind.NEW, _shown(path), words)

    def _settle(self) -> None:
        """Hash what has the same size: all with another time, others as far as the limit goes."""
        sure = [item for item in self._doubtful if not item[3]]
        left, by_time = HASH_LIMIT_BYTES, 0
        for item in self._doubtful:
            if item[3]:
                left -= item[2]
                if left >= 0:
                    sure.append(item)
                else:
                    by_time += 1
        zero = "sha256sum_z" in self._able.tools
        there = hashes_on_server(self._remote, "/", (item[0] for item in sure), zero=zero)
        for path, sha256, _, same_time in sure:
            if there.get(path) != sha256:
                self._found.add(DifferenceKind.CHANGED, _shown(path), "its content differs")
            elif not same_time:
                self._found.add(DifferenceKind.CHANGED, _shown(path), "only its time differs")
            else:
                self._found.same += 1
        self._found.same += by_time
        self._found.basis.append(f"{count(len(sure))} files compared by SHA-256")
        if by_time:
            self._found.basis.append(f"{count(by_time)} by size and time only")
        self._doubtful.clear()


_TIME = "its time differs"
_NAMED = 5


def _shown(path: bytes) -> str:
    return "/" + shown(path)


def _size_of(member: Member) -> str:
    return bytes_size(member.size) if member.type is MemberType.FILE else member.type.value


def _sqlite(reader: SetReader, remote: Remote, one: Choice, found: _Found) -> None:
    """Fetch a copy of the live database and compare its tables, row by row in number."""
    (path,) = one.places
    with reader.core.scratch() as folder:
        stored, live = folder / "stored.sqlite", folder / "live.sqlite"
        reader.to_file(one.record, stored)
        if not fetch_sqlite(remote, path, live):
            found.unknown.append(f"{path}: no copy of the live database could be fetched")
            return
        _compare_rows(path, count_rows(stored), count_rows(live), found)
    found.basis.append("databases compared by the content of their tables")


def _postgres(
    reader: SetReader, remote: Remote, able: Abilities, one: Choice, found: _Found
) -> None:
    """Count the rows of the dump here and those of the live tables there."""
    (name,) = one.places
    try:
        if name not in postgres.databases(remote, able):
            found.add(DifferenceKind.GONE, name, "the whole database")
            return
        live = postgres.count(remote, able, name)
        stored = rows_of_dump(reader, one.record)
    except (RemoteError, processes.ToolMissing) as error:
        found.unknown.append(f"{name}: {error.text}")
        return
    moving = sorted(table for table, rows in stored.items() if rows is None)
    if moving:
        names = ", ".join(moving[:_NAMED])
        found.unknown.append(f"{name}: written to while the backup ran: {names}")
    _compare_rows(
        name,
        {table: (rows, "") for table, rows in stored.items() if rows is not None},
        {table: (rows, "") for table, rows in live.items() if table not in moving},
        found,
    )
    found.basis.append("databases compared by the number of rows")


def _mariadb(reader: SetReader, remote: Remote, one: Choice, found: _Found) -> None:
    """Let the live server say what every table holds, as it did when the backup was taken."""
    source, stored = one.record.source, one.record.tables
    name = source.database
    try:
        server = MariaDb(remote, source, reader.password_of(source))
        if not server.facts().there:
            found.add(DifferenceKind.GONE, name, "the whole database")
            return
        live = server.count(name) if stored is not None else None
    except AppError as error:
        found.unknown.append(f"{name}: {error.text}")
        return
    if stored is None or live is None:
        found.unknown.append(f"{name}: its tables were not counted")
        return
    moving = sorted(table.name for table in stored if table.rows is None and table.name != QUERY)
    if moving:
        names = ", ".join(moving[:_NAMED])
        found.unknown.append(f"{name}: written to while the backup ran: {names}")
    found.unknown.append(f"{name}: its views, triggers, routines and events")
    _compare_rows(name, _told(stored, moving), _told(live, moving), found)
    found.basis.append("databases compared by the content of their tables")


def _told(tables: Iterable[Table], moving: list[str]) -> dict[str, tuple[int, str]]:
    left_out = {QUERY, *moving}
    return {t.name: (t.rows or 0, t.sha256) for t in tables if t.name not in left_out}


def _compare_rows(
    database: str,
    stored: dict[str, tuple[int, str]],
    live: dict[str, tuple[int, str]],
    found: _Found,
) -> None:
    for table in sorted(stored.keys() | live.keys()):
        path = f"{database}: {table}"
        if table not in live:
            found.add(DifferenceKind.GONE, path, f"table of {_n_rows(stored[table][0])}")
        elif table not in stored:
            found.add(DifferenceKind.NEW, path, f"table of {_n_rows(live[table][0])}")
        elif stored[table] != live[table]:
            found.add(DifferenceKind.CHANGED, path, _rows(stored[table][0], live[table][0]))
        else:
            found.same += 1


def _rows(before: int, now: int) -> str:
    if before == now:
        return f"rows differ, {count(now)} as before"
    more = "more" if now > before else "fewer"
    return f"{_n_rows(abs(now - before))} {more} than in the set, {count(now)} now"


def _n_rows(n: int) -> str:
    return f"{count(n)} row" if n == 1 else f"{count(n)} rows"
