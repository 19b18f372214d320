"""A file that is hashed as it grows, and on its way to the disk long before it is whole."""

import hashlib
import os
from pathlib import Path
from threading import Thread

from app.vault.layout import room_for

AHEAD_BYTES = 32 << 20
"""How much is written before it is sent to the disk while more comes in. A system may keep
gigabytes to itself until it is asked, and then all wait for the disk at the very end."""


class DurableFile:
    """Written by one thread; knows the hash and the size of what went into it."""

    def __init__(self, handle: int, folder: Path) -> None:
        self._file = open(handle, "wb", buffering=0)  # noqa: SIM115 - closed by its owner
        self._folder = folder
        self._hash = hashlib.sha256()
        self._ahead: Thread | None = None
        self._ahead_from = 0
        self._error: OSError | None = None
        self.size = 0

    @property
    def sha256(self) -> str:
        """The hash of all bytes so far, in hex."""
        return self._hash.hexdigest()

    def write(self, data: bytes | memoryview) -> None:
        """Take all of ``data``; raises DiskFull, and OSError when the disk failed before."""
        self._hash.update(data)
        self.size += len(data)
        view = memoryview(data)
        with room_for(self._folder, self.size):
            while view:
                view = view[self._file.write(view) :]
            if self.size - self._ahead_from >= AHEAD_BYTES:
                self._sync_ahead()

    def close_synced(self) -> None:
        """Close the file when every byte is on the disk; raises DiskFull, OSError."""
        with room_for(self._folder, self.size):
            self._await_ahead()
            os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        """Close the file as it is; nothing is promised of it."""
        if self._ahead is not None:
            self._ahead.join()
        self._file.close()

    def _sync_ahead(self) -> None:
        """Begin to sync what is there, unless that is under way."""
        if self._ahead is not None and self._ahead.is_alive():
            return  # the disk is slower than what comes in: once at a time
        self._await_ahead()
        self._ahead_from = self.size
        self._ahead = Thread(target=self._sync, name="sync ahead")
        self._ahead.start()

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._error = error

    def _await_ahead(self) -> None:
        """Raise what an earlier sync met: the disk says it once, a later sync would succeed."""
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
        if self._error is not None:
            raise self._error
