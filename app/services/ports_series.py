"""Where frozen metric samples are kept, and how workbooks with samples are opened."""

from collections.abc import Callable
from typing import Protocol

from app.domain.metric import Series

Rows = list[list[str]]
"""Cells as text, without surrounding spaces; rows that hold nothing are left out."""
SheetReader = Callable[[bytes], Rows]
"""Reads the first sheet of a workbook; raises InvalidInput."""


class SeriesStore(Protocol):
    """Columns of samples under their SHA-256, written once."""

    def put(self, series: Series) -> str:
        """Keep samples durably; return the SHA-256 of the stored bytes."""
        ...

    def get(self, sha256: str) -> Series:
        """Return samples, verified; raises NotFound, StoreError."""
        ...
