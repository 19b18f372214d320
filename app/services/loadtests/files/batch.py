"""What every reader hands on: batches of samples, the names of labels, and rejected rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.analysis.loadtest import LONGEST_US as LONGEST_US
from app.analysis.loadtest import Batch as Batch
from app.analysis.loadtest import Flags as Flags
from app.analysis.loadtest import Ints as Ints
from app.domain.load_summary import LabelSummary, RejectedRow
from app.i18n import _

_MOST_DIGITS = 15
KEPT_REJECTS = 20
"""Rejected rows that are named; all are counted."""
LAST_US = 4 * 10**15
"""Later than any time of a sample (year 2096)."""
_LONGEST_LABEL = 500


Row = tuple[int, int, int, bool, bool]
"""One sample, in the order of `Batch`."""


def hindrance(at_us: int | None, took_us: int | None) -> str:
    """Say why a sample with this start and duration cannot be used; empty where it can."""
    if took_us is None or took_us < 0:
        return _("the response time is no number")
    if took_us > LONGEST_US:
        return too_long()
    return _("the time cannot be read") if at_us is None or at_us >= LAST_US else ""


def too_long() -> str:
    """Say that a response time is longer than any is."""
    return _("the response time is longer than twelve days")


def whole(text: str | bytes) -> int | None:
    """Return a whole number without a sign, None where it is none or too long to be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def batch_of(rows: Sequence[Row]) -> Batch:
    """Put single rows together."""
    table = np.array(rows, np.int64).reshape(-1, 5)
    return Batch(table[:, 0], table[:, 1], table[:, 2], table[:, 3] != 0, table[:, 4] != 0)


class Labels:
    """Gives every label a number, in order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self.names: list[str] = []

    def number(self, raw: bytes) -> int:
        """Return the number of a label; ``raw`` is what the file holds, without quotes."""
        found = self._numbers.get(raw)
        if found is None:
            found = self._numbers[raw] = len(self.names)
            self.names.append(_decoded(raw)[:_LONGEST_LABEL])
        return found


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


@dataclass(slots=True)
class Notebook:
    """What a reader finds out beside the samples; filled while the batches are taken."""

    labels: Labels = field(default_factory=Labels)
    rejected_rows: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    written: list[LabelSummary] = field(default_factory=list)
    """Totals per label, from files that hold no single samples."""
    span_us: tuple[int, int] | None = None
    """Start and end as such a file tells them."""

    def reject(self, line: int, reason: str) -> None:
        """Count a row that cannot be used, and name the first ones."""
        self.rejected_rows += 1
        if len(self.rejected) < KEPT_REJECTS:
            self.rejected.append(RejectedRow(line, reason))

    def reject_all(self, rows: Sequence[RejectedRow]) -> None:
        """Count rows that another part has rejected."""
        for row in rows:
            self.reject(row.line, row.reason)

    def note(self, text: str) -> None:
        """Remember what a person should know; the same words once."""
        self.notes.setdefault(text)
