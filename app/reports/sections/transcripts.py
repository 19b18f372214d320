"""Annex: the first and last lines of what each step put out, letter for letter."""

from collections.abc import Sequence

from reportlab.platypus import Flowable, Table

from app.i18n import _
from app.reports.flowables import Air, Words, chapter, gap, together
from app.reports.tables import tight
from app.reports.theme import LEADING, MONO, Sheet, inks, plain, width_of
from app.services.report_content.proofs import Transcript

_MOST_COMMAND_LINES = 4


def transcripts_section(
    transcripts: Sequence[Transcript], words: Words, page: Sheet
) -> list[Flowable]:
    """Lay the annex out; without transcripts there is none."""
    if not transcripts:
        return []
    intro = _("First and last lines of each step; control characters are written out.")
    story = chapter("transcripts", _("What the servers said"), words, words.text(intro))
    for item in transcripts:
        story += [_excerpt(item, words, page), Air(LEADING)]
    return story


def _excerpt(item: Transcript, words: Words, page: Sheet) -> Flowable:
    room = _room(page.live_width)
    command = [line for line in plain_lines(item.command) if line.strip()]
    said = [
        f"{'$ ' if not at else '  '}{line[at : at + room - 2]}"
        for line in command
        for at in range(0, len(line), room - 2)
    ]
    if len(said) > _MOST_COMMAND_LINES:
        said = [*said[:_MOST_COMMAND_LINES], "  …"]
    return together(
        words.text(item.title, strong=True, most=160),
        words.claim(item.note, quiet=True),
        gap(3),
        _lines((*said, *item.lines), words, page.live_width),
    )


def _lines(lines: Sequence[str], words: Words, width: float) -> Table:
    """Set lines in the fixed font on a sunken field; each is cut where the field ends."""
    room = _room(width)
    shown = [_cut(plain(line, MONO), room) for line in lines] or [_("(no output)")]
    table = tight([[words.text(line, mono=True, most=room + 40)] for line in shown], (width,))
    last = len(shown) - 1
    table.setStyle([
        ("BACKGROUND", (0, 0), (-1, -1), inks().sunken),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, 0), 3),
        ("BOTTOMPADDING", (0, last), (-1, last), 5),
    ])  # fmt: skip
    return table


def _room(width: float) -> int:
    return int((width - 16) / width_of("0", MONO))


def plain_lines(text: str) -> list[str]:
    """Return the lines of a text as they are set in the fixed font."""
    return [plain(line, MONO) for line in text.split("\n")]


def _cut(line: str, room: int) -> str:
    return line if len(line) <= room else line[: room - 1] + "…"
