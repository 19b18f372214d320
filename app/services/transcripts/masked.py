"""Transcripts in which the secrets of this program are blacked out before anything is kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.i18n import ngettext
from app.redaction import Redactor, StreamMask
from app.services.ports.store import Transcript, Transcripts

NOTE = "note"
"""The stream of what is ours in a transcript, and not the server's."""
Show = Callable[[str, bytes, datetime], object]
"""Hears of every piece as it was kept."""


@dataclass(frozen=True)
class MaskedTranscripts:
    """Opens transcripts that keep no secret of this program."""

    kept: Transcripts
    redactor: Redactor

    def open(self, run: str, step: str, show: Show) -> "MaskedTranscript":
        """Start, or go on with, the transcript of a step."""
        return MaskedTranscript(self.kept.open(run, step), self.redactor, show)


@dataclass
class MaskedTranscript:
    """One transcript; what a server says of a password is as long as before, and stars.

    A note goes before each piece with stars, so that a transcript never has stars without it, and
    whoever goes on with one knows that it is not byte for byte what the server said. What may be
    the first half of a secret is kept when its other half has come, or the end.
    """

    kept: Transcript
    redactor: Redactor
    show: Show
    _masks: dict[str, StreamMask] = field(default_factory=dict)
    _again: dict[str, int] = field(default_factory=dict)
    """How many bytes of each stream come a second time, and are kept already."""
    _last: datetime | None = None

    def append(self, stream: str, data: bytes, at: datetime) -> None:
        """Add a piece of output, as it may be kept."""
        mask = self._masks.setdefault(stream, StreamMask(self.redactor))
        self._last = at
        self._keep(stream, *mask.feed(data), at)

    def heard(self) -> "dict[str, tuple[int, hashlib._Hash]]":
        """Return for each stream how many bytes it holds so far, and their running SHA-256.

        Nothing, once a secret was blacked out: no hash of a server's can be compared with what is
        kept. It is then to be heard again from its first byte; what is kept is not kept again.
        """
        heard = self.kept.heard()
        if NOTE not in heard:
            return heard
        self._again = {stream: length for stream, (length, _running) in heard.items()}
        return {}

    def seal(self) -> tuple[str, int]:
        """Keep what was held back, and finish."""
        for stream, mask in self._masks.items():
            if self._last is not None:
                self._keep(stream, *mask.rest(), self._last)
        return self.kept.seal()

    def _keep(self, stream: str, clean: bytes, black: tuple[int, ...], at: datetime) -> None:
        known = min(self._again.get(stream, 0), len(clean))
        if known:
            self._again[stream] -= known
        if masked := sum(place >= known for place in black):
            told = ngettext(
                "{n} secret of this program is blacked out below, in place.",
                "{n} secrets of this program are blacked out below, in place.",
                masked,
            )
            self.kept.append(NOTE, f"{told.format(n=masked)}\n".encode(), at)
        if fresh := clean[known:]:
            self.kept.append(stream, fresh, at)
            self.show(stream, fresh, at)
