"""Follow the results of a running JMeter as they are written."""

import io
from dataclasses import dataclass

from app.analysis.loadtest import Tally
from app.domain.load_summary import LabelSummary
from app.i18n import ngettext
from app.services.loadtests.course import CourseMeter, LiveCourse
from app.services.loadtests.files.batch import Notebook
from app.services.loadtests.files.columns import columns_of
from app.services.loadtests.files.delimited import SampleReader
from app.services.loadtests.files.lines import blocks
from app.wording import count, number, percent

_LONGEST_REST = 1 << 20


@dataclass(slots=True)
class Live:
    """What has come so far; feed it whatever arrives, in pieces of any size.

    Rows that cannot be read are passed over here: the whole file is read again at the end.
    """

    _book: Notebook
    _tally: Tally
    _meter: CourseMeter
    planned_s: float | None = None
    """How long the run is planned to take, as far as the plan says."""
    _reader: SampleReader | None = None
    _rest: bytes = b""

    @classmethod
    def begun(cls, planned_s: float | None = None) -> "Live":
        """Return one that has seen nothing."""
        return cls(Notebook(), Tally(), CourseMeter(), planned_s)

    def feed(self, data: bytes) -> None:
        """Take what has been written since the last time."""
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        text = whole + newline
        if not text or (text.count(b'"') % 2 and len(text) < _LONGEST_REST):
            self._rest = text + rest  # within a line, or a cell of several lines
            return
        self._rest = rest
        if self._reader is None:
            head, _newline, text = text.partition(b"\n")
            self._reader = SampleReader(columns_of([head]), self._book, "UTC")
        columns = self._reader.columns
        mark = ord(columns.delimiter)
        for block in blocks(io.BytesIO(text), delimiter=mark, width=columns.width, line=1):
            if len(block):
                batch = self._reader.batch(block)
                self._tally.add(batch)
                self._meter.add(batch)

    @property
    def total(self) -> LabelSummary | None:
        """All samples so far; None before the first."""
        return self._tally.total() if self._tally.samples else None

    @property
    def course(self) -> LiveCourse:
        """How it went so far."""
        return self._meter.course()

    @property
    def words(self) -> str:
        """Return "1 234 samples, 0.5 % failed, p95 72 ms"; empty before the first."""
        total = self.total
        if total is None:
            return ""
        text = ngettext(
            "{n} sample, {failed} failed, p95 {p95}",
            "{n} samples, {failed} failed, p95 {p95}",
            total.samples,
        )
        return text.format(
            n=count(total.samples),
            failed=percent(total.error_share),
            p95=number(total.p95_ms, "ms"),
        )
