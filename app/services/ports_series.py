"""Where frozen metric samples are kept."""

from typing import Protocol

from app.domain.metric import Series


class SeriesStore(Protocol):
    """Columns of samples under their SHA-256, written once."""

    def put(self, series: Series) -> str:
        """Keep samples durably; return the SHA-256 of the stored bytes."""
        ...

    def get(self, sha256: str) -> Series:
        """Return samples, verified; raises NotFound, StoreError."""
        ...
