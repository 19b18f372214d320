"""All samples of a run side by side, in temporary files, so that memory stays small."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from app.analysis.load_run import Part, Span
from app.services.loadtests.files.batch import Batch, Flags, Ints

_COLUMNS = (("at_us", np.int64), ("took_us", np.int64), ("label", np.int32), ("kind", np.uint8))
_OK, _PARENT = 1, 2


@dataclass(frozen=True, slots=True)
class Recording:
    """The samples of one run; columns lie on the disk and are read where they are used."""

    at_us: Ints
    took_us: Ints
    label: Ints
    kind: "np.ndarray[tuple[int], np.dtype[np.uint8]]"

    def __len__(self) -> int:
        return len(self.at_us)

    def part(self, span: Span, label: int | None = None) -> Part:
        """Return the samples of a label within a span, or of all that are no controllers."""
        if label is None:
            chosen: Flags = (self.kind & _PARENT) == 0
            if not chosen.any():
                chosen = ~chosen
        else:
            chosen = self.label == label
        ok = (self.kind[chosen] & _OK) > 0
        return Part.of(span, self.at_us[chosen], self.took_us[chosen], ok)

    @property
    def whole(self) -> Span:
        """From the first start to just after the last one."""
        return Span(int(self.at_us.min()), int(self.at_us.max()) + 1)


class Recorder:
    """Takes batches and writes them down column by column."""

    def __init__(self, stack: ExitStack) -> None:
        self._files = [
            stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
            for _ in _COLUMNS
        ]
        self._n = 0

    def add(self, batch: Batch) -> None:
        """Write a batch down; samples without a time have no place in a course and are left out."""
        known = batch.at_us >= 0
        kind = batch.ok[known] * _OK + batch.parent[known] * _PARENT
        columns = (batch.at_us[known], batch.took_us[known], batch.label[known], kind)
        for file, column, (_name, dtype) in zip(self._files, columns, _COLUMNS, strict=True):
            file.write(np.ascontiguousarray(column, dtype=dtype).data)
        self._n += len(kind)

    def recording(self) -> Recording:
        """Return what was written; it can be read until the recorder's files are closed."""
        columns = []
        for file, (_name, dtype) in zip(self._files, _COLUMNS, strict=True):
            file.flush()
            empty = np.empty(0, dtype)
            columns.append(np.memmap(file, dtype, "r", shape=(self._n,)) if self._n else empty)
        return Recording(*columns)


@contextmanager
def recorder() -> Iterator[Recorder]:
    """Keep temporary files for the length of this block."""
    with ExitStack() as stack:
        yield Recorder(stack)
