"""What files of series have in common: how they begin, how text is coded, why one is unreadable."""

from pathlib import Path

from app.errors import InvalidInput
from app.i18n import _

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_LETTER = 4


def coding_of(head: bytes) -> str:
    """Return how text is coded: UTF-16 with a mark, UTF-8, or else Latin-1."""
    if head.startswith(_UTF16):
        return "utf-16"
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - _LONGEST_LETTER:
            return "latin-1"  # not merely a letter that goes on behind the beginning
    return "utf-8-sig"


def begin_of(path: Path, size: int) -> bytes:
    """Return how a file begins; raises InvalidInput."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InvalidInput:
    """Say why a file cannot be read."""
    return InvalidInput(
        _("{name} cannot be read: {why}.").format(name=path.name, why=error.strerror or error)
    )
