"""One program per data folder, by a lock the operating system holds.

The lock ends with the process that holds it, however it ends; no number of a process that may
belong to somebody else by now is ever believed. What stands in the file is for people, and an
empty file says that the last program ended properly.
"""

import getpass
import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import Busy
from app.i18n import _
from app.store.disk import OWNER_FILE, in_our_words

LOCK_NAME = "lock"
_LOCKED_BYTE = 1 << 30
"""Far behind the text, so that others can still read it on systems where locks are mandatory."""


@dataclass(slots=True)
class InstanceLock:
    """A held lock; ``after_crash`` says that the program before us did not end properly."""

    handle: int
    after_crash: bool

    def release(self, *, clean: bool = True) -> None:
        """Let go; a clean end leaves the file empty."""
        if clean:
            os.ftruncate(self.handle, 0)
        os.close(self.handle)


def acquire(folder: Path, now: datetime) -> InstanceLock:
    """Take the lock of a data folder.

    Raises:
        Busy: Another program holds it; the text says who.
        StoreError: The lock file cannot be used.
    """
    path = folder / LOCK_NAME
    with in_our_words(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_FILE)
        if not _try_lock(handle):
            text = os.read(handle, 4096)
            os.close(handle)
            raise Busy(
                _("Change Desk is already open on this data: {who}.").format(who=_holder(text)),
                hint=_("Use that window, or close it first."),
            )
        after_crash = os.fstat(handle).st_size > 0
        os.ftruncate(handle, 0)
        os.write(handle, _about_us(now))
        os.fsync(handle)
    return InstanceLock(handle, after_crash)


def _about_us(now: datetime) -> bytes:
    about = {
        "pid": os.getpid(),
        "user": _user(),
        "computer": _computer(),
        "since": now.isoformat(timespec="seconds"),
    }
    return json.dumps(about).encode()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account without a name, as in some containers
        return "?"


def _holder(text: bytes) -> str:
    try:
        about = json.loads(text)
        return _("process {pid} of {user} on {computer}, since {since}").format(**about)
    except (ValueError, KeyError, TypeError):
        return _("another program")


if sys.platform == "win32":
    import msvcrt
    import socket

    def _computer() -> str:
        return socket.gethostname()

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _computer() -> str:
        return os.uname().nodename  # the socket module loads slowly

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
