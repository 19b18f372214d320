"""JMeter's CSV of every age, and k6's: rows of text become batches of samples."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.errors import InvalidInput
from app.i18n import _
from app.services.loadtests.files.ahead import ahead
from app.services.loadtests.files.batch import (
    LONGEST_US,
    Batch,
    Flags,
    Ints,
    Notebook,
    too_long,
)
from app.services.loadtests.files.cells import Cells, Names
from app.services.loadtests.files.columns import Columns
from app.services.loadtests.files.lines import Block, blocks
from app.services.loadtests.files.moments import ReadTimes, times_like
from app.services.loadtests.files.opening import Text

PARENT = b"Number of samples in transaction"
"""How the message of a transaction controller begins."""
EMPTY_PARENT = PARENT + b" : 0"
_K6_DURATION = b"http_req_duration"
GOOD_WORDS, BAD_WORDS = (b"true", b"1", b"ok", b"yes"), (b"false", b"0", b"ko", b"no")
_FORM_ROWS = 200


def read_delimited(file: Text, columns: Columns, book: Notebook, *, zone: str) -> Iterator[Batch]:
    """Yield the samples of a file that stands at its first byte.

    Args:
        file: The text.
        columns: What stands where.
        book: Where labels, rejected rows and notes are kept.
        zone: The zone of times that name none.
    """
    first_line = 1
    if columns.has_header:
        first_line += _pass_header(file, columns.above, book)
    reader = SampleReader(columns, book, zone)
    found = blocks(file, delimiter=ord(columns.delimiter), width=columns.width, line=first_line)
    # Cutting, reading and what the caller does with a batch each have a thread of their own.
    yield from ahead(_read(reader, ahead(found), book))


def _read(reader: "SampleReader", found: Iterator[Block], book: Notebook) -> Iterator[Batch]:
    for block in found:
        book.reject_all(block.rejected)
        if len(block):
            yield reader.batch(block)


def _pass_header(file: Text, above: int, book: Notebook) -> int:
    """Read up to the end of the header; return how many lines that were."""
    number = 0
    while line := file.readline():
        number += 1
        if is_void(line):
            continue
        if not above:
            break
        above -= 1
        book.reject(number, _("it stands above the header"))
    return number


def is_void(line: bytes) -> bool:
    """Whether a line before the header says nothing; Excel's "sep=;" tells what is seen anyway."""
    return not line.strip() or line.startswith((b"sep=", b"#"))


@dataclass(slots=True)
class SampleReader:
    """Turns blocks of one file into batches; the form of its times is found in the first one."""

    columns: Columns
    book: Notebook
    zone: str
    names: Names | None = None
    times: ReadTimes | None = None

    def batch(self, block: Block) -> Batch:
        """Read one block; rows that cannot be used are rejected with a reason."""
        wanted = self._wanted(block)
        at_us, took_us = self._times(block, wanted)
        ok = self._outcomes(block, wanted)
        label, parent = self._labels(block), self._parents(block, wanted)
        if self._is_k6:
            at_us = at_us - took_us  # k6 tells when a request was done
        return Batch(at_us, took_us, label, ok, parent).rows(wanted)

    @property
    def _is_k6(self) -> bool:
        return "metric_name" in self.columns.names

    def _wanted(self, block: Block) -> Flags:
        """Return the rows that are samples at all."""
        metric = self.columns.named("metric_name")
        if metric is not None:
            return block.column(metric).starts_with(_K6_DURATION)
        return np.ones(len(block), bool)

    def _times(self, block: Block, wanted: Flags) -> tuple[Ints, Ints]:
        columns = self.columns
        cells = block.column(columns.took or 0)
        took_us, timed = cells.thousandths()
        if not timed.all():
            self._skip_headers(cells, wanted & ~timed, wanted)
            self._drop(block, wanted, timed, _("the response time is no number"))
        if len(took_us) and int(took_us.max()) > LONGEST_US:
            self._drop(block, wanted, took_us <= LONGEST_US, too_long())
        if columns.time is None:
            self.book.note(_("The file has no times, so there is no rate."))
            return np.full(len(block), -1, np.int64), took_us
        cells = block.column(columns.time)
        if not wanted.any():
            return np.full(len(block), -1, np.int64), took_us
        if self.times is None:
            self.times = self._form(cells.rows(wanted))
        at_us, known = self.times(cells)
        self._drop(
            block,
            wanted,
            known,
            _("the time cannot be read, or the clocks skip it or show it twice"),
        )
        return at_us, took_us

    def _skip_headers(self, cells: Cells, doubtful: Flags, wanted: Flags) -> None:
        """Pass over headers in the middle: the file was put together of several."""
        if not self.columns.has_header:
            return
        name = self.columns.names[self.columns.took or 0].encode()
        for row in np.flatnonzero(doubtful):
            if cells.raw(int(row)).strip().lower() == name:
                wanted[row] = False
                self.book.note(_("The header stands in the file more than once."))

    def _form(self, cells: Cells) -> ReadTimes:
        samples = [cells.raw(row) for row in range(min(len(cells), _FORM_ROWS))]
        found = times_like(samples, self.zone)
        if found is None:
            shown = samples[0].decode("utf-8", "replace")[:40] if samples else ""
            raise InvalidInput(
                _("The times of the samples cannot be read, such as “{time}”.").format(time=shown),
                hint=_("Known are milliseconds since 1970 and the usual dates with times."),
            )
        if found[1]:
            self.book.note(found[1])
        return found[0]

    def _outcomes(self, block: Block, wanted: Flags) -> Flags:
        columns = self.columns
        place = columns.named("expected_response") if self._is_k6 else columns.ok
        if place is not None:
            cells = block.column(place)
            good = _any_of(cells, GOOD_WORDS)
            if good.all():
                return good
            told = good.copy()
            told[~good] = _any_of(cells.rows(~good), BAD_WORDS)
            if self._is_k6 and columns.code is not None:
                return good | (~told & _is_fine(block.column(columns.code)))
            self._drop(block, wanted, told, _("“success” is neither true nor false"))
            return good
        if columns.code is not None:
            self.book.note(_("There is no “success” column: codes below 400 count as success."))
            return _is_fine(block.column(columns.code))
        self.book.note(_("The file does not say which samples failed."))
        return np.ones(len(block), bool)

    def _labels(self, block: Block) -> Ints:
        if self.names is None:
            self.names = Names(self.book.labels)
        if self.columns.label is None:
            number = self.book.labels.number(_("(no label)").encode())
            return np.full(len(block), number, np.int64)
        return self.names.numbers(block.column(self.columns.label))

    def _parents(self, block: Block, wanted: Flags) -> Flags:
        if self.columns.message is None:
            return np.zeros(len(block), bool)
        cells = block.column(self.columns.message)
        parent = cells.starts_with(PARENT)
        if parent.any():
            wanted &= ~(parent & cells.starts_with(EMPTY_PARENT))
        return parent

    def _drop(self, block: Block, wanted: Flags, good: Flags, why: str) -> None:
        for row in np.flatnonzero(wanted & ~good):
            self.book.reject(int(block.line[row]), why)
        wanted &= good


def _any_of(cells: Cells, words: tuple[bytes, ...]) -> Flags:
    found = cells.equals(words[0])
    for word in words[1:]:
        if found.all():
            break
        rest = ~found
        found[rest] = cells.rows(rest).equals(word)
    return found


def _is_fine(cells: Cells) -> Flags:
    code, is_code = cells.integers()
    return is_code & (code >= 100) & (code < 400)
