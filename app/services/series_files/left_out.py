"""What is said of rows and cells of a file that could not be used."""

from collections.abc import Sequence

from app.i18n import _, ngettext
from app.services.ports.series import Rejected
from app.services.series_files.reading import Found
from app.wording import count

_MOST, _SHOWN = 10, 60


def left_out(found: Found) -> list[str]:
    """Name the first rows and cells that were not used, each with its line and why, count all."""
    rows = ngettext("{n} row was left out.", "{n} rows were left out.", found.skipped)
    cells = ngettext(
        "{n} cell holds no figure; it stays a gap.",
        "{n} cells hold no figure; they stay gaps.",
        found.odd,
    )
    return [
        *_named(found.skipped, rows, found.rejected),
        *_named(found.odd, cells, found.odd_cells),
        *_late(found),
    ]


def in_short(found: Found) -> str:
    """Count the rows and cells that were not used, and say why the first was not."""
    rows = ngettext(
        "{n} row was left out (line {line}: {why}).",
        "{n} rows were left out, the first in line {line}: {why}.",
        found.skipped,
    )
    cells = ngettext(
        "{n} cell is a gap (line {line}: {why}).",
        "{n} cells are gaps, the first in line {line}: {why}.",
        found.odd,
    )
    told = ((found.skipped, rows, found.rejected), (found.odd, cells, found.odd_cells))
    words = [
        text.format(n=count(n), line=first[0].line, why=first[0].why)
        for n, text, first in told
        if n
    ]
    return " ".join([*words, *_late(found)])


def _late(found: Found) -> list[str]:
    if not found.late:
        return []
    text = ngettext(
        "{n} series begins later in the file: {names}.",
        "{n} series begin later in the file: {names}.",
        len(found.late),
    )
    names = [name[:_SHOWN] for name in found.late[:_MOST]]
    more = ["…"] if len(found.late) > _MOST else []
    return [text.format(n=count(len(found.late)), names=", ".join([*names, *more]))]


def _named(n: int, text: str, first: Sequence[Rejected]) -> list[str]:
    if not n:
        return []
    line = _("Line {line}: {why}.")
    return [text.format(n=count(n)), *(line.format(line=e.line, why=e.why) for e in first)]
