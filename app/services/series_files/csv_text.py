"""The rows of CSV text, as tools export it: any usual delimiter, quoted or not, with comments.

The file is read piece by piece, so that a file of any size needs no more memory than its beginning.
"""

import io
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from app.services.loadtests.files.lines import BLOCK_BYTES, ends_alone
from app.services.ports.series import Piece
from app.services.series_files.columns import ColumnPiece, columns_of
from app.services.series_files.csv_rows import LONGEST_LINE, CsvRows, holds
from app.services.series_files.moments import is_moment
from app.services.series_files.opening import coding_of, unreadable

HEAD_BYTES = 8 << 20
"""How much of a file is looked at before anything is decided."""
_DELIMITERS = (";", "\t", "|", ",")
_SNIFFED_LINES = 50


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file of delimited text."""

    path: Path
    size: int
    """In bytes."""
    coding: str
    delimiter: str
    is_named: bool
    """Whether the first line is "sep=;", which names the delimiter."""

    @classmethod
    def of(cls, path: Path, head: bytes) -> "CsvFile":
        """Recognise the delimiter from how a file begins."""
        coding = coding_of(head)
        text = io.StringIO(head[:LONGEST_LINE].decode(coding, "replace"), newline=None)
        lines = list(islice(filter(holds, text), _SNIFFED_LINES))
        first = lines[0].rstrip("\n") if lines else ""
        named = first.lower().startswith("sep=") and len(first) == len("sep=;")
        delimiter = first[-1] if named else _delimiter(lines)
        return cls(path, path.stat().st_size, coding, delimiter, named)

    @property
    def comma_is_usual(self) -> bool:
        """Whether the delimiter speaks for decimal commas."""
        return self.delimiter == ";"

    def pieces(self, places: Collection[int] = ()) -> Generator[Piece]:
        """Yield all rows; the first piece is the beginning of the file."""
        try:
            with self.path.open("rb") as file:
                yield from self._pieces(file)
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _pieces(self, file: BinaryIO) -> Iterator[Piece]:
        with io.TextIOWrapper(file, self.coding, "replace") as text:
            rows = CsvRows(text, self.delimiter)
            if self.is_named:
                rows.pass_line()
            head = rows.taken()
            while head.rows and file.tell() < HEAD_BYTES:
                more = rows.taken()
                if not more:
                    break
                head += more
            if head:
                yield self._headed(head.piece(file.tell()))
            at = self._behind(rows.number)
            if at is None:
                yield from _pieces(rows, file)
            else:
                yield from self._blocks(file, at, rows.number)

    def _headed(self, piece: Piece) -> Piece:
        """Put a header that is written as a comment, right above the first row, on top."""
        first = piece.lines[0] if piece.rows else 0
        if first <= 1 or not any(is_moment(cell) for cell in piece.rows[0]):
            return piece
        with self.path.open(encoding=self.coding, errors="replace", newline=None) as text:
            above = next(islice(text, first - 2, None), "").strip()
        names = [name.strip() for name in above.lstrip("# ").split(self.delimiter)]
        if not above.startswith("#") or len(names) != len(piece.rows[0]):
            return piece
        return replace(piece, rows=[names, *piece.rows], lines=[first - 1, *piece.lines])

    def _blocks(self, file: BinaryIO, at: int, number: int) -> Iterator[Piece]:
        """Yield the rows from a place behind a line, by columns where the text is regular.

        A block that is not gives its rows one by one. Where a quoted cell could go on behind its
        block, all the rest is read so.
        """
        coding = self.coding.removesuffix("-sig")
        file.seek(at)
        while text := file.read(BLOCK_BYTES):
            text += (last := file.readline(LONGEST_LINE))
            is_cut = len(last) == LONGEST_LINE and not last.endswith(b"\n")
            columns = None if is_cut else columns_of(text, self.delimiter, number + 1, coding)
            done = file.tell()
            if columns is not None:
                yield ColumnPiece([], (), done, columns=columns)
            elif is_cut or not ends_alone(text, ord(self.delimiter)):
                file.seek(done - len(text))
                with io.TextIOWrapper(file, coding, "replace") as rest:
                    yield from _pieces(CsvRows(rest, self.delimiter, number), file)
                return
            else:
                block = io.BytesIO(text)
                inner = io.TextIOWrapper(block, coding, "replace")
                pieces = _pieces(CsvRows(inner, self.delimiter, number), block)
                yield from (replace(each, done=done) for each in pieces)
            number += text.count(b"\n")

    def _behind(self, number: int) -> int | None:
        """Return where the file goes on behind a line; None where bytes are not read by columns."""
        if self.coding == "utf-16":
            return None
        with self.path.open("rb") as file:
            for _line in range(number):
                line = file.readline(LONGEST_LINE)
                while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    line = file.readline(LONGEST_LINE)
                if line.count(b"\r") > line.endswith(b"\r\n"):
                    return None
            return file.tell()


def _pieces(rows: CsvRows, file: BinaryIO) -> Iterator[Piece]:
    while taken := rows.taken():
        yield taken.piece(file.tell())


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that stands in every line; commas may be decimal ones, so last.

    Where none does, because titles stand above or totals below, the one of most lines is taken.
    """
    counts = {mark: sum(mark in line for line in lines) for mark in _DELIMITERS}
    whole = (mark for mark, n in counts.items() if n == len(lines))
    return next(whole, max(counts, key=counts.__getitem__)) if any(counts.values()) else ","
