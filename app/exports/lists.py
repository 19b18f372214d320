"""Lists as files for other programs: CSV that starts no formula, workbooks, JSON.

Whatever a title holds, a spreadsheet must show it and never carry it out: a CSV cell that could be
taken for a formula gets an apostrophe in front (OWASP, CSV injection); a cell of a workbook is
stored as text, which no program evaluates.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.i18n import _
from app.services.exports import ExportFormat, ExportWish, TableWriter, Value
from app.services.safe_text import display, safe_cell, spelled_out

_LONGEST_CELL = 32_767
_CUT = "… [cut]"
_WIDTHS = {0: 13, 1: 52}
_USUAL_WIDTH = 18


@contextmanager
def open_table(path: Path, wish: ExportWish, headings: Sequence[str]) -> Iterator[TableWriter]:
    """Begin a file; leaving the block finishes it, also when nothing was written."""
    headings = [*headings, _("Data")] if wish.label else headings
    match wish.format:
        case ExportFormat.CSV:
            encoding = "utf-8-sig" if wish.bom else "utf-8"
            with path.open("w", encoding=encoding, errors="replace", newline="") as file:
                yield _CsvTable(file, headings, wish.label)
        case ExportFormat.JSON:
            with path.open("w", encoding="utf-8", errors="replace") as file:
                table = _JsonList(file, wish.label)
                yield table
                table.end()
        case ExportFormat.XLSX:
            book = _Workbook(headings, wish.label)
            yield book
            book.save(path)


class _CsvTable:
    """Comma-separated values by RFC 4180; times in ISO 8601, UTC."""

    def __init__(self, file: IO[str], headings: Sequence[str], label: str) -> None:
        self._label = label
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._writer.writerow([safe_cell(heading) for heading in headings])

    def add(self, record: object, values: Sequence[Value]) -> None:
        """Write one row."""
        self._writer.writerow([_as_text(value) for value in _labelled(values, self._label)])


def _labelled(values: Sequence[Value], label: str) -> Sequence[Value]:
    return (*values, label) if label else values


def _as_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case str():
            return safe_cell(spelled_out(value))
        case _:
            return str(value)


class _JsonList:
    """An array of whole records, one line each."""

    def __init__(self, file: IO[str], label: str) -> None:
        self._file, self._first, self._label = file, True, label
        file.write("[")

    def add(self, record: object, values: Sequence[Value]) -> None:
        """Write one record with all its fields."""
        self._file.write("\n" if self._first else ",\n")
        told = msgspec.to_builtins(record)
        told = {"data": self._label, **told} if self._label else told
        self._file.write(json.dumps(told, ensure_ascii=False))
        self._first = False

    def end(self) -> None:
        """Close the array."""
        self._file.write("\n]\n")


class _Workbook:
    """One sheet with a frozen header and a filter; rows go to the disk as they come."""

    def __init__(self, headings: Sequence[str], label: str) -> None:
        self._label = label
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet(display(label)[:31] or _("Changes"))
        self._sheet.freeze_panes = "C2"
        self._columns, self._rows = len(headings), 1
        for position in range(len(headings)):
            letter = get_column_letter(position + 1)
            self._sheet.column_dimensions[letter].width = _WIDTHS.get(position, _USUAL_WIDTH)
        self._sheet.append([self._text(heading, bold=True) for heading in headings])

    def add(self, record: object, values: Sequence[Value]) -> None:
        """Write one row; times are real times in UTC, as the headings say."""
        self._sheet.append([self._cell(value) for value in _labelled(values, self._label)])
        self._rows += 1

    def save(self, path: Path) -> None:
        """Finish the file."""
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(self._columns)}{self._rows}"
        self._book.save(path)

    def _cell(self, value: Value) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str, *, bold: bool = False) -> object:
        """Return a cell that is text, also when it begins like a formula or an error."""
        shown = display(text.encode("utf-8", "replace").decode())
        if len(shown) > _LONGEST_CELL:
            shown = shown[: _LONGEST_CELL - len(_CUT)] + _CUT
        cell = WriteOnlyCell(self._sheet, value=shown)
        cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        return cell
