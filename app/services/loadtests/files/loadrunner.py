"""LoadRunner: the run report (XML), the Analysis report (HTML) and the Analysis database (MDB).

Transactions that were stopped when the test ended are neither passed nor failed and not counted.
Times are in seconds there, in milliseconds here.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

import defusedxml
from defusedxml.ElementTree import fromstring

from app import processes
from app.domain.load_summary import LabelSummary
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.loadtests.files.batch import Batch, Notebook, Row, batch_of, hindrance, whole
from app.services.loadtests.files.opening import refused_type

_DATE = "%d/%m/%Y %H:%M:%S"
_MOMENT = r"(\d\d/\d\d/\d{4}\s+\d\d:\d\d:\d\d)"
_PERIOD = re.compile(rf"{_MOMENT}\s*-\s*{_MOMENT}")
_MDB_MINUTES = 10
_HIGHEST_CELL = 10_000
_SHOWN = 40


def read_report(data: bytes, book: Notebook, *, zone: str) -> None:
    """Take the transactions of a ``RunReport.xml``: counts and span, but no response times.

    Raises:
        InvalidInput: It is no such report.
    """
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except defusedxml.DefusedXmlException as error:
        raise refused_type() from error
    except ParseError as error:
        raise InvalidInput(_("The file is not valid XML: {why}.").format(why=error)) from error
    general = root.find("General")
    if general is None:
        raise InvalidInput(_("The report holds no run (“General”)."))
    span = general.find("Time")
    if span is not None:
        book.span_us = _span(span.get("Start", ""), span.get("End", ""), zone)
        _note_zone(book, zone)
    seconds = _number(span.get("Duration", "") if span is not None else "")
    stopped = 0
    for number, entry in enumerate(general.iter("Transaction"), start=1):
        name = entry.get("Name", _("(no label)"))
        counts = _counts(entry, name, number, book)
        if counts is None:
            continue
        samples, failed = counts
        stopped += _count(entry.get("Stop", ""))
        rate = samples / seconds if seconds else None
        book.written.append(LabelSummary(name, samples, failed, rate_per_s=rate))
    book.note(_("A LoadRunner run report holds no response times."))
    _note_stopped(book, stopped)


def read_html(data: bytes, book: Notebook, *, zone: str) -> None:
    """Take the transactions of an Analysis summary (``summary.html``).

    Raises:
        InvalidInput: It holds no table of transactions.
    """
    table = _Table()
    table.feed(data.decode("utf-8", "replace"))
    table.close()
    if not table.rows:
        raise InvalidInput(
            _("The page holds no table of transactions."),
            hint=_("Give the “summary.html” of the report."),
        )
    period = _PERIOD.search(data.decode("utf-8", "replace"))
    if period:
        book.span_us = _span(period[1], period[2], zone)
        _note_zone(book, zone)
    seconds = (book.span_us[1] - book.span_us[0]) / 1e6 if book.span_us else 0.0
    for number, row in enumerate(table.rows, start=1):
        name = row.get("Transaction Name", _("(no label)"))
        counts = _counts(row, name, number, book)
        if counts is None:
            continue
        samples, failed = counts
        shown = row if samples else {}
        book.written.append(
            LabelSummary(
                name,
                samples,
                failed,
                mean_ms=_ms(shown.get("Average", "")),
                min_ms=_ms(shown.get("Minimum", "")),
                max_ms=_ms(shown.get("Maximum", "")),
                p90_ms=_ms(shown.get("90 Percent", "")),
                p95_ms=_ms(shown.get("95 Percent", "")),
                p99_ms=_ms(shown.get("99 Percent", "")),
                rate_per_s=samples / seconds if seconds else None,
            )
        )
    _note_stopped(book, sum(_count(row.get("Stop", "")) for row in table.rows))


class _Table(HTMLParser):
    """Collects the cells whose ``headers`` say what they are; a row begins with its name."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self._column = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter a cell."""
        if tag not in ("td", "tr", "table"):
            return
        header = dict(attrs).get("headers") or ""
        self._column = header.removeprefix("Lra") if header.startswith("Lra") else ""
        if self._column == "Transaction Name":
            self.rows.append({})

    def handle_endtag(self, tag: str) -> None:
        """Leave a cell."""
        if tag in ("td", "tr", "table"):
            self._column = ""

    def handle_data(self, data: str) -> None:
        """Read a cell."""
        if self._column and self.rows:
            row = self.rows[-1]
            row[self._column] = (row.get(self._column, "") + data).strip()[:_HIGHEST_CELL]


def read_mdb(path: Path, book: Notebook) -> Iterator[Batch]:
    """Yield the transactions of an Analysis database, read by ``mdb-export`` (mdbtools).

    Raises:
        InvalidInput: mdbtools is not installed, or the file is no such database.
    """
    try:
        yield _transactions(path, book)
    except (KeyError, ValueError) as error:  # a table has other columns, or no figures in them
        raise InvalidInput(
            _("The file is no LoadRunner Analysis database: {why}.").format(why=error)
        ) from error


def _transactions(path: Path, book: Notebook) -> Batch:
    events = {row["Event ID"]: row for row in _mdb(path, "Event_map")}
    status = {
        row["Status1"]: row["Transaction End Status"] for row in _mdb(path, "TransactionEndStatus")
    }
    starts = {row["Result ID"]: int(row["Start Time"]) for row in _mdb(path, "Result")}
    rows: list[Row] = []
    stopped = merged = 0
    for line, row in enumerate(_mdb(path, "Event_meter"), start=2):
        event = events.get(row["Event ID"])
        if event is None or event["Event Type"] != "Transaction":
            continue
        outcome = status.get(row["Status1"], "")
        end, value = _number(row["End Time"]), _number(row["Value"])
        if outcome == "Stop":
            stopped += 1
            continue
        took_us = None if value is None else round(value * 1e6)
        at_us = None
        if end is not None and value is not None and row["Result ID"] in starts:
            at_us = starts[row["Result ID"]] * 10**6 + round((end - value) * 1e6)
        if (why := hindrance(at_us, took_us)) or at_us is None or took_us is None:
            book.reject(line, why)
            continue
        merged += _count(row.get("Acount", "1")) > 1
        number = book.labels.number(event["Event Name"].encode())
        rows.append((at_us, took_us, number, outcome == "Pass", False))
    if merged:
        book.note(_("{n} rows are averages of several transactions.").format(n=merged))
    _note_stopped(book, stopped)
    return batch_of(rows)


def _mdb(path: Path, table: str) -> list[dict[str, str]]:
    program = processes.find("mdb-export")
    if program is None:
        raise InvalidInput(
            _("A LoadRunner database is read with mdbtools, which is not installed."),
            hint=_("Install the package “mdbtools”, or give “summary.html” or “RunReport.xml”."),
        )
    done = processes.run([program, path.resolve(), table], limit_s=60.0 * _MDB_MINUTES)
    rows = list(csv.DictReader(io.StringIO(done.text)))
    if not done.ok or (not rows and not done.text):
        raise InvalidInput(
            _("The file is no LoadRunner Analysis database: {why}.").format(why=done.complaint)
        )
    return rows


def _note_stopped(book: Notebook, stopped: int) -> None:
    if stopped:
        text = ngettext(
            "{n} transaction that was stopped is not counted.",
            "{n} transactions that were stopped are not counted.",
            stopped,
        )
        book.note(text.format(n=stopped))


def _note_zone(book: Notebook, zone: str) -> None:
    book.note(_("Times without a zone were taken as {zone}.").format(zone=zone))


def _span(start: str, end: str, zone: str) -> tuple[int, int] | None:
    try:
        moments = [
            datetime.strptime(" ".join(text.split()), _DATE).replace(tzinfo=ZoneInfo(zone))
            for text in (start, end)
        ]
    except ValueError:
        return None
    first, last = (round(moment.timestamp() * 1e6) for moment in moments)
    return first, last


def _counts(
    row: Mapping[str, str] | Element, name: str, number: int, book: Notebook
) -> tuple[int, int] | None:
    """Return how many transactions there were and how many failed; None where that is not told."""
    passed, failed = (_told_count(row.get(each, "")) for each in ("Pass", "Fail"))
    if passed is None or failed is None:
        text = _("the counts of transaction “{name}” are no numbers")
        book.reject(number, text.format(name=name[:_SHOWN]))
        return None
    return passed + failed, failed


def _count(text: str) -> int:
    return _told_count(text) or 0


def _told_count(text: str) -> int | None:
    """Return a count, 0 where nothing stands, None where something else does."""
    figure = text.replace(",", "").strip()
    return whole(figure) if figure else 0


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _ms(text: str) -> float | None:
    seconds = _number(text)
    return None if seconds is None else round(seconds * 1000, 6)
