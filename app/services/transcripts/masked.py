"""Transcripts in which the secrets of this program are blacked out before anything is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from app.i18n import ngettext
from app.redaction import Redactor
from app.services.ports.store import Transcript, Transcripts

NOTE = "note"
"""The stream of what is ours in a transcript, and not the server's."""


@dataclass(frozen=True)
class MaskedTranscripts:
    """Opens transcripts; fits `app.services.ports.store.Transcripts`."""

    kept: Transcripts
    redactor: Redactor

    def open(self, run: str, step: str) -> "MaskedTranscript":
        """Start, or go on with, the transcript of a step."""
        return MaskedTranscript(self.kept.open(run, step), self.redactor)


@dataclass
class MaskedTranscript:
    """One transcript; what a server says of a password is as long as before, and stars.

    A value that arrives in two pieces is not recognised. Nothing is held back for that: what came
    is kept at once, whatever happens next.
    """

    kept: Transcript
    redactor: Redactor
    masked: int = 0
    _last: datetime | None = None

    def append(self, stream: str, data: bytes, at: datetime) -> None:
        """Add a piece of output, as it may be kept."""
        clean, count = self.redactor.blacken(data)
        self.masked += count
        self._last = at
        self.kept.append(stream, clean, at)

    def heard(self) -> "dict[str, tuple[int, hashlib._Hash]]":
        """Return for each stream how many bytes it holds so far, and their running SHA-256."""
        return self.kept.heard()

    def seal(self) -> tuple[str, int]:
        """Say how much was blacked out, and finish."""
        if self.masked and self._last is not None:
            told = ngettext(
                "{n} secret of this program was blacked out above, in place.",
                "{n} secrets of this program were blacked out above, in place.",
                self.masked,
            )
            self.kept.append(NOTE, f"{told.format(n=self.masked)}\n".encode(), self._last)
        return self.kept.seal()
