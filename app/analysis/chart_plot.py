"""A chart as data that screen and paper draw alike: axes, fields, traces, words, values.

Nothing here knows Qt or PDF. A trace is a line, points, or both; an axis counts instants, seconds,
values or quantiles. NaN is a gap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.analysis.chart_axes import Tick, time_ticks, value_ticks
from app.analysis.chart_lines import thinned, unbroken
from app.i18n import _
from app.wording import clock, clock_duration, day, number, unit_words

Floats = NDArray[np.float64]
_NEAR = 0.04
"""Farther than this share of the plot a point is not what the crosshair means."""


class Tone(StrEnum):
    """What a trace or a field is about; screen and paper give each its colour."""

    BEFORE = "before"
    AFTER = "after"
    EARLIER = "earlier"
    CHANGE = "change"
    PLAIN = "plain"


class Shape(StrEnum):
    """How single points look; they differ without colour, too."""

    NONE = "none"
    RING = "ring"
    SQUARE = "square"


class Counts(StrEnum):
    """What an axis counts."""

    INSTANTS = "instants"
    """Unix seconds."""
    SECONDS = "seconds"
    """Seconds since the start of a window."""
    VALUES = "values"
    QUANTILES = "quantiles"
    """The logit of a share, so that both tails have room."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis; ``name`` says what stands on it where that is not plain."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    unit: str = ""
    name: str = ""
    counts: Counts = Counts.VALUES
    zone: str = "UTC"

    @property
    def title(self) -> str:
        """What stands on the axis, with its unit."""
        return ", ".join(filter(None, (self.name, unit_words(self.unit))))

    def between(self, start: float, end: float) -> tuple[Tick, ...]:
        """Return the ticks of a part of the axis."""
        match self.counts:
            case Counts.INSTANTS:
                return time_ticks(start, end, self.zone)
            case Counts.QUANTILES:
                return tuple(tick for tick in self.ticks if start <= tick.at <= end)
            case Counts.SECONDS:
                return tuple(each for each in elapsed_ticks(end, start) if each.at >= start)
            case _:
                return tuple(t for t in value_ticks(start, end, most=6) if start <= t.at <= end)

    def words(self, at: float) -> str:
        """Say where a place on the axis is."""
        match self.counts:
            case Counts.INSTANTS:
                moment = datetime.fromtimestamp(at, UTC)
                return f"{day(moment, self.zone)} {clock(moment, self.zone, seconds=True)}"
            case Counts.SECONDS:
                return _("{time} into the window").format(time=clock_duration(at))
            case Counts.QUANTILES:
                return _("{n} in 100 are at most").format(n=number(100 * share_of(at), digits=3))
            case _:
                return f"{self.name} {number(at, self.unit, digits=3)}".strip()


@dataclass(frozen=True, slots=True)
class Field:
    """A stretch of the horizontal axis with a tone; ``text`` stands above it."""

    start: float
    end: float
    tone: Tone
    text: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One series of points in the plane, drawn as a line, as points, or as both.

    ``low`` and ``high`` are the ends of a likely range at each point. ``when`` is the instant of
    each point where the horizontal axis is no time; ``said`` are words for each point in place of
    its value.
    """

    name: str
    tone: Tone
    x: Floats
    y: Floats
    line: bool = True
    dashed: bool = False
    shape: Shape = Shape.NONE
    low: Floats | None = None
    high: Floats | None = None
    when: Floats | None = None
    said: tuple[str, ...] = ()

    def nearest(self, at: float) -> int | None:
        """Return the point nearest to a place on the axis; None in a gap and beyond the ends.

        The points of a line are in order.
        """
        n = self.x.size
        if not n or not self.x[0] <= at <= self.x[-1]:
            return None
        right = min(n - 1, int(np.searchsorted(self.x, at)))
        left = max(0, right - 1)
        best = left if at - self.x[left] < self.x[right] - at else right
        return best if np.isfinite(self.y[best]) else None

    def segments(self, most: int) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Return the unbroken stretches of a line, thinned to about ``most`` points."""
        return unbroken(self.x, self.y, most)


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the plot at a value, and its words; ``x`` is where these begin."""

    value: float
    text: str
    x: float
    is_target: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """Words inside the plot; ``x``, ``y`` is their upper left corner in data units."""

    x: float
    y: float
    text: str
    note: str
    tone: Tone
    trace: int = 0
    """The position of the trace that they name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the crosshair says of one point."""

    x: float
    y: float
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a chart shows, ready to be drawn."""

    x: Axis
    y: Axis
    traces: tuple[Trace, ...]
    sentence: str
    fields: tuple[Field, ...] = ()
    level: Level | None = None
    zone_of_margin: tuple[float, float] | None = None
    """Between these two values nothing matters."""
    words: tuple[Words, ...] = ()

    def readings(self, at: float, height: float | None = None) -> tuple[Reading, ...]:
        """Return what the crosshair says at a place; ``height`` is the pointer's, if there is one.

        Each line says its nearest point. Of scattered points only the nearest one of all speaks.
        """
        found = [
            self._reading(trace, index)
            for trace in self.traces
            if trace.line and (index := trace.nearest(at)) is not None
        ]
        point = self._nearest_point(at, height)
        return tuple(found) if point is None else (*found, point)

    def for_paper(self, most: int = 1400) -> "Plot":
        """Return the plot with lines thinned to what paper shows, without what it never says."""
        traces = []
        for trace in self.traces:
            x, y = thinned(trace.x, trace.y, most) if trace.line else (trace.x, trace.y)
            kept = trace if trace.x.size == x.size else replace(trace, x=x, y=y)
            traces.append(replace(kept, when=None, said=()))
        return replace(self, traces=tuple(traces))

    def title(self, at: float, readings: Sequence[Reading]) -> str:
        """Say where the crosshair stands."""
        return self.x.words(readings[0].x if readings else at)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the figures that are drawn, head first; gaps are left out."""
        instants = self.x.counts is Counts.INSTANTS
        ranged = any(trace.low is not None for trace in self.traces)
        timed = any(trace.when is not None for trace in self.traces)
        x_name = _("time") if instants else f"{self.x.name} {self.x.unit}".strip() or "x"
        y_name = f"{self.y.name or _('value')} {self.y.unit}".strip()
        yield (_("line"), x_name, y_name, *((_("from"), _("to")) if ranged else ()),
               *((_("time"),) if timed else ()))  # fmt: skip
        for trace in self.traces:
            for index in np.flatnonzero(np.isfinite(trace.y)).tolist():
                yield self._row(trace, index, ranged=ranged, timed=timed)

    def _row(self, trace: Trace, index: int, *, ranged: bool, timed: bool) -> tuple[str, ...]:
        x = float(trace.x[index])
        match self.x.counts:
            case Counts.INSTANTS:
                place = _stamp(x)
            case Counts.QUANTILES:
                place = repr(round(share_of(x), 6))
            case _:
                place = repr(x)
        ends = (
            "" if ends is None else repr(float(ends[index])) for ends in (trace.low, trace.high)
        )
        when = "" if trace.when is None else _stamp(float(trace.when[index]))
        more = (*(tuple(ends) if ranged else ()), *((when,) if timed else ()))
        return (trace.name, place, repr(float(trace.y[index])), *more)

    def _reading(self, trace: Trace, index: int) -> Reading:
        x, y = float(trace.x[index]), float(trace.y[index])
        text = f"{trace.name} {number(y, self.y.unit, digits=4)}"
        if trace.said:
            text = f"{trace.name}: {trace.said[index]}"
        if trace.when is not None:
            moment = datetime.fromtimestamp(float(trace.when[index]), UTC)
            time = clock(moment, self.y.zone)
            text = _("{text} at {time}").format(
                text=text, time=f"{day(moment, self.y.zone)} {time}"
            )
        return Reading(x, y, text, trace.tone)

    def _nearest_point(self, at: float, height: float | None) -> Reading | None:
        best: tuple[float, Trace, int] | None = None
        wide, high = (axis.high - axis.low or 1.0 for axis in (self.x, self.y))
        for trace in self.traces:
            if trace.line or not trace.x.size:
                continue
            away = np.abs(trace.x - at) / wide
            if height is not None:
                away = np.hypot(away, (trace.y - height) / high)
            index = int(np.nanargmin(away))
            if away[index] <= _NEAR and (best is None or away[index] < best[0]):
                best = (float(away[index]), trace, index)
        return None if best is None else self._reading(best[1], best[2])


def value_axis(values: Sequence[Floats], unit: str, *, name: str = "", zone: str = "UTC",
               extra: Sequence[float] = (), at_zero: bool = True) -> Axis:  # fmt: skip
    """Return an axis of values that holds everything; it begins at zero unless told otherwise."""
    ends = [float(end) for each in values if np.isfinite(each).any()
            for end in (np.nanmin(each), np.nanmax(each))]  # fmt: skip
    ends += [float(each) for each in extra]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    ticks = value_ticks(min(0.0, low) if at_zero else low, high)
    return Axis(ticks[0].at, ticks[-1].at, ticks, unit, name, zone=zone)


def side_by_side(first: float, second: float, room: float) -> tuple[float, float]:
    """Return how wide two names on one line may be: what one leaves over, the other may take."""
    half = room / 2
    return min(first, max(half, room - second)), min(second, max(half, room - first))


def instants_axis(start_s: float, end_s: float, zone: str) -> Axis:
    """Return an axis of instants."""
    ticks = time_ticks(start_s, end_s, zone)
    return Axis(start_s, end_s, ticks, counts=Counts.INSTANTS, zone=zone)


def elapsed_ticks(end_s: float, start_s: float = 0.0, most: int = 6) -> tuple[Tick, ...]:
    """Return round lengths of time from zero on: hours and minutes, or minutes and seconds."""
    step = next((each for each in _STEPS_S if (end_s - start_s) / each <= most), _STEPS_S[-1])
    first = int(max(0.0, start_s) // step)
    return tuple(
        Tick(n * step, _elapsed(n * step, minutes=step >= 60))
        for n in range(first, int(end_s / step + 1e-9) + 1)
    )


def _elapsed(seconds: float, *, minutes: bool) -> str:
    """Write 5400 s as "1:30" (hours), or 90 s as "1:30" (minutes) where seconds matter."""
    big, small = divmod(round(seconds / 60) if minutes else round(seconds), 60)
    return f"{big}:{small:02}"


def logit(share: float) -> float:
    """Return where a share stands on an axis of quantiles."""
    return float(np.log(share / (1 - share)))


def share_of(at: float) -> float:
    """Return the share at a place on an axis of quantiles."""
    return float(1 / (1 + np.exp(-at)))


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


_STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
    2 * 86400, 7 * 86400,
)  # fmt: skip
