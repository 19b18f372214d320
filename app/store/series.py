"""Metric samples, frozen: columns of numbers under the SHA-256 of the stored file.

A file is one zstd frame with a checksum around a line of JSON, which names the columns, and the
columns themselves as little-endian 64-bit floats. The same samples always give the same bytes.
"""

import json
from typing import TYPE_CHECKING

from app.domain.metric import Series
from app.errors import StoreError
from app.i18n import _
from app.store.files import StoredFiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = "changedesk series 1"
_COLUMNS = ("at_s", "value")
_LEVEL = 9
_FLOAT_BYTES = 8


class StoredSeries:
    """Sample columns kept among the evidence files."""

    def __init__(self, files: StoredFiles) -> None:
        self._files = files

    def put(self, series: Series) -> str:
        """Keep samples durably; return the SHA-256 of the stored bytes.

        Raises:
            ValueError: The columns differ in length.
            DiskFull: There is no room.
        """
        return self._files.put(pack(series))

    def get(self, sha256: str) -> Series:
        """Return samples, verified.

        Raises:
            NotFound: There are no such samples.
            StoreError: The bytes were altered, or are not samples.
        """
        return unpack(self._files.get(sha256))


def pack(series: Series) -> bytes:
    """Return samples in the stored form; raises ValueError when the columns differ in length."""
    import numpy as np  # noqa: PLC0415 - the window starts without it
    import zstandard  # noqa: PLC0415 - loads slowly

    columns = [np.ascontiguousarray(getattr(series, name), dtype="<f8") for name in _COLUMNS]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError("the columns of a series must be equally long")
    header = {"format": FORMAT, "columns": _COLUMNS, "n": len(columns[0])}
    head = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    plain = head + b"".join(column.tobytes() for column in columns)
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(plain)


def unpack(data: bytes) -> Series:
    """Return the samples in stored bytes; raises StoreError."""
    import numpy as np  # noqa: PLC0415 - loads slowly
    import zstandard  # noqa: PLC0415 - loads slowly

    try:
        head, _newline, body = zstandard.ZstdDecompressor().decompress(data).partition(b"\n")
        header = json.loads(head)
        count = int(header["n"])
        fits = header["format"] == FORMAT and tuple(header["columns"]) == _COLUMNS
    except (zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
        raise _not_samples() from error
    if not fits or len(body) != count * _FLOAT_BYTES * len(_COLUMNS):
        raise _not_samples()
    at_s, value = np.frombuffer(body, dtype="<f8").reshape(len(_COLUMNS), count)
    return Series(_native(at_s), _native(value))


def _native(column: "NDArray[np.float64]") -> "NDArray[np.float64]":
    return column.astype(float)


def _not_samples() -> StoreError:
    return StoreError(
        _("The stored samples are not in a form this version knows."),
        hint=_("They may have been written by a later version."),
    )
