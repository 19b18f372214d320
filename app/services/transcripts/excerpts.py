"""The first and the last rows of a transcript of any size, read without holding it."""

from dataclasses import dataclass
from pathlib import Path

from app.errors import StoreError
from app.i18n import _
from app.services.transcripts.opened import OpenTranscript, Row
from app.tasks import TaskContext


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Both ends of a transcript, and how many rows lie between them."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    left_out: int


def excerpt_of(path: Path, sha256: str, first: int, last: int) -> Excerpt:
    """Return so many rows of both ends; the bytes are compared with their hash.

    Raises:
        StoreError: They are not those that were kept.
    """
    file = OpenTranscript(path, sha256)
    file.build_index(TaskContext())
    file.check(TaskContext())
    if file.is_genuine is False:
        raise StoreError(
            _("The evidence file {name}… was altered or damaged.").format(name=sha256[:12])
        )
    rows = file.known_rows
    begin = max(first, rows - last)
    return Excerpt(
        _texts(file.rows(0, min(first, rows))),
        _texts(file.rows(begin, last)),
        max(0, rows - first - last),
    )


def _texts(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(row.data.decode("utf-8", "replace") for row in rows)
