"""Which column of a delimited file holds what: from its header, or from the first rows."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.errors import InvalidInput
from app.i18n import _
from app.services.loadtests.files.moments import is_time

_TIME = ("timestamp", "time_stamp", "starttime", "start_time", "ts", "datetime", "time", "start")
_TOOK = (
    "elapsed",
    "elapsed_ms",
    "elapsedtime",
    "t",
    "responsetime",
    "response_time",
    "duration",
    "metric_value",
    "ttime",
)
_LABEL = ("label", "lb", "samplerlabel", "sampler_label", "sampler", "name", "transaction")
_OK = ("success", "s", "successful", "issuccsessful")
_CODE = ("responsecode", "rc", "response_code", "status", "status_code")
_MESSAGE = ("responsemessage", "rm", "response_message")
_KNOWN = frozenset((
    *_TIME, *_TOOK, *_LABEL, *_OK, *_CODE, *_MESSAGE, "threadname", "datatype", "failuremessage",
    "bytes", "sentbytes", "grpthreads", "allthreads", "url", "filename", "latency", "encoding",
    "samplecount", "errorcount", "hostname", "idletime", "connect",
    # k6
    "metric_name", "metric_value", "expected_response", "error", "error_code", "method", "scenario",
    "ctime", "dtime", "ttime", "wait",  # ab -g
))  # fmt: skip
_DELIMITERS = ",;\t|:^~#"
_WORDS = (b"true", b"false")
_MOST_ABOVE, _NANOSECOND_DIGITS = 20, 18
_CODE_FORM = re.compile(rb"[1-5]\d\d|Non HTTP.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a row; None where the file does not have them."""

    delimiter: str
    names: tuple[str, ...]
    """Names of the header, in small letters; empty without one."""
    width: int
    time: int | None = None
    took: int | None = None
    label: int | None = None
    ok: int | None = None
    code: int | None = None
    message: int | None = None
    above: int = 0
    """How many lines that say something stand above the header."""

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""
        return bool(self.names)

    def named(self, *wanted: str) -> int | None:
        """Return the place of the first of these names."""
        return next((self.names.index(name) for name in wanted if name in self.names), None)


def columns_of(lines: Sequence[bytes]) -> Columns:
    """Recognise the columns from the first lines of a file.

    Raises:
        InvalidInput: These are no results of a load test.
    """
    found = _by_header(lines[0].decode("utf-8", "replace")) or _below(lines) or _by_rows(lines)
    if found is None:
        raise InvalidInput(
            _("This is no result file of a load test that is known here."),
            hint=_(
                "Known are JMeter (CSV, XML), k6 CSV, Gatling logs, Locust statistics, ab -g and "
                "LoadRunner reports; a CSV file needs a time, a duration and a label."
            ),
        )
    if found.took is None:
        has = ", ".join(found.names) or _("{n} columns").format(n=found.width)
        raise InvalidInput(
            _("The file has no column with response times (“elapsed”)."),
            hint=_("It has: {names}. Save the results with elapsed times.").format(names=has),
        )
    return found


def _by_header(line: str, *, least: int = 2) -> Columns | None:
    text = line.strip("\ufeff \r\n")
    best: Columns | None = None
    most = least - 1
    others = {mark for mark in text if not mark.isalnum() and mark not in '_"- .'}
    for delimiter in dict.fromkeys([*_DELIMITERS, *sorted(others), " "]):
        names = [name.strip(' "').lower() for name in _split(text, delimiter)]
        known = sum(name in _KNOWN for name in names)
        if known > most:
            best, most = _named(delimiter, tuple(names)), known
    return best


def _below(lines: Sequence[bytes]) -> Columns | None:
    """Find a header below lines that name the report, its host or its day."""
    for above, line in enumerate(lines[1:_MOST_ABOVE], start=1):
        found = _by_header(line.decode("utf-8", "replace"), least=3)
        if found is not None and found.took is not None:
            return replace(found, above=above)
    return None


def _named(delimiter: str, names: tuple[str, ...]) -> Columns:
    plain = Columns(delimiter, names, len(names))
    times = ("seconds", *_TIME) if "ttime" in names else _TIME  # ab writes its starts twice
    time, took, label, ok, code, message = (
        plain.named(*wanted) for wanted in (times, _TOOK, _LABEL, _OK, _CODE, _MESSAGE)
    )
    return Columns(delimiter, names, len(names), time, took, label, ok, code, message)


def _by_rows(lines: Sequence[bytes]) -> Columns | None:
    """Recognise JMeter's order without a header: time, duration, label, code, message, …, true."""
    for delimiter in _DELIMITERS:
        rows = [_cells(line, delimiter) for line in lines]
        widths = [len(row) for row in rows if len(row) >= 3]
        if not widths:
            continue
        width = max(set(widths), key=widths.count)
        rows = [row for row in rows if len(row) == width]
        if 2 * len(rows) <= len(lines) and len(rows) < 2 and len(lines) > 1:
            continue
        found = _from_rows(delimiter, rows, width)
        if found is not None:
            return found
    return None


def _from_rows(delimiter: str, rows: list[list[bytes]], width: int) -> Columns | None:
    columns = list(zip(*rows, strict=True))
    time = next((i for i, cells in enumerate(columns) if _mostly(cells, is_time)), None)
    if time is None or _mostly(columns[time], _is_of_nanoseconds):
        return None
    after = range(time + 1, width)
    took = next((i for i in after if _mostly(columns[i], _is_duration)), None)
    if took is None:
        return None
    ok = next((i for i in after if _mostly(columns[i], _is_word)), None)
    free = [i for i in after if i > took and i != ok]
    code = next((i for i in free if _mostly(columns[i], _is_code)), None)
    label = took + 1 if took + 1 in free and took + 1 != code else None
    message = code + 1 if code is not None and code + 1 in free else None
    return Columns(delimiter, (), width, time, took, label, ok, code, message)


def _mostly(cells: Sequence[bytes], is_one: Callable[[bytes], bool]) -> bool:
    return 2 * sum(is_one(cell.strip()) for cell in cells) > len(cells)


def _is_duration(cell: bytes) -> bool:
    return cell.isdigit() and len(cell) <= 9


def _is_of_nanoseconds(cell: bytes) -> bool:
    """Whether a time is counted so finely as JMeter never does: durations then are, too."""
    return cell.isdigit() and len(cell) >= _NANOSECOND_DIGITS


def _is_word(cell: bytes) -> bool:
    return cell.lower() in _WORDS


def _is_code(cell: bytes) -> bool:
    return _CODE_FORM.fullmatch(cell) is not None


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter), [])


def _cells(line: bytes, delimiter: str) -> list[bytes]:
    try:
        return [cell.encode("latin-1") for cell in _split(line.decode("latin-1"), delimiter)]
    except csv.Error:
        return []
