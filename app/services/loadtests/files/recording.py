"""All samples of a run side by side, in temporary files, so that memory stays small."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

import numpy as np

from app.analysis.load_run import Span
from app.services.loadtests.files.batch import Batch, Ints
from app.tasks import TaskContext

_COLUMNS = (np.int64, np.int64, np.int32, np.uint8)
"""Start, duration, label, kind."""
_PIECE = 1 << 20
_OK, _PARENT = 1, 2


class Recording:
    """The samples of one run; they lie on the disk and are read piece by piece."""

    def __init__(
        self, files: Sequence[BinaryIO], n: int, whole: Span, context: TaskContext | None
    ) -> None:
        self._files, self._n, self._context = files, n, context
        self.whole = whole
        """From the first start to just after the last one."""

    def __len__(self) -> int:
        return self._n

    def starts(self) -> Iterator[Ints]:
        """Yield when the samples began."""
        for first in range(0, self._n, _PIECE):
            yield self._column(0, first)

    def batches(self) -> Iterator[Batch]:
        """Yield all samples; raises TaskCancelled after a stop."""
        for first in range(0, self._n, _PIECE):
            if self._context is not None:
                self._context.progress(first, self._n)
            at_us, took_us, label, kind = (self._column(i, first) for i in range(len(_COLUMNS)))
            ok, parent = (kind & _OK) > 0, (kind & _PARENT) > 0
            yield Batch(at_us, took_us, label, ok, parent)

    def _column(self, index: int, first: int) -> Ints:
        dtype, file = np.dtype(_COLUMNS[index]), self._files[index]
        size = dtype.itemsize
        file.seek(first * size)
        data = file.read(min(_PIECE, self._n - first) * size)
        return np.frombuffer(data, dtype).astype(np.int64)


class Recorder:
    """Takes batches and writes them down column by column."""

    def __init__(self, stack: ExitStack) -> None:
        self._files = [
            stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
            for _ in _COLUMNS
        ]
        self._n = 0
        self._first_us, self._last_us = np.iinfo(np.int64).max, -1

    def add(self, batch: Batch) -> None:
        """Write a batch down; samples without a time have no place in a course and are left out."""
        known = batch.at_us >= 0
        if not known.any():
            return
        batch = batch.rows(known)
        at_us = batch.at_us
        kind = batch.ok * _OK + batch.parent * _PARENT
        columns = (at_us, batch.took_us, batch.label, kind)
        for file, column, dtype in zip(self._files, columns, _COLUMNS, strict=True):
            file.write(np.ascontiguousarray(column, dtype=dtype).data)
        self._n += len(kind)
        self._first_us = min(self._first_us, int(at_us.min()))
        self._last_us = max(self._last_us, int(at_us.max()))

    def recording(self, context: TaskContext | None = None) -> Recording:
        """Return what was written; it can be read until the recorder's files are closed."""
        return Recording(self._files, self._n, Span(self._first_us, self._last_us + 1), context)


@contextmanager
def recorder() -> Iterator[Recorder]:
    """Keep temporary files for the length of this block."""
    with ExitStack() as stack:
        yield Recorder(stack)
