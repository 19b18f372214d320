"""Sets of time: spans that do not touch each other, in order, searched by halving."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

from app.domain.window import TimeRange


class Intervals:
    """Some time, as few spans as possible; half-open as `TimeRange` is."""

    def __init__(self, spans: Iterable[TimeRange] = ()) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for span in sorted(spans, key=lambda item: item.start):
            if span.end <= span.start:
                continue
            if self._ends and span.start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], span.end)
            else:
                self._starts.append(span.start)
                self._ends.append(span.end)

    @property
    def spans(self) -> tuple[TimeRange, ...]:
        """The spans, in order."""
        return tuple(TimeRange(*pair) for pair in zip(self._starts, self._ends, strict=True))

    def touching(self, span: TimeRange) -> TimeRange | None:
        """Return the first of the spans that shares time with ``span``, None when none does."""
        place = max(0, bisect_right(self._starts, span.start) - 1)
        for position in range(place, len(self._starts)):
            if self._starts[position] >= span.end:
                return None
            if self._ends[position] > span.start:
                return TimeRange(self._starts[position], self._ends[position])
        return None

    def first_gap(self, span: TimeRange) -> TimeRange | None:
        """Return the first part of ``span`` that is not covered, None when all of it is."""
        at = span.start
        while at < span.end:
            covering = self.touching(TimeRange(at, span.end))
            if covering is None:
                return TimeRange(at, span.end)
            if covering.start > at:
                return TimeRange(at, covering.start)
            at = covering.end
        return None
