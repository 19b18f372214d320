"""Files for people: whole or not at all; what had the name before stays until the new one is whole.

A full disk, a stick that is pulled out or the end of the program then leaves the old file, or none,
but never half of one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import InvalidInput
from app.i18n import _


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a place beside a file to write to; it takes the file's name once all is on the disk.

    Raises:
        InvalidInput: The file cannot be written.
    """
    part = target.with_name(target.name + ".part")
    try:
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be written: {why}.").format(file=target, why=error.strerror or error),
            hint=_("Choose another folder, or close the program that has the file open."),
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def save_whole(data: bytes, target: Path) -> Path:
    """Write a file whole or not at all, and return it; raises InvalidInput."""
    with written_whole(target) as part:
        part.write_bytes(data)
    return target
