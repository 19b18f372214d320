"""What opens files of samples that are no text; each library is loaded with its first file."""

from pathlib import Path

from app.services.ports.series import FileReaders, Rows, RowSource


def _read_sheet(data: bytes) -> Rows:
    from app.exports.sheets import sheet_rows  # noqa: PLC0415 - loads slowly

    return sheet_rows(data)


def _open_parquet(path: Path) -> RowSource:
    from app.exports.parquet import ParquetFile  # noqa: PLC0415 - loads slowly

    return ParquetFile.of(path)


READERS = FileReaders(_read_sheet, _open_parquet)
