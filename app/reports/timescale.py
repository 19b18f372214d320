"""Time along the lower edge of a chart; long empty stretches are cut out, and the cut is shown."""

from collections.abc import Iterator

from app.analysis.chart_axes import time_ticks
from app.analysis.chart_model import ChartModel
from app.reports.theme import width_of

_LEAST_SHARE = 0.14
"""If a window would be narrower than this share of the plot, the empty time beside it is cut."""
_GAP = 9.0


class TimeScale:
    """Maps Unix seconds to points between two edges."""

    def __init__(self, model: ChartModel, zone: str, left: float, right: float) -> None:
        self._model, self._zone = model, zone
        self._left, self._right = left, right
        self._parts = self._cut()

    def at(self, unix_s: float) -> float:
        """Return the place of an instant; one inside a cut lies in its middle."""
        for begin, end, left, right in self._parts:
            if unix_s <= end:
                if unix_s < begin:
                    return left - _GAP / 2 if left > self._left else left
                return left + (unix_s - begin) / ((end - begin) or 1.0) * (right - left)
        return self._right

    def stretches(self) -> Iterator[tuple[float, float]]:
        """Yield where the axis is drawn, cuts left out."""
        for _begin, _end, left, right in self._parts:
            yield left, right

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield places and their times: round ones, or the begin of each stretch after a cut."""
        if len(self._parts) == 1:
            for tick in self._model.x_ticks:
                yield self.at(tick.at), tick.text
            return
        for begin, end, left, right in self._parts:
            most = max(1, int((right - left) / (width_of("00:00:00") + 14)))
            ticks = time_ticks(begin, end, self._zone, most=most)
            shown = [tick for tick in ticks if begin <= tick.at <= end]
            for tick in shown:
                yield self.at(tick.at), tick.text.split()[-1]

    def _cut(self) -> list[tuple[float, float, float, float]]:
        model = self._model
        total = (model.x1 - model.x0) or 1.0
        windows = (model.before, model.after)
        narrow = [w for w in windows if (w.end - w.start) / total < _LEAST_SHARE]
        if not narrow:
            return [(model.x0, model.x1, self._left, self._right)]
        spans = sorted((span.start, span.end) for span in (*windows, model.change))
        merged: list[list[float]] = []
        longest = max(end - start for start, end in spans) or 1.0
        for start, end in spans:
            if merged and start - merged[-1][1] < 0.35 * longest:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return self._placed(merged)

    def _placed(self, spans: list[list[float]]) -> list[tuple[float, float, float, float]]:
        """Share the width among the stretches, none below a fifth of the longest."""
        lengths = [end - start for start, end in spans]
        floor = 0.2 * max(lengths)
        weights = [max(length, floor) for length in lengths]
        room = self._right - self._left - _GAP * (len(spans) - 1)
        parts, left = [], self._left
        for (start, end), weight in zip(spans, weights, strict=True):
            right = left + room * weight / (sum(weights) or 1.0)
            parts.append((start, end, left, right))
            left = right + _GAP
        return parts
