"""Recognise a file of a load test and read it, whatever tool wrote it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.domain.load_summary import LoadTestFormat
from app.errors import InvalidInput
from app.i18n import _
from app.services.loadtests.files.batch import Batch, Notebook
from app.services.loadtests.files.columns import columns_of
from app.services.loadtests.files.delimited import is_void, read_delimited
from app.services.loadtests.files.opening import HEAD_BYTES, Text, opened
from app.services.loadtests.files.others import read_gatling, read_locust
from app.tasks import TaskContext

_SNIFFED_LINES, _SNIFFED_BYTES = 40, 4096
_MOST_ZEROS = 0.02
_MOST_WHOLE_BYTES = 64 << 20
_MDB = b"\x00\x01\x00\x00Standard "
_LOCUST = b"Request Count"
_JMETER_ROOT = re.compile(rb"<(testResults|httpSample|sample|sampleResult)[\s>]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it is being read: take the batches, then look at the notebook."""

    format: LoadTestFormat
    batches: Iterator[Batch]
    book: Notebook


@contextmanager
def reading(
    path: Path | str, *, zone: str = "UTC", context: TaskContext | None = None
) -> Iterator[Reading]:
    """Open a file (``-``: standard input) and tell what it is; its batches are read on demand.

    Args:
        path: The file.
        zone: The zone of times that name none.
        context: Reports progress in bytes; a stop ends the reading.

    Raises:
        InvalidInput: It cannot be read, or holds no results of a load test.
    """
    book = Notebook()
    with opened(path) as text:
        found = _recognised(text.head)
        batches = _batches(found, text, Path(path), book, zone)
        yield Reading(found, _followed(batches, text, book, context), book)


def _followed(
    batches: Iterator[Batch], text: Text, book: Notebook, context: TaskContext | None
) -> Iterator[Batch]:
    for batch in batches:
        if context is not None:
            context.progress(text.done, text.size or None)
        yield batch
    if text.damage:
        book.note(text.damage)


def _recognised(head: bytes) -> LoadTestFormat:
    """Return whose file begins like this.

    Raises:
        InvalidInput: It is empty, or nobody's.
    """
    begin = head.lstrip()
    if not begin:
        raise InvalidInput(_("The file is empty."))
    if head.startswith(_MDB):
        return LoadTestFormat.LOADRUNNER_MDB
    if begin.startswith(b"<"):
        return _recognised_markup(begin)
    lines = begin.splitlines()
    if lines[0].startswith((b"RUN\t", b"ASSERTION\t", b"USER\t", b"REQUEST\t")):
        return LoadTestFormat.GATLING_LOG
    if _LOCUST in lines[0] and b"User Count" in lines[0]:
        raise InvalidInput(
            _("This is Locust's history: figures of all requests so far, second by second."),
            hint=_("Give the file beside it whose name ends in “_stats.csv”."),
        )
    if begin.startswith(b"{") and b'"metric"' in begin[:_SNIFFED_BYTES]:
        raise InvalidInput(
            _("Samples of k6 as JSON are not read."),
            hint=_("Run k6 with “--out csv=FILE” and give that file."),
        )
    if _LOCUST in lines[0] and b"Failure Count" in lines[0]:
        return LoadTestFormat.LOCUST_STATS
    if lines[0].startswith(b"metric_name,"):
        return LoadTestFormat.K6_CSV
    begin = head[:_SNIFFED_BYTES]
    if begin.count(0) > len(begin) * _MOST_ZEROS:  # a label may hold a few
        raise InvalidInput(_("The file is neither text nor a database that is known here."))
    return LoadTestFormat.JMETER_CSV


def _recognised_markup(begin: bytes) -> LoadTestFormat:
    if _JMETER_ROOT.search(begin):
        return LoadTestFormat.JMETER_XML
    if re.search(rb"<Runs[\s>]", begin):
        return LoadTestFormat.LOADRUNNER_REPORT
    if re.search(rb"<html", begin[:2000], re.IGNORECASE):
        return LoadTestFormat.LOADRUNNER_HTML
    raise InvalidInput(
        _("This XML holds no results of a load test that is known here."),
        hint=_("Known are JMeter's “testResults” and LoadRunner's “RunReport.xml”."),
    )


def _batches(
    found: LoadTestFormat, text: Text, path: Path, book: Notebook, zone: str
) -> Iterator[Batch]:
    match found:
        case LoadTestFormat.JMETER_XML:
            # What reads XML and HTML is loaded for a tenth of a short JMeter file's time.
            from app.services.loadtests.files.jmeter_xml import read_xml  # noqa: PLC0415 - seldom

            yield from read_xml(text, book)
        case LoadTestFormat.GATLING_LOG:
            yield from read_gatling(text, book)
        case LoadTestFormat.LOCUST_STATS:
            read_locust(_whole(text), book)
        case (
            LoadTestFormat.LOADRUNNER_REPORT
            | LoadTestFormat.LOADRUNNER_HTML
            | LoadTestFormat.LOADRUNNER_MDB
        ):
            yield from _of_loadrunner(found, text, path, book, zone)
        case _:
            yield from read_delimited(text, columns_of(_first_lines(text.head)), book, zone=zone)


def _of_loadrunner(
    found: LoadTestFormat, text: Text, path: Path, book: Notebook, zone: str
) -> Iterator[Batch]:
    from app.services.loadtests.files import loadrunner  # noqa: PLC0415 - seldom, as above

    match found:
        case LoadTestFormat.LOADRUNNER_REPORT:
            loadrunner.read_report(_whole(text), book, zone=zone)
        case LoadTestFormat.LOADRUNNER_HTML:
            loadrunner.read_html(_whole(text), book, zone=zone)
        case _:
            yield from loadrunner.read_mdb(path, book)


def _first_lines(head: bytes) -> list[bytes]:
    """Return the first whole lines that say something."""
    lines = head.splitlines()
    if len(head) >= HEAD_BYTES and len(lines) > 1:
        lines.pop()
    return [line for line in lines if not is_void(line)][:_SNIFFED_LINES]


def _whole(text: Text) -> bytes:
    """Return a file that is small by its nature.

    Raises:
        InvalidInput: It is not.
    """
    pieces, size = [], 0
    while piece := text.read(1 << 20):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_WHOLE_BYTES:
            raise InvalidInput(_("The report is larger than such a report may be."))
    return b"".join(pieces)
