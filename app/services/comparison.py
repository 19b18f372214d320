"""Judge before against after: one metric, several together, load-test runs.

Plain functions of their arguments: no clock, no store, no random numbers. What is frozen goes in,
a `Comparison` with its sentence comes out.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.analysis.clean import HOUR_S, Samples, samples_of, usual_step
from app.analysis.judge import Terms, overall_verdict, survivors
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
    Overall,
    Parameters,
    Shift,
    Verdict,
    WindowFacts,
)


def compare_metric(
    metric: Metric, samples: Samples, layout: Layout, *, change: ChangeId = ChangeId("")
) -> Comparison:
    """Judge one metric from all its samples: both windows and as much history as there is.

    Args:
        metric: What matters and in which direction.
        samples: The whole series, in any order, gaps left open.
        layout: Where the windows lie.
        change: The change it belongs to.
    """
    terms = Terms(metric.margin, metric.floor, metric.worse_when, layout.parameters.strict)
    found = study(samples, layout, terms)
    ruling = found.ruling
    comparison = Comparison(
        id=f"{change}:{metric.id}",
        change=change,
        metric_id=metric.id,
        metric=metric.name,
        verdict=Verdict.NOT_ENOUGH_DATA if found.gates or not ruling else ruling.verdict,
        unit=metric.unit,
        kind=metric.kind,
        worse_when=metric.worse_when,
        margin=metric.margin,
        floor=metric.floor,
        key=metric.key,
        target=metric.target,
        design=found.design,
        scale=found.scale,
        days=found.days,
        window_before=_facts(layout.before, found.before),
        window_after=_facts(layout.after, found.after),
        step_s=found.step_s,
        parameters=layout.parameters,
    )
    return _told(_with_figures(comparison, found), found, samples, layout)


def _with_figures(comparison: Comparison, found: Study) -> Comparison:
    ruling, ratio, effect = found.ruling, found.ratio, found.effect
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
        smallest_visible_change=ruling.visible,
        n_effective=effect.n_effective,
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


def _told(comparison: Comparison, found: Study, samples: Samples, layout: Layout) -> Comparison:
    """Add how far the verdict carries, when the level moved, and the words."""
    caveats = []
    if found.design is Design.NO_HISTORY:
        caveats.append(Caveat.NO_REFERENCE_DAYS)
    if layout.parameters.window_s < HOUR_S:
        caveats.append(Caveat.SHORT_WINDOW)
    comparison = replace(
        comparison,
        caveats=tuple(caveats),
        evidence=Evidence.LIMITED if caveats else Evidence.FULL,
        shift=_shift(comparison, found, samples, layout),
    )
    background = Background(
        gates=found.gates,
        is_real=bool(found.ruling and found.ruling.is_real),
        is_exact=bool(found.ruling and found.ruling.is_exact),
        as_large=found.as_large,
        few_days=found.few_days,
        more_spikes=found.more_spikes,
    )
    return _worded(comparison, background)


def _worded(comparison: Comparison, background: Background) -> Comparison:
    return replace(
        comparison,
        sentence=sentence(comparison, background),
        reason=reason(comparison, background),
    )


def _shift(comparison: Comparison, found: Study, samples: Samples, layout: Layout) -> Shift | None:
    if not comparison.verdict.is_move or samples.is_ratio:
        return None
    start = shift_start(samples, layout, found.scale, found.backs, found.step_s)
    if start is None:
        return None
    return Shift(instant(start.at_s), start.at_s - layout.start_s, start.too_early)


def compare_windows(change: Change, metric: Metric, before: Series, after: Series) -> Comparison:
    """Judge two frozen windows of a change, without any history.

    The windows are as long as the shorter of the two: the end of one, the beginning of the other.
    """
    both = samples_of(_joined(before, after), metric.kind)
    spans = [_span(series) for series in (before, after)]
    length_s = min((end - start for start, end in spans if end > start), default=0.0)
    change_s = change.work_start.timestamp() if change.work_start else spans[0][1]
    zone = change.window.zone if change.window else "UTC"
    layout = Layout(
        change_s,
        Slot(((spans[0][1] - length_s, spans[0][1]),)),
        Slot(((spans[1][0], spans[1][0] + length_s),)),
        Parameters(window_s=length_s, settle_s=change.settle_s, zone=zone),
    )
    return compare_metric(metric, both, layout, change=change.id)


def _joined(before: Series, after: Series) -> Series:
    return Series(
        np.concatenate((before.at_s, after.at_s)), np.concatenate((before.value, after.value))
    )


def _span(series: Series) -> tuple[float, float]:
    """Return where a window of samples begins and ends; each sample stands for one step."""
    at_s = np.sort(series.at_s[np.isfinite(series.at_s) & np.isfinite(series.value)])
    if not len(at_s):
        return 0.0, 0.0
    return float(at_s[0]), float(at_s[-1]) + (usual_step(np.unique(at_s)) or 1.0)


def judge_together(found: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Take back the moves that so many tests would give by chance (Benjamini-Hochberg, 5 %).

    The family is the key metrics of one change, or all where none is marked; choose them before the
    change and keep them few.
    """
    family = [item for item in found if item.key and item.p is not None]
    family = family or [item for item in found if item.p is not None]
    kept = survivors([item.p for item in family if item.p is not None])
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
    return _worded(lowered, Background(is_real=True))


def overall(found: Sequence[Comparison], *, number: str = "") -> Overall:
    """Put the verdicts of a change together, with the rule that decided and the sentence.

    Args:
        found: One comparison per metric.
        number: The number of the change, if the sentence shall name it.
    """
    together = judge_together(found)
    verdict = overall_verdict(together)
    return Overall(
        verdict,
        sentence=overall_sentence(verdict, together, number),
        rule=overall_rule(verdict),
        comparisons=together,
    )
