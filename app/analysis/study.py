"""One metric from samples to ruling: choose the design, pass the gates, estimate, judge.

The design is chosen by what there is to compare with, before the samples after the change are
looked at: four or more comparable earlier days (A), or the two windows alone (B).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.analysis.clean import (
    HOUR_S,
    NO_BINS,
    Array,
    Bins,
    Samples,
    inside,
    into_bins,
    step_for,
    usual_step,
)
from app.analysis.effect import (
    Effect,
    beside_a_trend,
    by_reference_days,
    in_units,
    without_history,
)
from app.analysis.judge import Ruling, Terms, rule
from app.analysis.levels import Levels, less_control, levels_of, usual_scale
from app.analysis.ratio import Ratio
from app.analysis.windows import Candidate, Layout, Slot, clocks_changed
from app.domain.verdict import Design, Gate, ReferenceDay, Scale
from app.i18n import _

MIN_DAYS, MAX_DAYS = 4, 14
MIN_EFFECTIVE = 8.0
"""Independent observations per window, below which windows alone say nothing."""
SURE_EFFECTIVE = 24.0
"""Below this, persistence itself is badly known, and a drift must be ruled out as well."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the change: its bins, what they say, and its spikes."""

    bins: Bins = NO_BINS
    level: float | None = None
    """In the metric's own unit."""
    spikes_per_hour: float = 0.0


@dataclass(frozen=True, slots=True)
class Study:
    """Everything found out about one metric; ``ruling`` is None where a gate stopped it early."""

    design: Design
    step_s: float
    before: Window
    after: Window
    scale: Scale = Scale.LOG
    days: tuple[ReferenceDay, ...] = ()
    backs: tuple[int, ...] = ()
    """How many days back the used reference days lie."""
    gates: tuple[Gate, ...] = ()
    effect: Effect | None = None
    ratio: Ratio | None = None
    ruling: Ruling | None = None
    few_days: int = 0
    """Comparable days there were, too few to be used."""
    as_large: int = 0
    """Reference days on which the metric moved as far by itself."""
    more_spikes: bool = False
    """Spikes have become more frequent than on any reference day."""
    control_moved: float | None = None
    """How far the control moved by itself, as a fraction; None without one."""

    @property
    def compares_levels(self) -> bool:
        """Whether there was no usable window before, so that only levels after were compared."""
        return self.design is Design.REFERENCE_DAYS and not self.before.bins.is_covered


@dataclass(frozen=True, slots=True)
class _Sides:
    """Two windows of one day; those of the control, if there is one, beside them."""

    before: Bins
    after: Bins
    control: tuple[Bins, Bins] | None = None

    def is_covered(self, *, with_before: bool) -> bool:
        """Whether there is enough in the windows that are used."""
        windows = [(self.before, self.after), *([self.control] if self.control else [])]
        return all(
            after.is_covered and (before.is_covered or not with_before) for before, after in windows
        )


@dataclass(frozen=True, slots=True)
class _Reference:
    candidate: Candidate
    sides: _Sides


@dataclass(frozen=True, slots=True)
class _Source:
    """The samples of a metric and of its control, cut into windows on one grid."""

    metric: Samples
    control: Samples | None
    step_s: float

    def sides(self, before: Slot, after: Slot) -> _Sides:
        """Return what lies in two windows."""
        own, *other = (
            (into_bins(samples, before, self.step_s), into_bins(samples, after, self.step_s))
            for samples in (self.metric, self.control)
            if samples is not None
        )
        return _Sides(*own, *other)

    def levels(self, sides: Sequence[_Sides], *, with_before: bool) -> Levels:
        """Return the levels of all windows in order, less what the control did by itself."""
        every = [bins for each in sides for bins in (each.before, each.after)]
        beside = [bins for each in sides for bins in each.control or ()]
        if not with_before:
            every, beside = every[1::2], beside[1::2]
        scale = usual_scale(every, is_ratio=self.metric.is_ratio)
        if self.control is None:
            return levels_of(every, scale, is_ratio=self.metric.is_ratio)
        if usual_scale(beside, is_ratio=self.control.is_ratio) is Scale.LINEAR:
            scale = Scale.LINEAR
        return less_control(
            levels_of(every, scale, is_ratio=self.metric.is_ratio),
            levels_of(beside, scale, is_ratio=self.control.is_ratio),
        )


def study(
    samples: Samples, layout: Layout, terms: Terms, *, control: Samples | None = None
) -> Study:
    """Judge one metric.

    Args:
        samples: All there is of it: both windows and as much history as there is.
        layout: Where the windows lie.
        terms: What matters.
        control: Something the change did not touch; its own moves are subtracted.
    """
    slots = layout.before, layout.after
    both = [each for each in (samples, control) if each is not None]
    step_s = max(step_for(each, slots, layout.parameters.step_s) for each in both)
    if step_s == 0 or not len(inside(samples.at_s, slots[1])):
        return Study(Design.NO_HISTORY, step_s, Window(), Window(), gates=(Gate.NOTHING_AFTER,))
    step_s = max(step_s, *(_step_of_history(each, layout) for each in both))
    source = _Source(samples, control, step_s)
    own = source.sides(*slots)
    used, left_out = _references(source, layout, with_before=own.before.is_covered)
    few = used if len(used) < MIN_DAYS else []
    left_out += [ReferenceDay(r.candidate.day, used=False, why=_too_few()) for r in few]
    design = Design.NO_HISTORY if few or not used else Design.REFERENCE_DAYS
    plain = Study(
        design,
        step_s,
        Window(own.before),
        Window(own.after),
        days=tuple(left_out),
        few_days=len(few),
    )
    gates = _coverage_gates(own, design)
    if gates:
        return replace(plain, gates=gates)
    if design is Design.NO_HISTORY:
        used = few or _sort_out(layout.daily(any_type=True), source)[0]
    with_before = own.before.is_covered
    levels = source.levels([own, *(each.sides for each in used)], with_before=with_before)
    return _judged(plain, used, layout, levels, terms)


def _too_few() -> str:
    return _("fewer than {n} comparable days").format(n=MIN_DAYS)


def _coverage_gates(own: _Sides, design: Design) -> tuple[Gate, ...]:
    gates = []
    if not own.after.is_covered:
        gates.append(Gate.THIN_AFTER if own.after.observed else Gate.NOTHING_AFTER)
    if not own.before.is_covered and design is Design.NO_HISTORY:
        gates.append(Gate.THIN_BEFORE if own.before.observed else Gate.NOTHING_BEFORE)
    if not gates and not own.is_covered(with_before=own.before.is_covered):
        gates.append(Gate.THIN_CONTROL)
    return tuple(gates)


def _step_of_history(samples: Samples, layout: Layout) -> float:
    """Return the usual step of earlier days, which are often kept more coarsely; 0 without any."""
    steps = [
        usual_step(at_s)
        for candidate in layout.daily()
        if len(at_s := inside(samples.at_s, candidate.after)) > 1
    ]
    return float(np.median(steps)) if len(steps) >= MIN_DAYS else 0.0


def _references(
    source: _Source, layout: Layout, *, with_before: bool
) -> tuple[list[_Reference], list[ReferenceDay]]:
    """Return the days that can be used, nearest first, and those that cannot, with the reason."""
    used: list[_Reference] = []
    left_out: list[ReferenceDay] = []
    for candidates in (layout.daily(), layout.weekly()):
        if len(used) < MIN_DAYS:
            more, not_these = _sort_out(candidates, source, with_before=with_before)
            used, left_out = used + more, left_out + not_these
    return used[:MAX_DAYS], left_out


def _sort_out(
    candidates: Iterable[Candidate], source: _Source, *, with_before: bool = True
) -> tuple[list[_Reference], list[ReferenceDay]]:
    good: list[_Reference] = []
    bad: list[ReferenceDay] = []
    for candidate in candidates:
        sides = source.sides(candidate.before, candidate.after)
        if not candidate.why and sides.is_covered(with_before=with_before):
            good.append(_Reference(candidate, sides))
        elif sides.before.observed or sides.after.observed:
            why = candidate.why or _missing(candidate)
            bad.append(ReferenceDay(candidate.day, used=False, why=why))
    return good, bad


def _missing(candidate: Candidate) -> str:
    if candidate.before.lacks_an_hour or candidate.after.lacks_an_hour:
        return clocks_changed()
    return _("too many samples are missing")


def _judged(
    plain: Study, used: list[_Reference], layout: Layout, levels: Levels, terms: Terms
) -> Study:
    own = 2 if plain.before.bins.is_covered else 1
    with_days = plain.design is Design.REFERENCE_DAYS
    if with_days:
        effect, gates = _with_days(levels, own)
    else:
        effect, gates = _alone(levels, layout, plain.step_s)
    after = levels.measured[own - 1].level
    expected = levels.plain(after - effect.estimate)
    ratio = Ratio(levels.scale, expected, levels.plain(after))
    before = levels.plain(levels.measured[0].level) if own > 1 else expected
    used = used if with_days else []
    spikes = levels.spikes_per_hour(plain.step_s)
    effect = in_units(effect, 1 / levels.typical)
    ruling = rule(effect, ratio, terms)
    if not ruling.verdict.is_move:  # another explanation is wanted for moves only
        gates = tuple(gate for gate in gates if gate not in (Gate.DRIFT, Gate.RHYTHM))
    return replace(
        plain,
        scale=levels.scale,
        days=(*_days(levels, used, own), *plain.days),
        backs=tuple(reference.candidate.back for reference in used),
        before=Window(plain.before.bins, before, spikes[0] if own > 1 else 0.0),
        after=Window(plain.after.bins, ratio.after, spikes[own - 1]),
        gates=gates,
        effect=effect,
        ratio=ratio,
        ruling=ruling,
        as_large=_as_large(effect),
        more_spikes=with_days and spikes[own - 1] > 2 * max(spikes[own:]) + 1,
        control_moved=levels.control_moved if own > 1 else None,
    )


def _days(levels: Levels, used: list[_Reference], own: int) -> Iterable[ReferenceDay]:
    for index, reference in enumerate(used):
        at = own + 2 * index
        effect = levels.relative(at, at + 1) if own > 1 else None
        yield ReferenceDay(reference.candidate.day, used=True, effect=effect)


def _with_days(levels: Levels, own: int) -> tuple[Effect, tuple[Gate, ...]]:
    """Return the effect of design A, and the gates that failed."""
    judged = levels.judged
    before, after = (judged[0] if own > 1 else None), judged[own - 1]
    rows = np.array([window.level for window in judged[own:]])
    table: Array = rows.reshape(-1, 2) if before else np.column_stack((rows, rows))
    effect = by_reference_days(table, before.level if before else None, after.level)
    if effect.se and not levels.is_rare:
        return effect, ()
    if before is None:
        still = not np.nanmax(np.abs(after.off))
        return effect, () if still or effect.se else (Gate.NOTHING_BEFORE,)
    # The days hardly differ among each other. A new constant level is then a change for sure, but
    # a few events in windows that are usually still are not: they are judged by their own spread.
    inner = without_history(before, after)
    if inner.half_width(0.95) <= effect.half_width(0.95):
        return effect, ()
    gates = (Gate.FEW_INDEPENDENT,) if _is_below(inner, MIN_EFFECTIVE) else ()
    return replace(inner, estimate=effect.estimate, placebos=effect.placebos), gates


def _alone(levels: Levels, layout: Layout, step_s: float) -> tuple[Effect, tuple[Gate, ...]]:
    """Return the effect of design B, and the gates that failed."""
    before, after = levels.judged[:2]
    effect = without_history(before, after)
    if _is_below(effect, MIN_EFFECTIVE):
        return effect, (Gate.FEW_INDEPENDENT,)
    if not effect.excludes_zero() or not effect.se:
        return effect, ()
    earlier = np.array([window.level for window in levels.judged[2:]]).reshape(-1, 2)
    if len(earlier) and not _outlives_rhythm(effect, earlier[:, 1] - earlier[:, 0]):
        return effect, (Gate.RHYTHM,)
    long = layout.parameters.window_s > HOUR_S
    if not (long or _is_below(effect, SURE_EFFECTIVE)):
        return effect, ()
    # Over a longer way than this a slope from within the windows tells nothing.
    apart = min((layout.after.start_s - layout.before.start_s) / step_s, 2.0 * len(before.off))
    # Asked both ways round, so that swapping the windows mirrors the answer; each is one-sided.
    for one, other, sign in ((before, after, 1), (after, before, -1)):
        beside = beside_a_trend(one, other, apart)
        if sign * beside.estimate * np.sign(effect.estimate) <= beside.half_width(0.90):
            return effect, (Gate.DRIFT,)
    return effect, ()


def _outlives_rhythm(effect: Effect, earlier: Array) -> bool:
    """Tell whether a move stays one beside what the same hours did on a few earlier days.

    They are too few to measure how much days differ, but enough to see a daily rhythm: the move
    must exceed theirs by more than its own uncertainty.
    """
    beyond = effect.estimate - float(earlier.mean())
    room = effect.half_width(0.95) * float(np.sqrt(1 + 1 / len(earlier)))
    return beyond * effect.estimate > 0 and abs(beyond) > room


def _as_large(effect: Effect) -> int:
    days = np.array(effect.placebos)
    return int((np.abs(days - days.mean()) >= abs(effect.estimate)).sum()) if len(days) else 0


def _is_below(effect: Effect, least: float) -> bool:
    return effect.n_effective is not None and effect.n_effective < least
