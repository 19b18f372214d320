"""Gatling's text log and Locust's table of statistics."""

import csv
import io
import math
from collections.abc import Iterator

from app.domain.load_summary import LabelSummary
from app.i18n import _
from app.services.loadtests.files.batch import (
    Batch,
    Notebook,
    Row,
    batch_of,
    hindrance,
    whole,
)
from app.services.loadtests.files.opening import Text

_CHUNK = 1 << 20


def read_gatling(text: Text, book: Notebook) -> Iterator[Batch]:
    """Yield the requests of a ``simulation.log`` (Gatling 2 and 3 up to 3.10).

    A request ends with its name, start, end (milliseconds since 1970) and OK or KO; what stands
    before the name differs between versions.
    """
    rest, line = b"", 0
    while True:
        data = text.read(_CHUNK)
        lines = (rest + data).split(b"\n")
        rest = lines.pop() if data else b""
        rows = []
        for each in lines:
            line += 1
            if each.startswith(b"REQUEST\t"):
                row = _request(each.rstrip(b"\r").split(b"\t"), book)
                if row is None:
                    book.reject(line, _("no request with a start, an end and OK or KO"))
                else:
                    rows.append(row)
        yield batch_of(rows)
        if not data:
            return


def _request(cells: list[bytes], book: Notebook) -> Row | None:
    for at in range(len(cells) - 1, 3, -1):
        if cells[at] in (b"OK", b"KO"):
            name, start, end = cells[at - 3 : at]
            begun, done = whole(start), whole(end)
            if begun is None or done is None or hindrance(1000 * begun, 1000 * (done - begun)):
                continue
            number = book.labels.number(name)
            return 1000 * begun, 1000 * (done - begun), number, cells[at] == b"OK", False
    return None


def read_locust(data: bytes, book: Notebook) -> None:
    """Take the rows of Locust's ``…_stats.csv``: totals per request, not single samples."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace")))
    for row in reader:
        name = (row.get("Name") or "").strip()
        if name in ("Aggregated", "Total") and not (row.get("Type") or "").strip():
            continue
        samples, errors = (_number(row.get(key)) for key in ("Request Count", "Failure Count"))
        if samples is None or errors is None or not 0 <= errors <= samples:
            book.reject(reader.line_num, _("no counts of requests and failures"))
            continue
        book.written.append(
            LabelSummary(
                f"{row.get('Type') or ''} {name}".strip(),
                int(samples),
                int(errors),
                mean_ms=_number(row.get("Average Response Time")),
                min_ms=_number(row.get("Min Response Time")),
                max_ms=_number(row.get("Max Response Time")),
                rate_per_s=_number(row.get("Requests/s")),
                p50_ms=_number(row.get("50%")),
                p90_ms=_number(row.get("90%")),
                p95_ms=_number(row.get("95%")),
                p99_ms=_number(row.get("99%")),
            )
        )


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
