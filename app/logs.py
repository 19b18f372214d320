"""The program's own log: a small rotating file in the data folder, without secrets.

This is for us, when something breaks. What happened to a change is in the change log, which is
another thing altogether (`app/store`).
"""

import logging
import os
from pathlib import Path

from app.paths import private_dir
from app.redaction import Redactor

FILE_NAME = "changedesk.log"
MAX_BYTES = 1_000_000
KEPT_FILES = 5
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


def start_logging(folder: Path, redactor: Redactor, *, level: int = logging.INFO) -> Path:
    """Log to ``folder`` from now on, instead of anywhere else; return the file.

    Raises:
        StoreError: The folder cannot be used.
    """
    path = private_dir(folder) / FILE_NAME
    handler = _ProgramLog(path)
    handler.setFormatter(_CleanLines(redactor))
    root = logging.getLogger()
    stop_logging()
    root.addHandler(handler)
    root.setLevel(level)
    return path


def stop_logging() -> None:
    """Close the log file; nothing else that listens is touched."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _ProgramLog)]:
        root.removeHandler(handler)
        handler.close()


class _ProgramLog(logging.Handler):
    """Opens its file with the first record; what rotates files loads slowly, starts are quiet."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; called with the handler's lock held.

        A disk that is full or gone keeps nobody from working: the next record tries again.
        """
        if self._file is None:
            try:
                self._file = _open_file(self._path)
            except OSError:
                self.handleError(record)
                return
            self._file.setFormatter(self.formatter)
        self._file.emit(record)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        super().close()


def _open_file(path: Path) -> logging.Handler:
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - see above

    class PrivateFile(RotatingFileHandler):
        """Makes its files readable by their owner only, whatever the umask is."""

        def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as in the base class
            descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            return open(descriptor, "a", encoding=self.encoding)

    return PrivateFile(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8")


class _CleanLines(logging.Formatter):
    """Masks secrets and keeps a record on its own lines, tracebacks included."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(_FORMAT)
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        text, _count = self._redactor.clean(super().format(record))
        return "".join(char if char.isprintable() or char in "\n\t" else "�" for char in text)
