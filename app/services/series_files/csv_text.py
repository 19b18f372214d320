"""The rows of CSV text, as tools export it: any usual delimiter, quoted or not, with comments.

The file is read piece by piece, so that a file of any size needs no more memory than its beginning.
"""

import csv
import io
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from app.errors import InvalidInput
from app.i18n import _
from app.services.loadtests.files.lines import BLOCK_BYTES, ends_alone
from app.services.ports.series import Piece, Rows
from app.services.series_files.columns import ColumnPiece, columns_of
from app.services.series_files.opening import coding_of, unreadable

HEAD_BYTES = 8 << 20
"""How much of a file is looked at before anything is decided."""
_PIECE_ROWS, _PIECE_LETTERS = 20_000, 1 << 22
_LONGEST_LINE = 1 << 20
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
        text = io.StringIO(head[:_LONGEST_LINE].decode(coding, "replace"), newline=None)
        lines = list(islice(filter(_holds, text), _SNIFFED_LINES))
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
        except csv.Error as error:
            raise InvalidInput(_("The file is not CSV: {reason}.").format(reason=error)) from error

    def _pieces(self, file: BinaryIO) -> Iterator[Piece]:
        with io.TextIOWrapper(file, self.coding, "replace") as text:
            lines = _Lines(text)
            if self.is_named:
                next(iter(lines), None)
            reader = self._reader(lines)
            rows, numbers = _taken(reader, lines)
            while rows and file.tell() < HEAD_BYTES:
                more, their = _taken(reader, lines)
                if not more:
                    break
                rows += more
                numbers += their
            if rows:
                yield Piece(rows, numbers, file.tell())
            at = self._behind(lines.number)
            if at is None:
                yield from self._taken_rows(lines, file)
            else:
                yield from self._blocks(file, at, lines.number)

    def _blocks(self, file: BinaryIO, at: int, number: int) -> Iterator[Piece]:
        """Yield the rows from a place behind a line, by columns where the text is regular.

        A block that is not gives its rows one by one. Where a quoted cell could go on behind its
        block, all the rest is read so.
        """
        coding = self.coding.removesuffix("-sig")
        file.seek(at)
        while text := file.read(BLOCK_BYTES):
            text += (last := file.readline(_LONGEST_LINE))
            is_cut = len(last) == _LONGEST_LINE and not last.endswith(b"\n")
            columns = None if is_cut else columns_of(text, self.delimiter, number + 1, coding)
            done = file.tell()
            if columns is not None:
                yield ColumnPiece([], (), done, columns)
            elif is_cut or not ends_alone(text, ord(self.delimiter)):
                file.seek(done - len(text))
                with io.TextIOWrapper(file, coding, "replace") as rest:
                    yield from self._taken_rows(_Lines(rest, number), file)
                return
            else:
                block = io.BytesIO(text)
                lines = _Lines(io.TextIOWrapper(block, coding, "replace"), number)
                yield from (replace(each, done=done) for each in self._taken_rows(lines, block))
            number += text.count(b"\n")

    def _taken_rows(self, lines: "_Lines", file: BinaryIO) -> Iterator[Piece]:
        reader = self._reader(lines)
        rows, numbers = _taken(reader, lines)
        while rows:
            yield Piece(rows, numbers, file.tell())
            rows, numbers = _taken(reader, lines)

    def _reader(self, lines: "_Lines") -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True)

    def _behind(self, number: int) -> int | None:
        """Return where the file goes on behind a line; None where bytes are not read by columns."""
        if self.coding == "utf-16":
            return None
        with self.path.open("rb") as file:
            for _line in range(number):
                line = file.readline(_LONGEST_LINE)
                if line.count(b"\r") > line.endswith(b"\r\n"):
                    return None
            return file.tell()


class _Lines:
    """The lines that hold anything; ``number`` is that of the last one, ``letters`` counts all."""

    def __init__(self, text: io.TextIOBase, number: int = 0) -> None:
        self._text = text
        self.number, self.letters = number, 0

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while line := readline(_LONGEST_LINE):
            self.number += 1
            self.letters += len(line)
            if len(line) == _LONGEST_LINE and line[-1] != "\n":
                raise InvalidInput(
                    _("Line {line} is longer than a row may be.").format(line=self.number)
                )
            if line[0] > "#" or _holds(line):
                yield line


def _holds(line: str) -> bool:
    stripped = line.lstrip()
    return stripped != "" and stripped[0] != "#"


def _taken(reader: Iterator[list[str]], lines: _Lines) -> tuple[Rows, list[int]]:
    """Return the next rows that hold anything, and their lines; none at the end."""
    rows: Rows = []
    numbers: list[int] = []
    most = lines.letters + _PIECE_LETTERS
    for row in reader:
        cells = list(map(str.strip, row))
        if any(cells):
            rows.append(cells)
            numbers.append(lines.number)
            if len(rows) == _PIECE_ROWS or lines.letters > most:
                break
    return rows, numbers


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that stands in every line; commas may be decimal ones, so last."""
    return next(
        (mark for mark in _DELIMITERS if lines and all(mark in line for line in lines)), ","
    )
