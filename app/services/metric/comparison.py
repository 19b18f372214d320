"""Judge before against after: one metric, several together, load-test runs.

Plain functions of their arguments: no clock, no store, no random numbers. What is frozen goes in,
a `Comparison` with its sentence comes out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from app.analysis.clean import HOUR_S, Samples, samples_of
from app.analysis.judge import Terms, family_places, overall_verdict, survivors
from app.analysis.load import per_load
from app.analysis.monitoring import other_step
from app.analysis.quantiles import quantile_moves
from app.analysis.shift import shift_start
from app.analysis.study import Study, Window, study
from app.analysis.windows import Layout, Slot, instant
from app.analysis.words import Background, reason, sentence
from app.analysis.words_overall import overall_rule, overall_sentence
from app.domain.change import Change
from app.domain.ids import ChangeId
from app.domain.metric import Metric, Series
from app.domain.verdict import (
    Caveat,
    Comparison,
    Design,
    Evidence,
    FamilyPlace,
    LoadCheck,
    Overall,
    QuantileMove,
    Shift,
    Verdict,
    WindowFacts,
)
from app.i18n import _
from app.services.metric.around import Around, with_step
from app.services.metric.two_windows import layout_of_windows
from app.wording import signed_percent

_NO_CHANGE = ChangeId("")


@dataclass(frozen=True, slots=True)
class Control:
    """Something the change did not touch, such as the same metric of another host."""

    name: str
    samples: Samples


def compare_metric(
    metric: Metric,
    samples: Samples,
    layout: Layout,
    *,
    change: ChangeId = _NO_CHANGE,
    control: Control | None = None,
    around: Around = Around(),
) -> Comparison:
    """Judge one metric from all its samples: both windows and as much history as there is.

    Args:
        metric: What matters and in which direction.
        samples: The whole series, in any order, gaps left open.
        layout: Where the windows lie.
        change: The change it belongs to.
        control: Its own moves are subtracted from those of the metric, window by window.
        around: What else is known of the hours.
    """
    beside = control.samples if control else None
    found = study(samples, layout, _terms(metric), control=beside)
    around = with_step(metric, found, other_step(samples, layout), around)
    found = replace(found, gates=(*found.gates, *around.gates))
    caveats = (Caveat.NO_REFERENCE_DAYS,) if found.design is Design.NO_HISTORY else ()
    caveats = (*caveats, *around.caveats)
    notes = (*_control_notes(control, found), *around.notes)
    blank = replace(_blank(metric, change), notes=notes)
    return _told(blank, found, samples, layout, caveats, control=beside)


def _control_notes(control: Control | None, found: Study) -> tuple[str, ...]:
    if control is None or found.effect is None:
        return ()
    if found.control_moved is None:
        text = _("What {control} did by itself is subtracted.").format(control=control.name)
    else:
        text = _("{control}, which the change did not touch, moved by {by}; that is subtracted.")
        text = text.format(control=control.name, by=signed_percent(found.control_moved))
    return (text,)


def _terms(metric: Metric) -> Terms:
    return Terms(metric.margin, metric.floor, metric.worse_when, metric.strict)


def _blank(metric: Metric, change: ChangeId) -> Comparison:
    """Return a comparison that has found nothing yet."""
    return Comparison(
        id=f"{change}:{metric.id}",
        change=change,
        metric_id=metric.id,
        metric=metric.name,
        verdict=Verdict.NOT_ENOUGH_DATA,
        unit=metric.unit,
        kind=metric.kind,
        worse_when=metric.worse_when,
        margin=metric.margin,
        floor=metric.floor,
        key=metric.key,
        strict=metric.strict,
        target=metric.target,
    )


def _with_figures(comparison: Comparison, found: Study) -> Comparison:
    ruling, ratio, effect = found.ruling, found.ratio, found.effect
    comparison = replace(comparison, gates=tuple(gate.value for gate in found.gates))
    if ruling is None or ratio is None or effect is None:
        return comparison
    return replace(
        comparison,
        before=found.before.level,
        after=ratio.after,
        expected=ratio.expected,
        absolute_change=ruling.absolute,
        relative_change=ruling.relative,
        interval95=ruling.interval95,
        interval90=ruling.interval90,
        p=ruling.p,
        standard_error=effect.se,
        df=effect.df,
        levels_only=found.compares_levels,
        smallest_visible_change=ruling.visible,
        n_effective=effect.n_effective,
        scale=ratio.scale,
        verdict=Verdict.NOT_ENOUGH_DATA if found.gates else ruling.verdict,
    )


def _facts(slot: Slot, window: Window) -> WindowFacts:
    return WindowFacts(
        instant(slot.start_s),
        instant(slot.end_s),
        bins=len(window.bins.value),
        observed=window.bins.observed,
        level=window.level,
        spikes_per_hour=window.spikes_per_hour,
    )


def _told(
    blank: Comparison,
    found: Study,
    samples: Samples,
    layout: Layout,
    caveats: tuple[Caveat, ...],
    *,
    control: Samples | None = None,
) -> Comparison:
    """Fill in what was found, how far it carries, when the level moved, and the words."""
    if layout.parameters.window_s < HOUR_S:
        caveats = (*caveats, Caveat.SHORT_WINDOW)
    comparison = replace(
        _with_figures(blank, found),
        design=found.design,
        evidence=Evidence.LIMITED if caveats else Evidence.FULL,
        caveats=caveats,
        days=found.days,
        window_before=_facts(layout.before, found.before),
        window_after=_facts(layout.after, found.after),
        few_days=found.few_days,
        more_spikes=found.more_spikes,
        step_s=found.step_s,
        parameters=layout.parameters,
    )
    if not comparison.is_comparable:
        comparison = _without_move(comparison)
    else:
        moved = _shift(comparison, found, (samples, control), layout)
        comparison = replace(comparison, shift=moved)
    return _worded(comparison, _background(found))


def _without_move(comparison: Comparison) -> Comparison:
    """Take the figures of a move away: of two series that are not the same one it is none."""
    return replace(
        comparison, absolute_change=None, relative_change=None, interval95=None, interval90=None,
        smallest_visible_change=None,
    )  # fmt: skip


def _background(found: Study) -> Background:
    return Background(
        gates=found.gates,
        is_real=bool(found.ruling and found.ruling.is_real),
        is_exact=bool(found.ruling and found.ruling.is_exact),
        as_large=found.as_large,
        few_days=found.few_days,
        more_spikes=found.more_spikes,
    )


def _worded(comparison: Comparison, background: Background) -> Comparison:
    return replace(
        comparison,
        sentence=sentence(comparison, background),
        reason=reason(comparison, background),
    )


def _shift(
    comparison: Comparison,
    found: Study,
    both: tuple[Samples, Samples | None],
    layout: Layout,
) -> Shift | None:
    samples, control = both
    if not comparison.verdict.is_move or samples.is_ratio:
        return None
    start = shift_start(samples, layout, found.scale, found.backs, found.step_s, control=control)
    if start is None:
        return None
    return Shift(instant(start.at_s), start.at_s - layout.start_s, start.too_early)


def compare_windows(
    change: Change,
    metric: Metric,
    before: Series,
    after: Series,
    *,
    control: Control | None = None,
    around: Around = Around(),
) -> Comparison:
    """Judge two frozen windows of a change, without any history.

    The windows are as long as the shorter of the two: the end of one, the beginning of the other.
    """
    layout = layout_of_windows(change, before, after)
    both = samples_of(_joined(before, after), metric.kind)
    return compare_metric(metric, both, layout, change=change.id, control=control, around=around)


def compare_under_load(
    metric: Metric,
    samples: Samples,
    traffic: tuple[Metric, Samples],
    layout: Layout,
    *,
    change: ChangeId = _NO_CHANGE,
    around: Around = Around(),
) -> Comparison:
    """Judge a metric that depends on traffic, such as CPU load.

    Traffic is judged first. Where it moved by as much as matters, the metric is judged per unit of
    traffic, and a note says so: fewer users are no improvement.
    """
    load, load_samples = traffic
    moved = compare_metric(load, load_samples, layout)
    relative = moved.relative_change
    check = LoadCheck(load.name, relative, moved.interval95)
    if not moved.is_real or relative is None or abs(math.log1p(relative)) < math.log1p(load.margin):
        plain = compare_metric(metric, samples, layout, change=change, around=around)
        return replace(plain, load=check)
    per_unit = per_load(samples, load_samples, layout)
    note = _("{load} moved by {by}, so these figures are per unit of it.").format(
        load=load.name, by=signed_percent(relative)
    )
    noted = replace(around, notes=(*around.notes, note))
    found = compare_metric(metric, per_unit, layout, change=change, around=noted)
    return replace(found, load=replace(check, restated=True))


def compare_quantiles(
    found: Comparison, samples: Samples, layout: Layout
) -> tuple[QuantileMove, ...]:
    """Return how p50, p90, p95 and p99 moved, as far as the samples suffice.

    Args:
        found: The comparison of the level, which says which days it was compared with.
        samples: All samples of the metric.
        layout: Where the windows lie.
    """
    return quantile_moves(samples, layout, days_back(found))


def days_back(found: Comparison) -> tuple[int, ...]:
    """Return how many days before the change the days lie that were compared with."""
    if found.window_before is None:
        return ()
    first = found.window_before.start.astimezone(ZoneInfo(found.parameters.zone)).date()
    return tuple((first - day.day).days for day in found.days if day.used)


def compare_runs(
    metric: Metric, found: Study, *, single: bool, change: ChangeId = _NO_CHANGE
) -> Comparison:
    """Tell what a comparison of load-test runs found.

    Args:
        metric: What matters and in which direction.
        found: What `app.analysis.runs` found.
        single: Whether there were too few runs, so that one of each side was judged by itself.
        change: The change it belongs to.
    """
    blank = replace(
        _blank(metric, change),
        design=Design.RUNS,
        evidence=Evidence.LIMITED if single else Evidence.FULL,
        caveats=(Caveat.SINGLE_RUN,) if single else (),
    )
    return _worded(_with_figures(blank, found), _background(found))


def _joined(before: Series, after: Series) -> Series:
    return Series(
        np.concatenate((before.at_s, after.at_s)), np.concatenate((before.value, after.value))
    )


def judge_together(found: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Take back the moves that so many tests would give by chance (Benjamini-Hochberg, 5 %).

    The family is the key metrics of one change, or all where none is marked; choose them before the
    change and keep them few.
    """
    family = [item for item in found if item.key and item.p is not None]
    family = family or [item for item in found if item.p is not None]
    chances = [item.p for item in family if item.p is not None]
    kept = survivors(chances)
    places = {
        item.id: FamilyPlace(*place, counts)
        for item, place, counts in zip(family, family_places(chances), kept, strict=True)
    }
    found = [replace(item, family=places.get(item.id)) for item in found]
    chance = {
        item.id
        for item, counts in zip(family, kept, strict=True)
        if not counts and item.verdict.is_move
    }
    return tuple(_by_chance(item) if item.id in chance else item for item in found)


def _by_chance(item: Comparison) -> Comparison:
    lowered = replace(
        item,
        verdict=Verdict.NOT_ENOUGH_DATA,
        evidence=Evidence.LIMITED,
        caveats=(*item.caveats, Caveat.MANY_METRICS),
        shift=None,
    )
    known = Background(is_real=True, few_days=item.few_days, more_spikes=item.more_spikes)
    return _worded(lowered, known)


def unmeasured(found: Sequence[Comparison], planned: Sequence[Metric]) -> tuple[Comparison, ...]:
    """Return an empty comparison for each planned metric that has none."""
    judged = {item.metric_id for item in found}
    return tuple(
        _worded(replace(_blank(metric, _NO_CHANGE), verdict=Verdict.NOT_MEASURED), Background())
        for metric in planned
        if metric.id not in judged
    )


def overall(
    found: Sequence[Comparison], *, number: str = "", planned: Sequence[Metric] = ()
) -> Overall:
    """Put the verdicts of a change together, with the rule that decided and the sentence.

    Args:
        found: One comparison per metric.
        number: The number of the change, if the sentence shall name it.
        planned: What was agreed to be measured; what is missing of it is counted as missing.
    """
    together = judge_together((*found, *unmeasured(found, planned)))
    verdict = overall_verdict(together)
    return Overall(
        verdict,
        sentence=overall_sentence(verdict, together, number),
        rule=overall_rule(verdict),
        comparisons=together,
    )
