"""Locks the operating system holds: they end with their process, never by a time limit.

Either one holds a lock alone, or any number share it. So a set that is being proven, copied or put
back is shared by its readers, and whoever removes it has to have it alone.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Busy

_CANNOT_WRITE = (errno.EROFS, errno.EACCES, errno.EPERM)
_PATIENCE_S = 1.0

if sys.platform == "win32":
    import msvcrt

    _PLACES = 64
    """A reader locks one byte of the file, whoever wants it alone locks all of them."""

    def _acquire(handle: int, *, shared: bool) -> None:
        for place in range(_PLACES if shared else 1):
            os.lseek(handle, place, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1 if shared else _PLACES)
            except OSError:
                continue
            return
        raise OSError(errno.EWOULDBLOCK, "locked")

else:
    import fcntl

    def _acquire(handle: int, *, shared: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


@contextmanager
def hold(path: Path, *, what: str) -> Iterator[None]:
    """Hold the lock behind ``path`` alone inside the block.

    Raises:
        Busy: Another task or program holds or shares it; ``what`` says what that means.
    """
    handle = _open(path, what, shared=False)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def hold_new(path: Path, *, what: str = "") -> Iterator[None]:
    """Hold a lock that is wanted this once, and remove its file at the end; raises Busy."""
    with hold(path, what=what or f"{path.name} is held by another program."):
        try:
            yield
        finally:
            _remove(path)


@contextmanager
def share(path: Path, *, what: str) -> Iterator[None]:
    """Share the lock behind ``path`` inside the block; the last one removes its file.

    Where nothing can be written, nothing can be removed either, and no lock is needed.

    Raises:
        Busy: Another task or program holds it alone; ``what`` says what that means.
    """
    try:
        handle = _open_patiently(path, what)
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        yield
        return
    try:
        yield
    finally:
        try:
            if os.name == "posix":
                _acquire(handle, shared=False)
                _remove(path)
        except OSError:
            pass  # others share it still
        finally:
            os.close(handle)


def is_held(path: Path) -> bool:
    """Whether somebody holds or shares the lock behind ``path``; clears away an idle one."""
    if not path.exists():
        return False
    try:
        with hold_new(path):
            return False
    except Busy:
        return True


def _open(path: Path, what: str, *, shared: bool) -> int:
    """Return the handle of the locked file; raises Busy, OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _acquire(handle, shared=shared)
        except OSError as error:
            os.close(handle)
            raise Busy(what, hint="Wait until it has ended, then try again.") from error
        if _is_at(handle, path):
            return handle
        os.close(handle)  # it was removed meanwhile; two would hold two files of one name


def _open_patiently(path: Path, what: str) -> int:
    """Share a lock; whoever only looks whether it is held has it for a moment."""
    last_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return _open(path, what, shared=True)
        except Busy:
            if time.monotonic() > last_s:
                raise
            time.sleep(0.02)


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file still has its name; systems that keep open files need no look."""
    if os.name != "posix":
        return True
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)


def _remove(path: Path) -> None:
    if os.name == "posix":
        path.unlink(missing_ok=True)
