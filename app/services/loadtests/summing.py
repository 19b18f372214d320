"""Read the results of a load test and sum them up, label by label."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.analysis.loadtest import JMETER_WINDOW, TOTAL, Tally
from app.domain.load_summary import LabelSummary, LoadTestFormat, LoadTestSummary, Percentiles
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.loadtests.files.batch import Notebook
from app.services.loadtests.files.reading import Reading, reading
from app.services.series_files.zones import zone_of
from app.tasks import TaskContext

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def summarise(
    path: Path | str,
    *,
    zone: str = "UTC",
    window: int | None = None,
    context: TaskContext | None = None,
) -> LoadTestSummary:
    """Sum up a file of any size and any known tool; ``-`` is standard input.

    Args:
        path: The file.
        zone: The zone of times that name none.
        window: Take percentiles from this many last samples of a label, as JMeter's dashboard does.
        context: Reports progress; a stop ends the reading.

    Raises:
        InvalidInput: It cannot be read, holds no results, or not a single sample.
        TaskCancelled: A stop was asked for.
    """
    zone_of(zone)
    tally = Tally(window)
    with reading(path, zone=zone, context=context) as found:
        for batch in found.batches:
            tally.add(batch)
    summary = summary_of(found, tally)
    return replace(summary, percentiles=_definition(summary, window))


def _definition(summary: LoadTestSummary, window: int | None) -> Percentiles:
    if summary.percentiles is Percentiles.AS_WRITTEN:
        return summary.percentiles
    if window:
        return Percentiles.JMETER_WINDOW
    longest = max(label.samples for label in summary.labels)
    return Percentiles.JMETER_ALL if longest > JMETER_WINDOW else Percentiles.JMETER


def summary_of(found: Reading, tally: Tally) -> LoadTestSummary:
    """Put together what a tally counted and a notebook says.

    Raises:
        InvalidInput: There is not a single sample.
    """
    book = found.book
    if book.written:
        return _as_written(found.format, book)
    if not tally.samples:
        raise InvalidInput(_("The file holds no samples. {why}").format(why=_why(book)).strip())
    labels = tally.labels(book.labels.names)
    _note_parents(book, tally, labels)
    return LoadTestSummary(
        found.format,
        tally.total(),
        labels,
        *_moments(tally.span_us),
        rejected_rows=book.rejected_rows,
        rejected=tuple(sorted(book.rejected, key=lambda row: row.line)),
        notes=tuple(book.notes),
    )


def _why(book: Notebook) -> str:
    if not book.rejected:
        return ""
    first = book.rejected[0]
    return ngettext(
        "{n} row was rejected (line {line}: {reason}).",
        "{n} rows were rejected, the first in line {line}: {reason}.",
        book.rejected_rows,
    ).format(n=book.rejected_rows, line=first.line, reason=first.reason)


def _note_parents(book: Notebook, tally: Tally, labels: tuple[LabelSummary, ...]) -> None:
    parents = [label for label in labels if label.is_parent]
    if tally.only_parents:
        book.note(
            _("The file holds transactions only, without their samples; they count as samples.")
        )
    elif parents:
        text = ngettext(
            "{n} transaction controller is listed, but not counted in the total: its samples are.",
            "{n} transaction controllers are listed, but not counted in the total: their samples "
            "are.",
            len(parents),
        )
        book.note(text.format(n=len(parents)))


def _moments(span_us: tuple[int, int] | None) -> tuple[datetime | None, datetime | None]:
    if span_us is None:
        return None, None
    first, last = (_EPOCH + timedelta(microseconds=each) for each in span_us)
    return first, last


def _as_written(file_format: LoadTestFormat, book: Notebook) -> LoadTestSummary:
    """Take the totals of a file without single samples; percentiles cannot be put together."""
    labels = tuple(book.written)
    samples = sum(each.samples for each in labels)
    errors = sum(each.errors for each in labels)
    timed = [each for each in labels if each.mean_ms is not None and each.samples]
    rates = [each.rate_per_s for each in labels]
    total = LabelSummary(
        TOTAL,
        samples,
        errors,
        mean_ms=_weighted(timed),
        min_ms=min((each.min_ms for each in timed if each.min_ms is not None), default=None),
        max_ms=max((each.max_ms for each in timed if each.max_ms is not None), default=None),
        rate_per_s=sum(rate for rate in rates if rate is not None) if any(rates) else None,
    )
    return LoadTestSummary(
        file_format,
        total,
        labels,
        *_moments(book.span_us),
        rejected_rows=book.rejected_rows,
        rejected=tuple(book.rejected),
        percentiles=Percentiles.AS_WRITTEN,
        notes=tuple(book.notes),
    )


def _weighted(timed: list[LabelSummary]) -> float | None:
    n = sum(each.samples for each in timed)
    return sum((each.mean_ms or 0.0) * each.samples for each in timed) / n if n else None
