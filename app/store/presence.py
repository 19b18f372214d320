"""Remembers in a small file when the program was awake; losing it loses an explanation only."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock

from app.services.presence import ASLEEP_AFTER, Away, Session

FILE_NAME = "presence.json"
_KEPT = 200
_log = logging.getLogger(__name__)


class PresenceFile:
    """The sessions of a data folder; the first beat of a program begins a new one."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE_NAME
        self._lock = Lock()
        self._current: Session | None = None

    def beat(self, now: datetime) -> None:
        """Say that the program is awake; a file that cannot be written is only logged."""
        with self._lock:
            kept = list(self.sessions())
            current = self._current
            if current is None:
                self._current = Session(now, now, Away.CLOSED)
            elif now - current.end > ASLEEP_AFTER:
                self._current = Session(now, now, Away.ASLEEP)
            elif now > current.end:
                self._current = Session(current.start, now, current.before)
                kept = kept[:-1]
            else:
                return
            self._write([*kept, self._current][-_KEPT:])

    def sessions(self) -> Sequence[Session]:
        """Return what is remembered, oldest first; a file that cannot be read says nothing."""
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(
                Session(datetime.fromisoformat(a), datetime.fromisoformat(b), Away(why))
                for a, b, why in rows
            )
        except (OSError, ValueError, TypeError):
            return ()

    def _write(self, sessions: list[Session]) -> None:
        rows = [(one.start.isoformat(), one.end.isoformat(), one.before) for one in sessions]
        part = self._path.with_suffix(".part")
        try:
            part.write_text(json.dumps(rows), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            _log.warning("presence cannot be kept: %s", error)
