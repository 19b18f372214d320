"""Read answers from files and pasted texts: each row is a response, or says why it is none."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from app.domain.feedback import LEAST, MOST, Response
from app.errors import InvalidInput
from app.i18n import _
from app.services.safe_text import display

MOST_BYTES, MOST_ROWS, MOST_TEXT, MOST_ROLE = 5 << 20, 10_000, 2000, 80
_NAMES = {
    "rating": ("rating", "score", "stars", "mark", "grade", "bewertung", "note"),
    "text": ("comment", "comments", "text", "feedback", "answer", "remark", "kommentar"),
    "role": ("role", "team", "department", "group", "rolle", "abteilung"),
    "said_on": ("date", "day", "submitted", "timestamp", "datum"),
}
"""What the columns of other people's forms are called."""
_MONTHS = 12
_KEYS = re.compile(r"^\s*([A-Za-z]+)\s*[:=]\s*(.*)$")
_BEGINS = re.compile(
    r"^\s*(\d{1,2})(?:\s*/\s*5\b\s*[|:;,–-]?|\s*\||\s*[:;](?!\s*\d)|\s*[,–-](?=\s)(?!\s*\d)|\s*$)"
    r"\s*(.*)$"
)
_COUNTS = re.compile(r"^\s*[1-5]\s+\S")
"""A line that begins with a rating, or with a number of something: "2 people could not log in"."""
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_UNKNOWN_ORDER = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8"))


class _Reader(Protocol):
    """What a CSV reader of the standard library is."""

    line_num: int

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Read:
    """One row as it was read; ``reason`` says why it is left out, "" when it counts."""

    line: int
    response: Response
    reason: str = ""
    remark: str = ""
    """What is odd about a row that counts all the same."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that was read, before anything is kept."""

    rows: tuple[Read, ...]

    @property
    def good(self) -> tuple[Response, ...]:
        """The responses that count."""
        return tuple(row.response for row in self.rows if not row.reason)

    @property
    def bad(self) -> tuple[Read, ...]:
        """The rows that are left out."""
        return tuple(row for row in self.rows if row.reason)


def read_csv(data: bytes) -> Preview:
    """Read a file with one answer in a row; the first row names the columns.

    Comma, semicolon and tabulator are told apart by the names of columns they leave; empty lines
    and a line such as ``sep=;`` may stand above them. A column that is not known is passed over;
    names of persons are not asked for and not kept.

    Raises:
        InvalidInput: It is too big, is no CSV, or has neither a rating nor a comment.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(_("The file is larger than {n} MiB.").format(n=MOST_BYTES >> 20))
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows = _rows(reader)
    header = next(rows, (0, None, ""))[1]
    if header and header[0].strip().casefold() == "sep=":
        header = next(rows, (0, None, ""))[1]
    columns = _columns(header or [])
    if not {"rating", "text"} & columns.keys():
        raise InvalidInput(
            _("The first row names neither a rating nor a comment."),
            hint=_("Name the columns rating, role, comment and date."),
        )
    return _checked(_of_row(line, cells, why, columns) for line, cells, why in rows)


def _delimiter(text: str) -> str:
    """Return what the columns stand apart by: whatever leaves the most names that are known."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if found := _SEPARATOR_LINE.fullmatch(first):
        return found[1]

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=delimiter), [])
        return len(_columns(cells)), len(cells)

    return max(",;\t", key=known)


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(reader: "_Reader") -> Iterator[tuple[int, list[str] | None, str]]:
    """Yield line, cells and the reason why there are none; empty rows are passed over."""
    count = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, None, _("it cannot be read: {why}").format(why=error)
            return
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:
            yield reader.line_num, None, _("more than {n} rows").format(n=MOST_ROWS)
            return
        yield reader.line_num, cells, ""


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        word = cell.strip().casefold()
        for name, words in _NAMES.items():
            if word in words:
                found.setdefault(name, place)
    return found


def _of_row(line: int, cells: list[str] | None, why: str, columns: dict[str, int]) -> Read:
    if cells is None:
        return Read(line, Response(), why)
    values = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
    return _of_values(line, values)


def _of_values(line: int, values: dict[str, str]) -> Read:
    """Turn the texts of one answer into a response, or say what is wrong with it."""
    text = _plain(values.get("text", ""), MOST_TEXT)
    role = _plain(values.get("role", ""), MOST_ROLE)
    kept = Response(None, text, role)
    written = values.get("rating", "").strip()
    if written:
        rating = _rating(written)
        if rating is None:
            why = _("“{text}” is no rating from {least} to {most}")
            return Read(line, kept, why.format(text=_plain(written, 40), least=LEAST, most=MOST))
        kept = replace(kept, rating=rating)
    if kept.rating is None and not kept.text:
        return Read(line, kept, _("neither a rating nor a comment"))
    if (day := values.get("said_on", "").strip()) and (said := _date(day)):
        kept = replace(kept, said_on=said)
    elif day:  # an answer is not lost because a form writes its dates in a way of its own
        why = _("date left out: “{text}”")
        return Read(line, kept, remark=why.format(text=_plain(day, 40)))
    return Read(line, kept)


def _rating(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,2})(?:[.,]0+)?(?:\s*/\s*5)?", text)
    value = int(found[1]) if found else 0
    return value if LEAST <= value <= MOST else None


def _date(text: str) -> date | None:
    """Read a date, also one followed by a time; 03/04/2026 is none, as its order is not known."""
    if found := _YEAR_FIRST.match(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.match(text):
        day, month, year = map(int, found.groups())
    elif found := _UNKNOWN_ORDER.match(text):
        one, other, year = map(int, found.groups())
        if one <= _MONTHS and other <= _MONTHS and one != other:
            return None
        day, month = max(one, other), min(one, other)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain(text: str, most: int) -> str:
    shown = display(text[: 4 * most]).strip()
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _checked(rows: Iterable[Read]) -> Preview:
    """Mark rows that say exactly what an earlier one said; people may agree, files may repeat."""
    seen: dict[Response, int] = {}
    checked: list[Read] = []
    for row in rows:
        twin = seen.get(row.response)
        if twin is not None and not row.reason and row.response.text:
            same = _("the same as line {n}").format(n=twin)
            row = replace(row, remark=f"{same}, {row.remark}" if row.remark else same)
        seen.setdefault(row.response, row.line)
        checked.append(row)
    return Preview(tuple(checked))


def read_pasted(text: str) -> Preview:
    """Read answers that were pasted: our text form, ``rating=4`` of a mail, or one in a line.

    Forms are separated by an empty line or a line of dashes. In plain lines a number that stands
    apart at the beginning is the rating: ``4 | faster than before``, ``4/5 faster``. A number that
    is part of the sentence is none: "2 people could not log in" rates nothing.

    Raises:
        InvalidInput: It is too long.
    """
    if len(text) > MOST_BYTES:
        raise InvalidInput(_("The text is longer than {n} MiB.").format(n=MOST_BYTES >> 20))
    lines = list(enumerate(text.splitlines(), start=1))
    is_form = any(_key_of(line) for _n, line in lines)
    return _checked(_no_more(_forms(lines) if is_form else _plain_lines(lines)))


def _no_more(rows: Iterable[Read]) -> Iterator[Read]:
    """Yield as many as are taken, and say when there are more."""
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            yield Read(row.line, Response(), _("more than {n} rows").format(n=MOST_ROWS))
            return
        yield row


def _key_of(line: str) -> tuple[str, str] | None:
    if not (found := _KEYS.match(line)):
        return None
    word = found[1].casefold()
    name = next((name for name, words in _NAMES.items() if word in words), "")
    return (name, found[2]) if name else None


def _forms(lines: Sequence[tuple[int, str]]) -> Iterator[Read]:
    values: dict[str, str] = {}
    began, last = 0, ""
    for n, line in (*lines, (len(lines) + 1, "")):
        key = _key_of(line)
        over = not line.strip() or not line.strip("-=_ ") or (key and key[0] in values)
        if over and values:
            yield _of_values(began, values)
            values, last = {}, ""
        if key:
            began = n if not values else began
            values[key[0]], last = key[1], key[0]
        elif line.strip() and last:
            values[last] = f"{values[last]}\n{line.strip()}"


def _plain_lines(lines: Sequence[tuple[int, str]]) -> Iterator[Read]:
    for n, line in lines:
        if not line.strip():
            continue
        found = _BEGINS.match(line)
        values = {"rating": found[1], "text": found[2]} if found else {"text": line}
        row = _of_values(n, values)
        if not found and _COUNTS.match(line):
            why = _("no rating: write 4 | for one")
            row = replace(row, remark=why)
        yield row
