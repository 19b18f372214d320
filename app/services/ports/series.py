"""Where frozen metric samples are kept, and how files with samples are opened."""

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.metric import Series

Rows = list[list[str]]
"""Cells as text, without surrounding spaces; rows that hold nothing are left out."""
SheetReader = Callable[[bytes], Rows]
"""Reads all rows of the first sheet with samples in a workbook, empty ones too.

Raises InvalidInput.
"""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or a cell, that could not be used, and why."""

    line: int
    """The line of the file it ends in, or the row of a workbook or table, from 1."""
    why: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file, each with its line, and how far the file has been read with them."""

    rows: Rows
    lines: Sequence[int]
    done: int
    """Of the `RowSource.size`."""
    rejected: Sequence[Rejected] = ()
    """Lines that are no rows."""


class RowSource(Protocol):
    """A file of rows that is read piece by piece, as often as is asked for."""

    @property
    def size(self) -> int:
        """How much there is to read, in a unit of its own."""
        ...

    @property
    def comma_is_usual(self) -> bool:
        """Whether commas in figures are more likely decimal."""
        ...

    def pieces(self, places: Collection[int] = ()) -> Generator[Piece]:
        """Yield all rows; the first piece is large enough to tell what the columns hold.

        Args:
            places: The cells that are of interest; others may be empty. All without any.

        Raises:
            InvalidInput: The file cannot be read.
        """
        ...


ParquetOpener = Callable[[Path], RowSource]
"""Opens a Parquet file, whose first row names the columns; raises InvalidInput."""


@dataclass(frozen=True, slots=True)
class FileReaders:
    """What opens files of samples that are no text."""

    sheets: SheetReader
    parquet: ParquetOpener


class SeriesStore(Protocol):
    """Columns of samples under their SHA-256, written once."""

    def put(self, series: Series) -> str:
        """Keep samples durably; return the SHA-256 of the stored bytes."""
        ...

    def get(self, sha256: str) -> Series:
        """Return samples, verified; raises NotFound, StoreError."""
        ...
