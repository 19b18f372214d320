"""Columns of a block of CSV text, read all rows at once where the text is regular.

Regular are lines of one width whose quotes, if any, stand around whole cells. Everything else is
left to the csv module, and so is every cell that is no plain number: both ways give the same.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.services.loadtests.files.batch import Flags, Ints
from app.services.loadtests.files.cells import Cells
from app.services.loadtests.files.eights import Bytes
from app.services.loadtests.files.lines import Block, regular_block
from app.services.ports.series import Piece


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of a block, or some of them, by columns."""

    block: Block
    coding: str
    chosen: Ints
    """Which rows."""
    _texts: dict[int, list[str]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.chosen)

    def some(self, rows: Flags) -> "Columns":
        """Return some of the rows."""
        return replace(self, chosen=self.chosen[rows], _texts={})

    def lines(self, rows: Ints) -> list[int]:
        """Return the lines of the file in which rows begin."""
        found: list[int] = self.block.line[self.chosen[rows]].tolist()
        return found

    def cells(self, place: int) -> Cells:
        """Return a column, empty cells where the rows have none."""
        if place >= self.block.width:
            none = self.block.start[self.chosen]
            return Cells(self.block.buf, none, none)
        column = self.block.column(place)
        return Cells(column.buf, column.start[self.chosen], column.end[self.chosen])

    def texts(self, place: int) -> list[str]:
        """Return the cells of a column as text, without surrounding spaces."""
        if place not in self._texts:
            self._texts[place] = texts_of(self.cells(place), self.coding)
        return self._texts[place]

    def holding(self) -> Flags:
        """Tell which rows hold anything."""
        holding = np.zeros(len(self), bool)
        for place in range(self.block.width):
            holding |= np.array([text != "" for text in self.texts(place)], bool)
        return holding

    def letters(self, place: int) -> Bytes | None:
        """Return the cells of a column as rows of letters, None where they differ in width."""
        cells = self.cells(place)
        width = int(cells.lengths[0]) if len(cells) else 0
        if not width or bool((cells.lengths != width).any()):
            return None
        return np.ascontiguousarray(sliding_window_view(cells.buf, width)[cells.start])

    def numbers(self, place: int, point: bytes) -> tuple[NDArray[np.float64], Flags]:
        """Return plain numbers, and which cells hold one; the others are not plain, if numbers."""
        return self.cells(place).decimals(point[0])


@dataclass(frozen=True, slots=True)
class ColumnPiece(Piece):
    """A piece of a file whose text is regular; ``rows`` is empty, ``columns`` holds them."""

    columns: Columns = field(kw_only=True)


def columns_of(text: bytes, delimiter: str, line: int, coding: str) -> Columns | None:
    """Return the columns of whole lines; None where the text is not regular."""
    block = regular_block(text, ord(delimiter), line)
    return None if block is None else Columns(block, coding, np.arange(len(block)))


def texts_of(cells: Cells, coding: str) -> list[str]:
    """Return cells as text, without surrounding spaces."""
    data = cells.buf.tobytes()
    spans = zip(cells.start.tolist(), cells.end.tolist(), strict=True)
    if data.isascii():
        text = data.decode("ascii")
        return [text[start:end].strip() for start, end in spans]
    return [data[start:end].decode(coding, "replace").strip() for start, end in spans]
