"""Locks the operating system holds: they end with their process, never by a time limit."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Busy

if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _acquire(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def hold(path: Path, *, what: str) -> Iterator[None]:
    """Hold the lock behind ``path`` inside the block.

    The file itself stays: removing it would let two holders lock two files of one name.

    Raises:
        Busy: Another task or program holds it; ``what`` says what that means.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _acquire(handle)
        except OSError as error:
            raise Busy(what, hint="Wait until it has ended, then try again.") from error
        yield
    finally:
        os.close(handle)


@contextmanager
def hold_new(path: Path) -> Iterator[None]:
    """Hold a lock only we can know of, and remove its file at the end."""
    with hold(path, what=f"{path.name} is held by another program."):
        try:
            yield
        finally:
            if os.name == "posix":
                path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock behind ``path``; clears away one that nobody holds."""
    if not path.exists():
        return False
    try:
        with hold_new(path):
            return False
    except Busy:
        return True
