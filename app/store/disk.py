"""Write files so that they are whole after a crash, and say a full disk in our words."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import AppError, DiskFull, StoreError
from app.i18n import _

OWNER_FILE = 0o600
FROZEN_FILE = 0o400
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def no_room(path: Path) -> DiskFull:
    """Return the error for a full disk."""
    return DiskFull(
        _("There is no room left on the disk of {path}; nothing was saved.").format(path=path),
        hint=_("Free some space and try again."),
    )


def as_app_error(error: OSError, path: Path) -> AppError:
    """Turn what the system said about ``path`` into words."""
    if error.errno in _NO_ROOM:
        return no_room(path)
    reason = error.strerror or str(error)
    return StoreError(
        _("{path} cannot be used: {reason}.").format(path=path, reason=reason),
        hint=_("Check the disk and the rights of the data folder."),
    )


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Raise DiskFull or StoreError instead of OSError inside the block."""
    try:
        yield
    except OSError as error:
        raise as_app_error(error, path) from error


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; Windows does it by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the bytes of a finished file durable."""
    handle = os.open(path, os.O_RDWR if os.name != "posix" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, data: bytes, *, mode: int = OWNER_FILE) -> None:
    """Replace ``path`` with ``data``: after a crash there is the old file or the new one.

    Raises:
        DiskFull: There is no room; the old file is untouched.
        StoreError: The file cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.urandom(16).hex()}.part")
    with in_our_words(path):
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_FILE)
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            move_durably(part, path, mode=mode)
        finally:
            part.unlink(missing_ok=True)


def move_durably(part: Path, path: Path, *, mode: int = OWNER_FILE) -> None:
    """Give a finished, synced file its name; raises OSError."""
    part.chmod(mode)
    if os.name == "nt" and path.exists():
        path.chmod(OWNER_FILE)  # Windows does not replace a read-only file
    part.replace(path)
    sync_folder(path.parent)
