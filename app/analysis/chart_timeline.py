"""A metric in time: all that was kept with its windows, and both windows on one common clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.analysis.chart_lines import with_gaps
from app.analysis.chart_plot import (
    Axis,
    Counts,
    Field,
    Floats,
    Level,
    Plot,
    Tone,
    Trace,
    elapsed_ticks,
    instants_axis,
    value_axis,
)
from app.analysis.chart_words import labelled, level_at
from app.domain.metric import Series, Target
from app.i18n import _, ngettext
from app.wording import DASH, clock, day, number

Span = tuple[float, float]
_LONG_S = 360.0
"""Of longer windows hours and minutes are counted."""


@dataclass(frozen=True, slots=True)
class EarlierDay:
    """An earlier day at the same hours; ``why`` says why it was left out, "" when it was used."""

    before: Span
    after: Span
    why: str = ""


@dataclass(frozen=True, slots=True)
class TimelineInput:
    """What is drawn of one metric; times are Unix seconds.

    ``earlier`` is everything from before the window before, ``around`` what was measured during
    the work and while things settled, ``later`` what was measured again days after it.
    ``before_value`` and ``after_value`` are the levels of the verdict, which sets spikes aside;
    without them the mean of the samples is written.
    """

    name: str
    unit: str
    before: Series | None
    after: Series | None
    before_window: Span
    after_window: Span
    change: Span
    earlier: Series | None = None
    around: Series | None = None
    later: Series | None = None
    days: tuple[EarlierDay, ...] = ()
    target: Target | None = None
    zone: str = "UTC"
    before_value: float | None = None
    after_value: float | None = None


def timeline_plot(data: TimelineInput) -> Plot:
    """Return all that was kept of a metric, from the first earlier day to the last sample."""
    traces = _timeline_traces(data)
    ends = [end for trace in traces for end in (trace.x[0], trace.x[-1])]
    ends += [*data.before_window, *data.after_window, *data.change]
    x = instants_axis(float(min(ends)), float(max(ends)), data.zone)
    y = _values(data, traces)
    return Plot(
        x, y, traces, _timeline_sentence(data), _timeline_fields(data),
        level=_target(data, traces, x, y),
    )  # fmt: skip


def overlay_plot(data: TimelineInput) -> Plot | None:
    """Return both windows laid over each other, each counted from its start.

    None without samples in either. Earlier days are shown at the hours of the window after, because
    that is what these are compared with.
    """
    long_s = max(end - start for start, end in (data.before_window, data.after_window))
    traces: list[Trace] = []
    if data.earlier is not None:
        used = [day_ for day_ in data.days if not day_.why]
        named = _("same hours earlier")
        traces = [
            trace for day_ in used
            if (trace := _cut(data.earlier, day_.after, named, Tone.EARLIER)) is not None
        ]  # fmt: skip
    texts = [(0, *_earlier_words(len(traces)))] if traces else []
    for series, window, level, name, tone in (
        (data.before, data.before_window, data.before_value, _("before"), Tone.BEFORE),
        (data.after, data.after_window, data.after_value, _("after"), Tone.AFTER),
    ):
        trace = None if series is None else _cut(series, window, name, tone)
        if trace is not None:
            mean = float(np.nanmean(trace.y)) if level is None else level
            words = _("mean {value}").format(value=number(mean, data.unit))
            texts.append((len(traces), name, words))
            traces.append(trace)
    if not traces:
        return None
    ticks = elapsed_ticks(long_s)
    name = _("hours into the window") if long_s > _LONG_S else _("minutes into the window")
    x = Axis(0.0, long_s, ticks, name=name, counts=Counts.SECONDS, zone=data.zone)
    y = _values(data, traces)
    sentence = _("{name}: both windows on one clock, {n} earlier days behind them").format(
        name=data.name, n=sum(trace.tone is Tone.EARLIER for trace in traces)
    )
    return Plot(
        x, y, tuple(traces), sentence, level=_target(data, traces, x, y),
        words=labelled(traces, texts, x, y),
    )  # fmt: skip


def _target(data: TimelineInput, traces: Sequence[Trace], x: Axis, y: Axis) -> Level | None:
    """Return the line of the agreed value."""
    if data.target is None:
        return None
    text = _("target {sign} {value}").format(
        sign="≤" if data.target.at_most else "≥", value=number(data.target.value, data.unit)
    )
    return level_at(data.target.value, text, traces, x, y)


def _timeline_traces(data: TimelineInput) -> tuple[Trace, ...]:
    parts = (
        (data.earlier, _("earlier"), Tone.EARLIER),
        (data.before, _("before"), Tone.BEFORE),
        (data.around, _("during the work"), Tone.PLAIN),
        (data.after, _("after"), Tone.AFTER),
        (data.later, _("measured again"), Tone.AFTER),
    )
    found = []
    for series, name, tone in parts:
        if series is not None and np.isfinite(series.value).any():
            found.append(Trace(name, tone, *with_gaps(series), dashed=tone is Tone.BEFORE))
    return tuple(found)


def _timeline_fields(data: TimelineInput) -> tuple[Field, ...]:
    fields = [
        Field(start, end, Tone.EARLIER)
        for day_ in data.days
        if not day_.why
        for start, end in (day_.before, day_.after)
    ]
    start, end = (datetime.fromtimestamp(at, UTC) for at in data.change)
    short = data.change[1] - data.change[0] < 120
    first, last = (clock(at, data.zone, seconds=short) for at in (start, end))
    span = first if first == last else f"{first}{DASH}{last}"
    return (
        *fields,
        Field(*data.before_window, Tone.BEFORE, _("before")),
        Field(*data.after_window, Tone.AFTER, _("after")),
        Field(*data.change, Tone.CHANGE, _("change {span}").format(span=span)),
    )


def _timeline_sentence(data: TimelineInput) -> str:
    used = sum(not day_.why for day_ in data.days)
    left_out = len(data.days) - used
    parts = [_("Timeline of {name}").format(name=data.name)]
    if data.days:
        parts.append(ngettext("{n} comparison day", "{n} comparison days", used).format(n=used))
    if left_out:
        text = ngettext("{n} day left out", "{n} days left out", left_out)
        parts.append(text.format(n=left_out))
    return ", ".join(parts)


def days_words(days: Sequence[EarlierDay], zone: str) -> str:
    """Return which fields are earlier days, and which days were left out and why."""
    used = sum(not each.why for each in days)
    parts = []
    if used:
        text = ngettext(
            "Grey fields: the same hours on {n} comparison day.",
            "Grey fields: the same hours on {n} comparison days.",
            used,
        )
        parts.append(text.format(n=used))
    told = [
        f"{day(datetime.fromtimestamp(each.before[0], UTC), zone)} ({each.why})"
        for each in days
        if each.why
    ]
    if told:
        parts.append(_("Left out: {days}.").format(days=", ".join(told)))
    return " ".join(parts)


def _cut(series: Series, window: Span, name: str, tone: Tone) -> Trace | None:
    """Return the samples of a window, counted from its start."""
    inside = (series.at_s >= window[0]) & (series.at_s < window[1])
    part = Series(series.at_s[inside], series.value[inside])
    if not np.isfinite(part.value).any():
        return None
    x, y = with_gaps(part)
    return Trace(name, tone, x - window[0], y, dashed=tone is Tone.BEFORE)


def _values(data: TimelineInput, traces: Sequence[Trace]) -> Axis:
    shown: list[Floats] = [trace.y for trace in traces]
    goal = (data.target.value * 1.05,) if data.target else ()
    return value_axis(shown, data.unit, zone=data.zone, extra=goal)


def _earlier_words(n: int) -> tuple[str, str]:
    text = ngettext("{n} earlier day", "{n} earlier days", n).format(n=n)
    return text, _("same hours")
