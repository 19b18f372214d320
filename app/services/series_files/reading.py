"""One door for files with series: the kind of file is seen from its first bytes."""

from app.errors import InvalidInput
from app.i18n import _
from app.services.ports_series import SheetReader
from app.services.series_files.csv_text import csv_rows
from app.services.series_files.json_text import json_rows
from app.services.series_files.table import Table, table_of

_WORKBOOK, _PARQUET = b"PK\x03\x04", b"PAR1"


def read_table(data: bytes, *, zone: str = "UTC", sheets: SheetReader | None = None) -> Table:
    """Read a file of series: CSV, JSON (such as a Prometheus range answer), or a workbook.

    Args:
        data: The file as it is; text in UTF-8, UTF-16 with a mark, or Latin-1.
        zone: The zone of times that name none.
        sheets: Opens workbooks; without it they are refused.

    Raises:
        InvalidInput: It is none of these, or holds no series.
    """
    if data.startswith(_WORKBOOK):
        if sheets is None:
            raise InvalidInput(_("Workbooks cannot be read here."), hint=_("Export it as CSV."))
        return table_of(sheets(data), zone=zone)
    if data.startswith(_PARQUET):
        raise InvalidInput(_("Parquet files cannot be read yet."), hint=_("Export it as CSV."))
    text = _decoded(data)
    if text.lstrip()[:1] in ("{", "["):
        return table_of(json_rows(text), zone=zone)
    rows, delimiter = csv_rows(text)
    return table_of(rows, zone=zone, comma_is_usual=delimiter == ";")


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
