"""A before/after chart as data: axes, windows, lines, direct labels. Screen and paper draw it.

Nothing here knows Qt or PDF: both draw the same prepared figures, so they cannot contradict.
Times are Unix seconds (UTC), values are in the metric's unit, NaN is a gap.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.analysis.chart_axes import Tick, time_ticks, value_ticks
from app.analysis.chart_labels import Box, free_place
from app.analysis.chart_lines import thinned, unbroken, with_gaps
from app.domain.metric import Series, Target
from app.i18n import _, ngettext
from app.wording import DASH, clock, duration, number

Floats = NDArray[np.float64]
_LABEL = (0.18, 0.15)
_WORDS_HIGH = 0.07
"""Height of the words at the target, as a share of the plot."""
"""Share of the plot's width and height that a direct label takes."""


class LineKind(StrEnum):
    """What a line shows; screen and paper give each kind its colour and dash."""

    BEFORE = "before"
    AFTER = "after"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Line:
    """One curve; ``y`` is NaN where nothing was measured."""

    kind: LineKind
    x: Floats
    y: Floats

    def nearest(self, at: float) -> tuple[float, float] | None:
        """Return the sample nearest to a time; None in a gap and beyond the ends."""
        n = self.x.size
        if not n or not self.x[0] <= at <= self.x[-1]:
            return None
        right = min(n - 1, int(np.searchsorted(self.x, at)))
        left = max(0, right - 1)
        best = left if at - self.x[left] < self.x[right] - at else right
        if not np.isfinite(self.y[best]):
            return None
        return float(self.x[best]), float(self.y[best])

    def segments(self, most: int = 600) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Return the unbroken stretches, thinned to about ``most`` points, peaks kept."""
        return unbroken(self.x, self.y, most)


@dataclass(frozen=True, slots=True)
class Span:
    """A shaded stretch of time; ``text`` names it above the plot, ``name`` where room is short."""

    start: float
    end: float
    text: str = ""
    name: str = ""

    def named(self, room: float, width_of: Callable[[str], float]) -> str:
        """Return the longest words that have room, "" when none do."""
        return next((each for each in (self.text, self.name) if width_of(each) <= room), "")


@dataclass(frozen=True, slots=True)
class DirectLabel:
    """Words beside a line; ``x``, ``y`` is the upper left corner in data units."""

    kind: LineKind
    x: float
    y: float
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TargetLine:
    """The agreed value, and where its words stand (``x`` is their left end)."""

    value: float
    text: str
    x: float
    is_above: bool = False
    """Whether the words stand above their line: below it there is no room in the plot."""


@dataclass(frozen=True, slots=True)
class ChartInput:
    """What is drawn: both windows, the change between them, and earlier days moved onto them.

    Windows are pairs of Unix seconds. ``before_value`` and ``after_value`` are the statistics of
    the verdict; without them the mean of the samples is written.
    """

    name: str
    unit: str
    before: Series | None
    after: Series | None
    before_window: tuple[float, float]
    after_window: tuple[float, float]
    change: tuple[float, float]
    zone: str = "UTC"
    target: Target | None = None
    references: tuple[Series, ...] = ()
    before_value: float | None = None
    after_value: float | None = None
    statistic: str = ""


@dataclass(frozen=True, slots=True)
class ChartModel:
    """Everything a chart shows, ready to be drawn."""

    x0: float
    x1: float
    y0: float
    y1: float
    unit: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    before: Span
    after: Span
    change: Span
    lines: tuple[Line, ...]
    labels: tuple[DirectLabel, ...]
    target: TargetLine | None
    sentence: str
    zone: str = "UTC"

    def times(self, start: float, end: float) -> tuple[Tick, ...]:
        """Return the ticks of a part of the chart."""
        return time_ticks(start, end, self.zone)

    def value_at(self, kind: LineKind, at: float) -> tuple[float, float] | None:
        """Return the sample of a kind of line nearest to a time, as (time, value).

        None where that line has a gap, or none of its samples is near.
        """
        for line in self.lines:
            if line.kind is kind and (found := line.nearest(at)) is not None:
                return found
        return None

    def for_paper(self, most: int = 400) -> "ChartModel":
        """Return the chart with lines thinned to what a small picture shows."""
        lines = tuple(Line(line.kind, *thinned(line.x, line.y, most)) for line in self.lines)
        return replace(self, lines=lines)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield every sample that is drawn, head first, with times in UTC; gaps are left out."""
        yield ("line", "time", f"value {self.unit}".strip())
        for position, line in enumerate(self.lines, start=1):
            name = f"{line.kind.value} {position}"
            for at, value in zip(line.x.tolist(), line.y.tolist(), strict=True):
                if value == value:
                    stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
                    yield (name, stamp, repr(value))


def before_after_chart(data: ChartInput) -> ChartModel:
    """Prepare a before/after chart; windows without samples stay empty."""
    x0, x1 = data.before_window[0], max(data.after_window[1], data.change[1])
    lines = _lines(data)
    top = max((float(np.nanmax(line.y)) for line in lines), default=0.0)
    bottom = min((float(np.nanmin(line.y)) for line in lines), default=0.0)
    goal = data.target.value if data.target else 0.0
    y_ticks = value_ticks(min(0.0, bottom), max(top, goal * 1.05))
    y0, y1 = y_ticks[0].at, y_ticks[-1].at
    taken: list[Box] = []
    target = _target(data, lines, (x0, x1, y0, y1), taken) if data.target else None
    labels = _labels(data, lines, (x0, x1, y0, y1), taken)
    return ChartModel(
        x0, x1, y0, y1, data.unit,
        time_ticks(x0, x1, data.zone), y_ticks,
        Span(*data.before_window, _window_text(_("before"), data.before_window), _("before")),
        Span(*data.after_window, _window_text(_("after"), data.after_window), _("after")),
        Span(*data.change, _change_text(data), _("change")),
        lines, labels, target, _sentence(data, labels), data.zone,
    )  # fmt: skip


def _lines(data: ChartInput) -> tuple[Line, ...]:
    wanted: list[tuple[LineKind, Series | None]] = [
        *((LineKind.REFERENCE, earlier) for earlier in data.references),
        (LineKind.BEFORE, data.before),
        (LineKind.AFTER, data.after),
    ]
    made = (Line(kind, *with_gaps(series)) for kind, series in wanted if series is not None)
    return tuple(line for line in made if np.isfinite(line.y).any())


def _labels(
    data: ChartInput, lines: Sequence[Line], area: tuple[float, ...], taken: list[Box]
) -> tuple[DirectLabel, ...]:
    places = {
        LineKind.BEFORE: (data.before_window, _("before"), data.before_value),
        LineKind.AFTER: (data.after_window, _("after"), data.after_value),
    }
    labels = []
    for line in lines:
        if line.kind in places:
            window, text, value = places[line.kind]
            shown = float(np.nanmean(line.y)) if value is None else value
            note = f"{data.statistic or _('mean')} {number(shown, data.unit)}"
            corner = _place(lines, line, area, window, taken)
            labels.append(DirectLabel(line.kind, *corner, text, note))
    earlier = [line for line in lines if line.kind is LineKind.REFERENCE]
    if earlier:
        text = ngettext("{n} earlier day", "{n} earlier days", len(earlier)).format(n=len(earlier))
        corner = _place(lines, earlier[0], area, (area[0], area[1]), taken)
        labels.append(DirectLabel(LineKind.REFERENCE, *corner, text, _("same hours")))
    return tuple(labels)


def _place(
    lines: Sequence[Line],
    own: Line,
    area: tuple[float, ...],
    window: tuple[float, float],
    taken: list[Box],
) -> tuple[float, float]:
    x0, x1, y0, y1 = area
    width, height = (x1 - x0) or 1.0, (y1 - y0) or 1.0

    def unit(line: Line) -> tuple[Floats, Floats]:
        x, y = thinned(line.x, line.y, 400)
        known = np.isfinite(y)
        return (x[known] - x0) / width, (y[known] - y0) / height

    drawn = [unit(line) for line in lines]
    mine = drawn[next(n for n, line in enumerate(lines) if line is own)]
    limits = ((window[0] - x0) / width, (window[1] - x0) / width)
    left, top = free_place(mine, drawn, taken, limits, _LABEL)
    taken.append(Box(left, top - _LABEL[1], left + _LABEL[0], top))
    return x0 + left * width, y0 + top * height


def _target(
    data: ChartInput, lines: Sequence[Line], area: tuple[float, ...], taken: list[Box]
) -> TargetLine | None:
    if data.target is None:
        return None
    x0, x1, y0, y1 = area
    text = _("target {sign} {value}").format(
        sign="≤" if data.target.at_most else "≥", value=number(data.target.value, data.unit)
    )
    level = (data.target.value - y0) / ((y1 - y0) or 1.0)
    busy = (
        np.concatenate([(line.x - x0) / ((x1 - x0) or 1.0) for line in lines])
        if lines
        else np.empty(0)
    )
    heights = (
        np.concatenate([(line.y - y0) / ((y1 - y0) or 1.0) for line in lines]) if lines else busy
    )
    above = level < _WORDS_HIGH
    near = (level, level + 0.06) if above else (level - 0.06, level)
    low = (heights > near[0]) & (heights < near[1])
    counts = [int(np.sum(low & (busy >= s) & (busy < s + 0.2))) for s in np.arange(0.02, 0.8, 0.02)]
    left = 0.02 + 0.02 * int(np.argmin(counts)) if counts else 0.02
    bottom = level - 0.01 if above else level - _WORDS_HIGH
    taken.append(Box(left, bottom, left + 0.22, bottom + _WORDS_HIGH + 0.01))
    return TargetLine(data.target.value, text, x0 + left * (x1 - x0), above)


def _window_text(name: str, window: tuple[float, float]) -> str:
    return f"{name}, {duration(window[1] - window[0])}"


def _change_text(data: ChartInput) -> str:
    start, end = (datetime.fromtimestamp(at, UTC) for at in data.change)
    short = data.change[1] - data.change[0] < 120
    first, last = (clock(at, data.zone, seconds=short) for at in (start, end))
    return _("change {span}").format(span=first if first == last else f"{first}{DASH}{last}")


def _sentence(data: ChartInput, labels: Sequence[DirectLabel]) -> str:
    parts = [
        f"{label.text}: {label.note}" for label in labels if label.kind is not LineKind.REFERENCE
    ]
    return ", ".join([_("Chart of {name}").format(name=data.name), *parts, _change_text(data)])
