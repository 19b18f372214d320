"""The rows of CSV text, as tools export it: any usual delimiter, quoted or not, with comments."""

import csv
import io
from collections.abc import Sequence

from app.errors import InvalidInput
from app.i18n import _
from app.services.ports_series import Rows

_DELIMITERS = (";", "\t", "|", ",")
_SNIFFED_LINES = 50


def csv_rows(text: str) -> tuple[Rows, str]:
    """Return the rows that hold anything, and what stands between their cells."""
    lines = [
        line for line in io.StringIO(text) if line.strip() and not line.lstrip().startswith("#")
    ]
    delimiter = ""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip("\r\n")) == 5:
        delimiter, lines = lines[0][4], lines[1:]
    delimiter = delimiter or _delimiter(lines)
    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise InvalidInput(_("The file is not CSV: {reason}.").format(reason=error)) from error
    return [row for row in rows if any(row)], delimiter


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that stands in every line; commas may be decimal ones, so last."""
    first = lines[:_SNIFFED_LINES]
    return next(
        (mark for mark in _DELIMITERS if first and all(mark in line for line in first)), ","
    )
