"""The tree of what is inside a set, read from its indexes alone: no object is opened for it.

The indexes are copied once into a small database in the vault's scratch folder, which is for the
owner only and goes when the tree is closed; folders are then read page by page, whatever the set
holds.
"""

import sqlite3
import stat
import unicodedata
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Lock

from app.domain.restore import Entry, EntryPage
from app.vault.format import ObjectRecord
from app.vault.index import IndexLines
from app.vault.reading import SetReader
from app.vault.tarheader import Member, MemberType
from app.vault.tree import shown

_BATCH = 5000
_SCHEMA = """
CREATE TABLE entry (
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, is_file INTEGER NOT NULL, name TEXT NOT NULL,
  path TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  mode INTEGER NOT NULL, object TEXT NOT NULL, link TEXT NOT NULL, folded TEXT NOT NULL
)
"""
_ORDER = "CREATE INDEX tree ON entry (parent, is_file, name, id)"
_COLUMNS = (
    "id, name, path, type, size, mtime_ns, mode, object, link, "
    "(SELECT count(*) FROM entry AS inner_entry WHERE inner_entry.parent = entry.id)"
)
_ROOT = 0


class SetCatalogue:
    """Fits `app.services.ports.vault.Catalogue`; safe to use from several threads."""

    def __init__(self, folder: AbstractContextManager[Path], reader: SetReader) -> None:
        self._lock = Lock()
        with ExitStack() as stack:
            place = stack.enter_context(folder)
            database = sqlite3.connect(place / "tree.sqlite", check_same_thread=False)
            stack.callback(database.close)
            self._database = database
            self.count = _fill(database, reader)
            self._stack = stack.pop_all()

    def children(self, parent: int, after: int, limit: int) -> EntryPage:
        """Return entries of a folder (0 is the root), folders first, from a position on."""
        sql = (
            f"SELECT {_COLUMNS} FROM entry WHERE parent = ? "  # noqa: S608 - fixed text
            "ORDER BY is_file, name, id LIMIT ? OFFSET ?"
        )
        return self._page(sql, (parent, limit + 1, after), limit)

    def search(self, text: str, limit: int) -> EntryPage:
        """Return entries with ``text`` in their path, in any case, the shortest paths first."""
        words = _folded(text.strip())
        if not words:
            return EntryPage(())
        escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        sql = (
            f"SELECT {_COLUMNS} FROM entry WHERE folded LIKE ? ESCAPE '\\' "  # noqa: S608 - names of ours alone
            "ORDER BY length(path), path LIMIT ?"
        )
        return self._page(sql, (f"%{escaped}%", limit + 1), limit)

    def close(self) -> None:
        """Remove the scratch copy of the index."""
        with self._lock:
            self._stack.close()

    def _page(self, sql: str, values: tuple[object, ...], limit: int) -> EntryPage:
        with self._lock:
            rows = self._database.execute(sql, values).fetchall()
        return EntryPage(tuple(Entry(*row) for row in rows[:limit]), len(rows) > limit)


def _fill(database: sqlite3.Connection, reader: SetReader) -> int:
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
    tree = _Filler(database)
    for record in reader.manifest.captured:
        if record.index is None:
            tree.add_object(record, reader.manifest.sealed_at.timestamp())
        else:
            tree.begin(record)
            reader.index(record, IndexLines(tree.take))
    tree.flush()
    database.execute(_ORDER)
    database.commit()
    return tree.last


class _Filler:
    """Gives each member a number and finds its folder; folders nobody stored are made up."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._folders: dict[bytes, int] = {b"": _ROOT}
        self._rows: list[tuple[object, ...]] = []
        self._object = ""
        self.last = 0

    def begin(self, record: ObjectRecord) -> None:
        """What follows is in this object."""
        self._object = record.stored.name

    def add_object(self, record: ObjectRecord, at_s: float) -> None:
        """Show an object without an index, such as a dump, as one entry of the root."""
        stored = record.stored
        self._add(
            _ROOT, 1, stored.title, stored.title, stored.kind.value, stored.plain_bytes,
            int(at_s * 1e9), 0, stored.name, "",
        )  # fmt: skip

    def take(self, member: Member, sha256: str) -> None:
        """Add one member."""
        is_folder = member.type is MemberType.DIRECTORY
        if is_folder and member.path in self._folders:
            return
        parent, _, name = member.path.rpartition(b"/")
        number = self._add(
            self._folder(parent), int(not is_folder), shown(name), "/" + _text(member.path),
            member.type.value, member.size, member.mtime_ns, stat.S_IMODE(member.mode),
            self._object, shown(member.link) if member.link else "",
        )  # fmt: skip
        if is_folder:
            self._folders[member.path] = number

    def flush(self) -> None:
        """Write what waits."""
        marks = ", ".join("?" * 12)
        self._database.executemany(f"INSERT INTO entry VALUES ({marks})", self._rows)  # noqa: S608 - names of ours alone
        self._rows.clear()

    def _folder(self, path: bytes) -> int:
        if (known := self._folders.get(path)) is not None:
            return known
        parent, _, name = path.rpartition(b"/")
        number = self._add(
            self._folder(parent), 0, shown(name), "/" + _text(path), "directory", 0, 0, 0, "", ""
        )
        self._folders[path] = number
        return number

    def _add(self, parent: int, is_file: int, name: str, path: str, *more: object) -> int:
        self.last += 1
        self._rows.append((self.last, parent, is_file, name, path, *more, _folded(path)))
        if len(self._rows) >= _BATCH:
            self.flush()
        return self.last


def _folded(path: str) -> str:
    """Return a path as it is searched: SQLite itself knows capitals of the Latin alphabet alone.

    Some systems store an accent as a letter of its own (NFD), so both forms become one.
    """
    return unicodedata.normalize("NFC", path).casefold()


def _text(path: bytes) -> str:
    """Return a path that can be typed back, where it is text; a lossy one where it is not."""
    return path.decode("utf-8", "backslashreplace")
