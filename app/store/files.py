"""Content-addressed evidence: bytes under their SHA-256, written once, never altered."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.errors import NotFound, StoreError
from app.i18n import _
from app.paths import private_dir
from app.store.disk import FROZEN_FILE, in_our_words, move_durably, sync_folder, write_durably
from app.tasks import TaskContext

_BLOCK = 1 << 20


class StoredFiles:
    """Evidence files below one folder: ``sha256/ab/cdef...``, readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep bytes durably and return their SHA-256.

        Raises:
            DiskFull: There is no room; nothing was kept.
            StoreError: The folder cannot be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._place(sha256)
        if not _holds(path, sha256):
            write_durably(path, data, mode=FROZEN_FILE)
        return sha256

    def adopt(self, file: Path) -> tuple[str, int]:
        """Move a finished, synced file of the same disk in here; return SHA-256 and size.

        Raises:
            StoreError: The file cannot be moved.
        """
        with in_our_words(file):
            sha256, size = hash_file(file), file.stat().st_size
            self._move(file, sha256)
        return sha256, size

    def copy(self, file: Path, context: TaskContext | None = None) -> tuple[str, int]:
        """Keep a copy of a file, however large; return SHA-256 and size.

        Raises:
            DiskFull: There is no room; nothing was kept.
            StoreError: The file cannot be read, or the folder not written.
            TaskCancelled: A stop was asked for; nothing was kept.
        """
        private_dir(self._folder)
        with in_our_words(file):
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix="copy-")
            part = Path(name)
            try:
                with open(descriptor, "wb") as target, file.open("rb") as source:
                    sha256, size = _copied(source, target, context)
                    target.flush()
                    os.fsync(target.fileno())
                self._move(part, sha256)
                return sha256, size
            finally:
                part.unlink(missing_ok=True)

    def _move(self, file: Path, sha256: str) -> None:
        path = self._place(sha256)
        if _holds(path, sha256):
            file.unlink()
        else:
            move_durably(file, path, mode=FROZEN_FILE)

    def get(self, sha256: str) -> bytes:
        """Return bytes and check them.

        Raises:
            NotFound: There is no such file.
            StoreError: The bytes are not those that were kept.
        """
        path = self.path(sha256)
        with in_our_words(path):
            data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _altered(sha256, path)
        return data

    def blocks(self, sha256: str) -> Iterator[bytes]:
        """Yield bytes of any length a block at a time; they are vouched for once all have come.

        Raises:
            NotFound: There is no such file.
            StoreError: The bytes were not those that were kept; raised behind the last block.
        """
        path, found = self.path(sha256), hashlib.sha256()
        with in_our_words(path), path.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
                yield block
        if found.hexdigest() != sha256:
            raise _altered(sha256, path)

    def path(self, sha256: str) -> Path:
        """Return where the bytes lie; raises NotFound."""
        path = self._path(sha256)
        if not path.is_file():
            raise NotFound(_("There is no evidence file {name}….").format(name=sha256[:12]))
        return path

    def _place(self, sha256: str) -> Path:
        path = self._path(sha256)
        if not path.parent.is_dir():
            for folder in (self._folder, path.parent.parent, path.parent):
                private_dir(folder)
            with in_our_words(path.parent):
                sync_folder(path.parent.parent)
        return path

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound(_("“{name}” is not the name of an evidence file.").format(name=sha256))
        return self._folder / "sha256" / sha256[:2] / sha256[2:]


def _altered(sha256: str, path: Path) -> StoreError:
    return StoreError(
        _("The evidence file {name}… was altered or damaged.").format(name=sha256[:12]),
        hint=_("Restore it from a copy of the data folder: {path}").format(path=path),
    )


def _copied(source: BinaryIO, target: BinaryIO, context: TaskContext | None) -> tuple[str, int]:
    """Copy to the end, or to a stop; return the SHA-256 and the size of what was written."""
    digest, size, total = hashlib.sha256(), 0, os.fstat(source.fileno()).st_size
    while block := source.read(_BLOCK):
        target.write(block)
        digest.update(block)
        size += len(block)
        if context is not None:
            context.progress(size, total, _("Keeping the file as evidence"))
    return digest.hexdigest(), size


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file; raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _holds(path: Path, sha256: str) -> bool:
    """Whether a file is there and whole; a damaged one is written again."""
    with in_our_words(path):
        return path.is_file() and hash_file(path) == sha256
