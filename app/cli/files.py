"""Files that commands read and write: whole or not at all, and refused in words."""

from pathlib import Path

from app.errors import InvalidInput
from app.i18n import _

MOST_BYTES = 8 << 20


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, as far as a signed file may be long.

    Raises:
        InvalidInput: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be read: {why}.").format(file=path, why=error.strerror or error)
        ) from error
