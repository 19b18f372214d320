"""One door for files with series: the kind of file is seen from its first bytes.

The beginning of a file tells what its columns hold; a long file is then read piece by piece, and
only what is of interest is kept, so that its size does not matter.
"""

import re
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.metric import Series
from app.errors import InvalidInput
from app.i18n import _
from app.services.ports.series import FileReaders, Piece, Rejected, Rows, RowSource
from app.services.series_files.csv_text import HEAD_BYTES, CsvFile
from app.services.series_files.json_text import json_rows
from app.services.series_files.opening import begin_of, coding_of
from app.services.series_files.succession import Succession, another, as_long
from app.services.series_files.table import KEPT_REJECTS, TableForm, Timed, form_of
from app.tasks import TaskContext

MOST_SAMPLES = 10_000_000
"""Of one series, that are kept; 160 MB."""
_MOST_WHOLE_BYTES = 128 << 20
"""Of a file that can only be read as a whole."""
_SNIFFED_BYTES = 4096
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf")
_MARKUP = re.compile(r"\s*<([!?]|[^,;\t\n]*(\n|\Z))")
"""How a page or XML begins; some tables name their columns so: ``<DATE>,<TIME>``."""
_VALUES, _DAY_S = (["value"], ["Value"], ["_value"]), 86400.0
_MOST_ZEROS = 0.02
"""Share of zero bytes, above which it is no text (a crash may leave a few in a file)."""
_WORKBOOK, _PARQUET = b"PK\x03\x04", (b"PAR1", b"PARE")


@dataclass(frozen=True, slots=True)
class Keep:
    """Which samples are of interest: those of a stretch of time, the newest ones of them."""

    from_s: float = -np.inf
    to_s: float = np.inf
    most: int = MOST_SAMPLES


@dataclass(frozen=True, slots=True)
class Found:
    """What a whole file holds of the series that were asked for."""

    series: Mapping[str, Series]
    skipped: int
    """Rows without a usable time."""
    rejected: tuple[Rejected, ...]
    """The first of them, with reasons."""
    since_s: float = -np.inf
    """Samples before it were left out, because there were too many."""
    late: tuple[str, ...] = ()
    """Series that nobody asked for, because they begin behind the beginning of the file."""
    odd: int = 0
    """Cells of these series that hold something, but no figure; they stay gaps."""
    odd_cells: tuple[Rejected, ...] = ()
    """The first of them."""


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """A file whose beginning has been looked at."""

    source: RowSource
    form: TableForm
    head: Timed
    """The rows of its beginning, or of all of it."""
    is_whole: bool
    """Whether that is all of it."""
    share: float = 1.0
    """How much of the file the beginning is."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the series."""
        return self.form.names

    @property
    def usual(self) -> str:
        """The series that is meant where none is named: its values, else the first with figures.

        A second column of times, such as the end of each interval, is passed over, and as long as
        others move so is one that stands still, such as a number or the length of the intervals.
        """
        still = []
        for name in sorted(self.names, key=lambda name: name.split()[-1:] not in _VALUES):
            series = self.form.series(name, self.head, self.form.figures(name, self.head))
            known = np.isfinite(series.value)
            value, at_s = series.value[known], series.at_s[known]
            if not len(value) or np.abs(value - at_s).max() < _DAY_S:
                continue
            if value.min() < value.max():
                return name
            still.append(name)
        return next(iter(still), self.names[0])

    @property
    def may_hold_more(self) -> bool:
        """Whether series may begin behind its beginning, whose names nobody has seen yet."""
        return not self.is_whole and bool(self.form.words_at or self.form.constant)

    def with_all_names(self, context: TaskContext | None = None) -> "SeriesFile":
        """Go through a long file for series that begin behind its beginning; the same otherwise.

        A file that holds one series after the other is then one that names its series in a cell.
        """
        form = self._long_form(context) if self.may_hold_more else self.form
        if self.is_whole or not form.words_at:
            return self
        late: dict[str, None] = {}
        file = replace(self, form=form)
        for timed in file._parts(file.names[:1], context):
            late |= form.strangers(timed)
        return replace(file, form=form.with_labels(late))

    def _long_form(self, context: TaskContext | None) -> TableForm:
        """Return the form of the file, seen as one series after the other where it holds them."""
        if not self.form.constant:
            return self.form
        succession, turned = Succession(self.form), dict[int, None]()
        for timed in self._parts(self.names[:1], context):
            turned |= {place: None for place, _found in succession.turns(timed)}
        return as_long(self.form, list(turned), self.head.rows) if turned else self.form

    def look(self, name: str) -> Series:
        """Return what the beginning of the file holds of a series.

        Raises:
            InvalidInput: There is no such series, or it holds no number at all.
        """
        series = self.form.series(name, self.head, self.form.figures(name, self.head))
        if self.is_whole and not np.isfinite(series.value).any():
            raise InvalidInput(_("The column “{name}” holds no numbers.").format(name=name))
        return series

    def odd(self, name: str) -> tuple[Rejected, ...]:
        """Return the first cells of a series at the beginning that hold something but no figure."""
        value = self.form.series(name, self.head, self.form.figures(name, self.head)).value
        return tuple(self.form.odd(name, self.head, value)[1])

    def read(
        self, names: Sequence[str], keep: Keep = Keep(), context: TaskContext | None = None
    ) -> Found:
        """Read series from all of the file.

        Args:
            names: Which ones.
            keep: Which of their samples.
            context: Reports progress; a stop ends the reading.

        Raises:
            InvalidInput: There is no such series, it holds no number, the file is damaged, or its
                series stand one after the other.
            TaskCancelled: A stop was asked for.
        """
        for name in names:
            self.look(name)
        figures = {name: self.form.figures(name, self.head) for name in names}
        columns = {name: _Column(keep) for name in names}
        late: dict[str, None] = {}
        succession = Succession(self.form)
        skipped = odd = 0
        rejected: list[Rejected] = []
        odd_cells: list[Rejected] = []
        for timed in self._parts(names, context):
            skipped += timed.skipped
            rejected += timed.rejected[: KEPT_REJECTS - len(rejected)]
            late |= self.form.strangers(timed) if timed is not self.head else {}
            for _place, found in succession.turns(timed):
                raise another(found, self.with_all_names(context).names)
            for name, column in columns.items():
                series = self.form.series(name, timed, figures[name])
                column.add(series)
                more, first = self.form.odd(name, timed, series.value)
                odd += more
                odd_cells += first[: KEPT_REJECTS - len(odd_cells)]
        whole = {name: column.series() for name, column in columns.items()}
        since_s = max((column.since_s for column in columns.values()), default=-np.inf)
        return Found(whole, skipped, tuple(rejected), since_s, tuple(late), odd, tuple(odd_cells))

    def _parts(self, names: Sequence[str], context: TaskContext | None) -> Iterator[Timed]:
        yield self.head
        if self.is_whole:
            return
        with closing(self.source.pieces(self.form.places(names))) as pieces:
            next(pieces, None)
            for piece in pieces:
                if context is not None:
                    context.progress(piece.done, self.source.size)
                yield self.form.timed(piece)
        if context is not None:  # a stop during the last piece is one too
            context.progress(self.source.size, self.source.size)


class _Column:
    """Gathers the samples of one series that are of interest; the oldest give way to newer ones."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._parts: list[Series] = []
        self._n = 0
        self.since_s = -np.inf

    def add(self, series: Series) -> None:
        """Take over what is of interest."""
        at_s = series.at_s
        wanted = (at_s >= max(self._keep.from_s, self.since_s)) & (at_s < self._keep.to_s)
        if wanted.any():
            self._parts.append(Series(at_s[wanted], series.value[wanted]))
            self._n += int(wanted.sum())
        if self._n > 1.5 * self._keep.most:  # seldom, because it goes through all of them
            self._shorten()

    def _shorten(self) -> None:
        whole, most = self._joined(), self._keep.most
        self.since_s = float(np.partition(whole.at_s, len(whole.at_s) - most)[-most])
        newer = whole.at_s >= self.since_s
        self._parts = [Series(whole.at_s[newer], whole.value[newer])]
        self._n = int(newer.sum())

    def series(self) -> Series:
        """Return what was gathered, in the order of the file, and no more than may be kept."""
        if self._n > self._keep.most:
            self._shorten()
        return self._joined()

    def _joined(self) -> Series:
        at_s, value = (
            np.concatenate([_NOTHING, *(getattr(each, name) for each in self._parts)])
            for name in ("at_s", "value")
        )
        self._parts = [Series(at_s, value)]
        return self._parts[0]


_NOTHING: NDArray[np.float64] = np.empty(0)


def open_series(path: Path, *, zone: str = "UTC", readers: FileReaders) -> SeriesFile:
    """Open a file of series: CSV, JSON (such as a Prometheus range answer), Parquet, a workbook.

    Args:
        path: The file; text in UTF-8, UTF-16 with a mark, or Latin-1.
        zone: The zone of times that name none.
        readers: Open what is no text.

    Raises:
        InvalidInput: It is none of these, or holds no series.
    """
    source = _source(path, readers)
    with closing(source.pieces()) as pieces:
        first = next(pieces, Piece([], (), 0))
        try:
            form, body = form_of(first, zone=zone, comma_is_usual=source.comma_is_usual)
        except InvalidInput as error:
            text = _("“{file}”: {what}").format(file=path.name, what=error.text)
            raise InvalidInput(text, hint=error.hint) from error.__cause__
        is_whole = next(pieces, None) is None
    share = 1.0 if is_whole else first.done / max(1, source.size)
    return SeriesFile(source, form, form.timed(body), is_whole, share)


def _source(path: Path, readers: FileReaders) -> RowSource:
    head = begin_of(path, HEAD_BYTES)
    if head.startswith(_WORKBOOK):
        return _Whole(readers.sheets(_all_of(path)))
    if head.startswith(_PARQUET):
        return readers.parquet(path)
    coding = coding_of(head)
    _check_is_text(path, head[:_SNIFFED_BYTES], coding)
    if head[:_SNIFFED_BYTES].decode(coding, "replace").lstrip()[:1] in ("{", "["):
        return _Whole(json_rows(_all_of(path).decode(coding, "replace")))
    return CsvFile.of(path, head)


def _check_is_text(path: Path, begin: bytes, coding: str) -> None:
    """Say what else a file is, before its bytes are taken for a table."""
    name = path.name
    if begin.startswith(_PACKED):
        raise InvalidInput(
            _("{name} is packed.").format(name=name),
            hint=_("Unpack it and give the file within."),
        )
    if coding != "utf-16" and begin.count(0) > len(begin) * _MOST_ZEROS:
        raise InvalidInput(
            _("{name} is not text that can be read.").format(name=name),
            hint=_("Export it as CSV in UTF-8."),
        )
    if _MARKUP.match(begin.decode(coding, "replace")):
        raise InvalidInput(
            _("{name} is a web page or XML, no table of samples.").format(name=name),
            hint=_("Export the samples as CSV; a page to log in may have been saved instead."),
        )


@dataclass(frozen=True, slots=True)
class _Whole:
    """Rows of a file that was read as a whole."""

    rows: Rows
    comma_is_usual: bool = False

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def pieces(self, places: Collection[int] = ()) -> Generator[Piece]:
        """Yield all rows at once."""
        numbered = [(n, row) for n, row in enumerate(self.rows, start=1) if any(row)]
        yield Piece([row for _n, row in numbered], [n for n, _row in numbered], len(self.rows))


def _all_of(path: Path) -> bytes:
    data = begin_of(path, _MOST_WHOLE_BYTES + 1)
    if len(data) > _MOST_WHOLE_BYTES:
        raise InvalidInput(
            _("{name} is larger than 128 MB.").format(name=path.name),
            hint=_("Export it as CSV or Parquet, which are read piece by piece."),
        )
    return data
