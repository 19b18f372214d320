"""The ends of what the servers said, for the annex; all of it is attached or in the dossier."""

from collections.abc import Sequence

from app.domain.run import Run, StepRun
from app.domain.transcript import read_pieces
from app.i18n import _, ngettext
from app.redaction import Redactor
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.proofs import Transcript
from app.services.report_content.source import Source
from app.services.safe_text import display
from app.services.transcripts.excerpts import Excerpt
from app.wording import bytes_size, duration

FIRST, LAST = 3, 5
_LONGEST_LINE = 300
_CLEANER = Redactor()
"""Knows shapes alone: what is known to be a secret was blacked out when it came."""


def transcripts(source: Source, book: EvidenceBook) -> tuple[Transcript, ...]:
    """Return one excerpt per step that put something out, in order of time."""
    run = source.run
    if run is None:
        return ()
    return tuple(_excerpt(run, item, source, book) for item in source.started if item.transcript)


def _excerpt(run: Run, item: StepRun, source: Source, book: EvidenceBook) -> Transcript:
    raw = source.transcripts.get(item.transcript)
    ends = source.excerpts.get(item.transcript)
    code = _("no exit status") if item.exit_code is None else _("exit {n}").format(n=item.exit_code)
    told = [
        source.host_name(item.step.host),
        code,
        duration(item.actual_s),
        bytes_size(item.transcript_bytes),
    ]
    note = ", ".join(part for part in told if part)
    command, count = _CLEANER.clean(display(item.step.command))
    lines, found = _large(ends) if ends is not None else _ends(raw) if raw is not None else ((), 0)
    if ends is not None:
        note = f"{note}; {_('too large to be attached, all of it is in the dossier')}"
    elif raw is None:
        note = f"{note}; {_('the transcript could not be read')}"
    if count := count + found:
        text = ngettext("{n} secret is left out here", "{n} secrets are left out here", count)
        note = f"{note}; {text.format(n=count)}"
    return Transcript(
        title=item.step.title,
        command=command,
        lines=lines,
        note=Claim(f"{note}.", "", book.transcript(run, item)),
    )


def _ends(raw: bytes) -> tuple[tuple[str, ...], int]:
    """Return the first and the last lines, and how many secrets they are without.

    What is left out between is counted.
    """
    said = b"".join(piece.data for piece in read_pieces(raw))
    lines = display(said).rstrip("\n").split("\n")
    if lines == [""]:
        return (), 0
    if len(lines) <= FIRST + LAST:
        return _shown(lines)
    return _both(lines[:FIRST], lines[-LAST:], len(lines) - FIRST - LAST)


def _large(ends: Excerpt) -> tuple[tuple[str, ...], int]:
    """Return the rows of both ends of a transcript that nobody holds whole, as `_ends` does."""
    first, last = ([display(line) for line in side] for side in (ends.first, ends.last))
    return _both(first, last, ends.left_out)


def _both(first: Sequence[str], last: Sequence[str], left_out: int) -> tuple[tuple[str, ...], int]:
    (begin, one), (end, two) = _shown(first), _shown(last)
    left = _("… {n} more lines …").format(n=left_out)
    return (*begin, *((left,) if left_out else ()), *end), one + two


def _shown(lines: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return lines as they may be printed, without what looks like a secret anywhere."""
    text, count = _CLEANER.clean("\n".join(lines))
    return tuple(line[:_LONGEST_LINE] for line in text.split("\n")), count
