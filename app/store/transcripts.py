"""Transcripts that grow while a step runs and survive whatever ends the program."""

import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from urllib.parse import quote

from app.domain.transcript import LONGEST_HEADER, Piece, read_header, write_piece
from app.errors import StoreError
from app.i18n import _
from app.paths import private_dir
from app.store.disk import OWNER_FILE, in_our_words, sync_folder
from app.store.files import StoredFiles

SYNC_EVERY_S = 1.0
_LONGEST_NAME = 120
_BLOCK = 1024 * 1024


class GrowingTranscript:
    """One open transcript; safe to use from several threads.

    What was appended is in the system's hands at once, so it survives the end of the program, and
    on the disk within a second, so it survives the end of the power.
    """

    def __init__(self, path: Path, files: StoredFiles) -> None:
        self._path = path
        self._files = files
        self._lock = Lock()
        self._timer: Timer | None = None
        self._failure: OSError | None = None
        with in_our_words(path):
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_FILE)
            os.ftruncate(self._handle, scan(path).length)
            sync_folder(path.parent)
        self._synced_s = monotonic()

    def append(self, stream: str, data: bytes, at: datetime) -> None:
        """Add a piece of output.

        Raises:
            DiskFull: There is no room; the transcript ends with the last whole piece.
            StoreError: The transcript is sealed, or the disk failed.
        """
        with self._lock, in_our_words(self._path):
            self._usable()
            whole = os.fstat(self._handle).st_size
            try:
                _write_all(self._handle, write_piece(Piece(at, stream, data)))
            except OSError:
                os.ftruncate(self._handle, whole)
                raise
            if monotonic() - self._synced_s >= SYNC_EVERY_S:
                self._sync()
            elif self._timer is None:
                self._timer = Timer(SYNC_EVERY_S, self._sync_later)
                self._timer.daemon = True
                self._timer.start()

    def heard(self) -> "dict[str, tuple[int, hashlib._Hash]]":
        """Return for each stream how many bytes it holds so far, and their running SHA-256."""
        with self._lock, in_our_words(self._path):
            return scan(self._path).streams

    def seal(self) -> tuple[str, int]:
        """Finish; return SHA-256 and size, under which the evidence files have the bytes."""
        with self._lock, in_our_words(self._path):
            self._usable()
            self._sync()
            self._close()
            return self._files.adopt(self._path)

    def close(self) -> None:
        """Leave the transcript as it is, to go on with it later."""
        with self._lock:
            if self._handle >= 0:
                self._close()

    def _usable(self) -> None:
        if self._handle < 0:
            raise StoreError(_("This transcript is sealed."))
        if self._failure is not None:
            raise self._failure

    def _sync(self) -> None:
        os.fsync(self._handle)
        self._synced_s = monotonic()

    def _sync_later(self) -> None:
        with self._lock:
            self._timer = None
            if self._handle >= 0:
                try:
                    self._sync()
                except OSError as error:  # told at the next append
                    self._failure = error

    def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        os.close(self._handle)
        self._handle = -1


class StoredTranscripts:
    """Opens the transcripts of steps, below one folder."""

    def __init__(self, folder: Path, files: StoredFiles) -> None:
        self._folder = folder
        self._files = files
        self._open: dict[Path, GrowingTranscript] = {}

    def open(self, run: str, step: str) -> GrowingTranscript:
        """Start, or go on with, the transcript of a step; a torn last piece is cut off."""
        folder = private_dir(private_dir(self._folder) / _file_name(run))
        path = folder / f"{_file_name(step)}.part"
        if (before := self._open.get(path)) is not None:
            before.close()
        self._open[path] = GrowingTranscript(path, self._files)
        return self._open[path]

    def close(self) -> None:
        """Let go of every open transcript; each can be gone on with."""
        for transcript in self._open.values():
            transcript.close()
        self._open.clear()


def _file_name(part: str) -> str:
    """Return a name that is safe on every system; long ones by their hash."""
    name = quote(part, safe="").replace(".", "%2E")
    return name if len(name) <= _LONGEST_NAME else hashlib.sha256(part.encode()).hexdigest()


@dataclass
class Scanned:
    """Where the last whole piece of a transcript ends, and what each stream comes to."""

    length: int = 0
    streams: "dict[str, tuple[int, hashlib._Hash]]" = field(default_factory=dict)


def scan(path: Path) -> Scanned:
    """Walk through a transcript of any size, a block at a time."""
    found = Scanned()
    with path.open("rb") as file:
        while header := read_header(file.readline(LONGEST_HEADER)):
            before, running = found.streams.get(header.stream, (0, hashlib.sha256()))
            running, left = running.copy(), header.length
            while left and (block := file.read(min(left, _BLOCK))):
                running.update(block)
                left -= len(block)
            if left or file.read(1) != b"\n":
                break
            found.length = file.tell()
            found.streams[header.stream] = (before + header.length, running)
    return found


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
