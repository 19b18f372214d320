"""Read Parquet files of other tools as rows of text, piece by piece; nothing in them is believed.

The file is read by an engine that may read this one file and nothing else: no network, no further
libraries, no scratch files, and a fixed amount of memory, whatever the file claims to hold.
"""

from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from app.errors import InvalidInput
from app.i18n import _
from app.services.ports.series import Piece, Rows

_HEAD_CELLS, _PIECE_CELLS = 1_000_000, 200_000
"""Of the first piece, from which is told what the columns hold, and of those that follow."""
_LEAST_ROWS = 100
_MOST_COLUMNS, _LONGEST_TEXT = 10_000, 256
_SETTINGS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET memory_limit = '512MB'",
    "SET threads = 2",
    "SET temp_directory = ''",
    "SET enable_progress_bar = false",
)
_LOCKED = ("SET enable_external_access = false", "SET lock_configuration = true")
_AS_WRITTEN = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "ENUM", "UUID", "DATE", "TIME",
    "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
)  # fmt: skip
"""Types whose text is what a person would write."""


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file whose description has been read."""

    path: Path
    size: int
    """In rows."""
    columns: tuple[tuple[str, str], ...]
    """Name, and the SQL of its text, of each column that has one."""
    comma_is_usual: bool = False

    @classmethod
    def of(cls, path: Path) -> "ParquetFile":
        """Open a file.

        Raises:
            InvalidInput: It is damaged, encrypted, or holds nothing that is text or a number.
        """
        with _engine(path) as (engine, name):
            counted = engine.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [name])
            rows = counted.fetchall()[0][0]
            described = engine.execute("DESCRIBE SELECT * FROM read_parquet(?)", [name]).fetchall()
        told = ((str(row[0]), _text(str(row[0]), str(row[1]))) for row in described)
        columns = tuple((name, sql) for name, sql in told if sql)
        if not columns or len(columns) > _MOST_COLUMNS:
            raise InvalidInput(
                _("{name} holds no table of times and figures.").format(name=path.name)
            )
        return cls(path, int(rows or 0), columns)

    def pieces(self, places: Collection[int] = ()) -> Generator[Piece]:
        """Yield the names of the columns, and all rows; the first row below the names is row 1."""
        wanted = (
            sql if not places or place in places else "''"
            for place, (_name, sql) in enumerate(self.columns)
        )
        rows: Rows = [[name for name, _sql in self.columns]]
        first, width, cells = 0, len(self.columns), _HEAD_CELLS
        with _engine(self.path) as (engine, name):
            engine.execute(f"SELECT {', '.join(wanted)} FROM read_parquet(?)", [name])  # noqa: S608 - `_text` quotes them
            while found := engine.fetchmany(max(_LEAST_ROWS, cells // width)):
                rows += map(list, found)
                yield Piece(rows, range(first, first + len(rows)), first + len(rows))
                first += len(rows)
                rows, cells = [], _PIECE_CELLS


def _text(name: str, kind: str) -> str:
    """Return the SQL of a column's text; empty where it is neither text nor a number nor a time."""
    quoted = '"' + name.replace('"', '""') + '"'
    plain = kind.partition("(")[0]
    match plain:
        case "VARCHAR":
            text = f"left(trim({quoted}), {_LONGEST_TEXT})"
        case "BOOLEAN":
            text = f"CAST(CAST({quoted} AS TINYINT) AS VARCHAR)"
        case "TIMESTAMP WITH TIME ZONE":
            text = f"CAST(make_timestamp(epoch_us({quoted})) AS VARCHAR) || '+00:00'"
        case _ if plain in _AS_WRITTEN:
            text = f"CAST({quoted} AS VARCHAR)"
        case _:
            return ""
    return f"coalesce({text}, '')"


@contextmanager
def _engine(path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Open an engine that may read one file; yield it with the name the file has for it."""
    name = str(path.resolve())
    try:
        with duckdb.connect(":memory:") as engine:
            for setting in _SETTINGS:
                engine.execute(setting)
            engine.execute("SET allowed_paths = [?]", [name])
            for setting in _LOCKED:
                engine.execute(setting)
            yield engine, name
    except duckdb.Error as error:
        raise InvalidInput(
            _("{name} is no Parquet file that can be read: {why}.").format(
                name=path.name, why=_first_line(error)
            )
        ) from error


def _first_line(error: duckdb.Error) -> str:
    text = (str(error).splitlines() or [""])[0]
    return text.partition(": ")[2].rstrip(".") or text
