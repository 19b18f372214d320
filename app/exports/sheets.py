"""Read a sheet of a workbook as rows of text; nothing in it is calculated or believed.

A workbook is a zip of XML, so it is measured before it is opened: a small file may unpack to
terabytes. Formulas are not run; what counts is the value that was saved beside them.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import islice

from openpyxl import Workbook, load_workbook

from app.errors import InvalidInput
from app.i18n import _
from app.services.ports.series import Rows
from app.unpacking import MOST_MEMBERS, is_bomb

_MOST_BYTES = 1 << 30
"""Unpacked, of all parts together."""
_MOST_ROWS = 1_048_577
"""As many as a sheet can hold, and one more to notice a made-up file."""


def sheet_rows(data: bytes) -> Rows:
    """Return the rows, also empty ones, so that their numbers are those of the sheet.

    It is the first sheet that holds samples: a cover page or notes before it are passed over.

    Raises:
        InvalidInput: It is no workbook, or unpacks to more than can be meant.
    """
    try:
        _check_size(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            return _rows(book)
        finally:
            book.close()
    except InvalidInput:
        raise
    except Exception as error:  # what is damaged fails anywhere in the library, in any way
        raise InvalidInput(_("The file is not a workbook that can be read.")) from error


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        infos = parts.infolist()
        if sum(part.file_size for part in infos) > _MOST_BYTES:
            raise InvalidInput(_("The workbook unpacks to more than 1 GB; it is not opened."))
        if len(infos) > MOST_MEMBERS or any(
            is_bomb(part.compress_size, part.file_size) for part in infos
        ):
            raise InvalidInput(_("The workbook unpacks to more than can be meant."))


def _rows(book: Workbook) -> Rows:
    if not book.worksheets:
        raise InvalidInput(_("The workbook has no sheet with cells."))
    first: Rows | None = None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what the file says of its size need not be true
        rows = _rows_of(sheet.iter_rows(values_only=True))
        if _holds_samples(rows):
            return rows
        first = rows if first is None else first
    return first or []


def _holds_samples(rows: Rows) -> bool:
    """Whether two rows have a time and a figure, or what looks like both."""
    figures = (sum(any(map(str.isdigit, cell)) for cell in row) for row in rows)
    return len(list(islice((n for n in figures if n > 1), 2))) > 1


def _rows_of(cells_of_rows: Iterable[Sequence[object]]) -> Rows:
    rows = []
    for number, cells in enumerate(cells_of_rows, start=1):
        if number > _MOST_ROWS:
            raise InvalidInput(_("The sheet has more rows than a sheet can have."))
        rows.append([_text(cell) for cell in cells])
    return rows


def _text(cell: object) -> str:
    match cell:
        case bool() | None:
            return ""
        case datetime() | date() | time():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return str(cell).strip()
