"""The ends of what the servers said, for the annex; all of it is attached or in the dossier."""

from app.domain.run import Run, StepRun
from app.domain.transcript import read_pieces
from app.i18n import _
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.proofs import Transcript
from app.services.report_content.source import Source
from app.services.safe_text import display
from app.services.transcripts.excerpts import Excerpt
from app.wording import bytes_size, duration

FIRST, LAST = 3, 5
_LONGEST_LINE = 300


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
    if ends is not None:
        note = f"{note}; {_('too large to be attached, all of it is in the dossier')}"
    elif raw is None:
        note = f"{note}; {_('the transcript could not be read')}"
    return Transcript(
        title=item.step.title,
        command=display(item.step.command),
        lines=_large(ends) if ends is not None else _ends(raw) if raw is not None else (),
        note=Claim(f"{note}.", "", book.transcript(run, item)),
    )


def _ends(raw: bytes) -> tuple[str, ...]:
    """Return the first and the last lines; what is left out between is counted."""
    said = b"".join(piece.data for piece in read_pieces(raw))
    lines = [line[:_LONGEST_LINE] for line in display(said).rstrip("\n").split("\n")]
    if lines == [""]:
        return ()
    if len(lines) <= FIRST + LAST:
        return tuple(lines)
    left = _("… {n} more lines …").format(n=len(lines) - FIRST - LAST)
    return (*lines[:FIRST], left, *lines[-LAST:])


def _large(ends: Excerpt) -> tuple[str, ...]:
    """Return the rows of both ends of a transcript that nobody holds whole."""
    first, last = (
        tuple(display(line)[:_LONGEST_LINE] for line in side) for side in (ends.first, ends.last)
    )
    left = _("… {n} more lines …").format(n=ends.left_out)
    return (*first, *((left,) if ends.left_out else ()), *last)
