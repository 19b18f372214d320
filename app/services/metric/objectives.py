"""What a change took from what was promised to users: the error budget, and Apdex."""

from dataclasses import dataclass, replace

import numpy as np

from app.analysis.apdex import budget_used, burn_rate
from app.analysis.clean import Array, Samples, samples_of, usual_step
from app.analysis.judge import Terms
from app.analysis.study import study
from app.analysis.windows import Layout
from app.domain.metric import Metric, MetricKind, Series, WorseWhen
from app.domain.objective import ApdexMove, BudgetPart, BudgetUse, Objective
from app.domain.verdict import Verdict
from app.i18n import _
from app.wording import THIN, number, percent, percent_range

APDEX_MARGIN, APDEX_FLOOR = 0.05, 0.01
"""As for load tests: less than this is nothing anybody would notice."""
_HOUR_S = 3600.0
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was measured in a stretch of time; ``failed`` readings gave no value."""

    span: Span
    series: Series | None
    failed: int = 0


def has_budget(metric: Metric) -> bool:
    """Whether an objective was agreed, and it is plain what is bad."""
    knows_bad = metric.kind is MetricKind.RATIO or metric.target is not None
    return metric.objective is not None and knows_bad


def budget_use(
    metric: Metric, before: Stretch, during: Stretch, after: Stretch, *, rises: bool = False
) -> BudgetUse | None:
    """Return what each stretch took from the error budget; None without an objective.

    ``rises`` is what `bad_share_rises` says.

    A share of bad counts as it was measured, each sample for the time until the next one. Of other
    metrics a sample that misses the target is bad; readings of response times that gave no answer
    are bad, too. What was not measured is not guessed.
    """
    if metric.objective is None or not has_budget(metric):
        return None
    first, middle, last = (_part(metric, metric.objective, s) for s in (before, during, after))
    found = BudgetUse(metric.objective, first, middle, last, is_rise_real=rises)
    return replace(found, sentence=_budget_words(metric, found))


def bad_share_rises(metric: Metric, samples: Samples, layout: Layout) -> bool:
    """Tell whether more is bad after than before, and not by chance (likely range of 95 %).

    The share of bad is judged like any other one: against earlier days where there are some.
    """
    if not has_budget(metric) or not len(samples.at_s):
        return False
    bad = _badness(metric, samples.part / samples.whole)
    scored = replace(samples, part=bad * samples.whole, is_ratio=True)
    found = study(scored, layout, Terms())
    rises = found.ruling is not None and found.ruling.is_real and found.ruling.absolute > 0
    return rises and not found.gates


def apdex_move(metric: Metric, samples: Samples, layout: Layout) -> ApdexMove | None:
    """Compare how content users were; None without a threshold or without samples.

    Each sample counts 1 up to the threshold, ½ up to four times it, else 0 (Apdex Alliance, 1.1).
    The mean of a window is compared like any other level, spikes included.
    """
    if metric.apdex_t is None or not len(samples.at_s):
        return None
    value = samples.part / samples.whole
    satisfied, tolerating = value <= metric.apdex_t, value <= 4 * metric.apdex_t
    content: Array = (satisfied.astype(np.float64) + tolerating) / 2
    scored = Samples(
        samples.at_s, content * samples.whole, samples.whole, samples.step_s, is_ratio=True
    )
    terms = Terms(APDEX_MARGIN, APDEX_FLOOR, WorseWhen.LOWER)
    found = study(scored, layout, terms)
    before, after, ruling = found.before.level, found.after.level, found.ruling
    if before is None or after is None or ruling is None:
        return None
    verdict = Verdict.NOT_ENOUGH_DATA if found.gates else ruling.verdict
    move = ApdexMove(metric.apdex_t, before, after, verdict, ruling.relative, ruling.interval95)
    return replace(move, sentence=_apdex_words(metric, move))


def _part(metric: Metric, objective: Objective, stretch: Stretch) -> BudgetPart:
    seconds = max(0.0, stretch.span[1] - stretch.span[0])
    series = stretch.series
    series = None if series is None else _figures(metric, series)
    known = np.empty(0) if series is None else _inside(series, stretch.span)
    failed = stretch.failed if metric.kind is MetricKind.LATENCY else 0
    n = known.size + failed
    if not n or series is None:
        return BudgetPart(seconds, 0.0, None, None, None)
    bad = (float(_badness(metric, known).sum()) + failed) / n
    step_s = usual_step(np.unique(series.at_s)) or seconds
    measured_s = min(seconds, n * step_s)
    spent = budget_used(bad, objective.share, hours=measured_s / _HOUR_S, days=objective.days)
    return BudgetPart(seconds, measured_s, bad, burn_rate(bad, objective.share), spent)


def _figures(metric: Metric, series: Series) -> Series:
    """Return what a target is about: of a running total that is its pace, not where it stands."""
    if metric.kind is not MetricKind.COUNTER:
        return series
    paced = samples_of(series, metric.kind)
    return Series(paced.at_s, paced.part / paced.whole)


def _inside(series: Series, span: Span) -> Array:
    chosen = (series.at_s >= span[0]) & (series.at_s < span[1]) & np.isfinite(series.value)
    values: Array = series.value[chosen]
    return values


def _badness(metric: Metric, values: Array) -> Array:
    """Return how bad each sample is, from 0 to 1."""
    if metric.kind is MetricKind.RATIO:
        shares: Array = np.clip(values / (100.0 if metric.unit == "%" else 1.0), 0.0, 1.0)
        return shares
    if metric.target is None:
        raise ValueError("a level without a target has nothing bad")
    goal = metric.target.value
    missed: Array = (values > goal if metric.target.at_most else values < goal).astype(np.float64)
    return missed


def _budget_words(metric: Metric, found: BudgetUse) -> str:
    objective = _("{share} over {days} days").format(
        share=f"{100 * found.objective.share:g}{THIN}%", days=number(found.objective.days)
    )
    text = _("Error budget of {name} ({objective}):").format(name=metric.name, objective=objective)
    if found.used is None:
        told = [_("what this change used of it was not measured")]
    else:
        told = [_("this change used {used} of it").format(used=percent(found.used))]
    if found.during.spent is not None:
        told.append(_("the work took {spent}").format(spent=percent(found.during.spent)))
    for part, name in ((found.before, _("before")), (found.after, _("after"))):
        if part.burn is not None and part.spent is not None:
            if not part.burn:
                told.append(_("{side} it nothing was spent").format(side=name))
                continue
            pace = _("{side} it the budget burned {burn} times as fast as allowed, {spent} of it")
            told.append(pace.format(side=name, burn=number(part.burn), spent=percent(part.spent)))
    sentence = f"{text} {'; '.join(told)}."
    return f"{sentence} {crossed_words(found)}".strip()


def crossed_words(found: BudgetUse) -> str:
    """Say by which rule an objective counts as crossed; empty where it does not."""
    if not found.is_crossed:
        return ""
    if (found.used or 0.0) >= 1:
        return _("The objective is crossed: this change used up the whole budget.")
    return _(
        "The objective is crossed: the budget lasted before, and at the pace since it will not."
    )


def _apdex_words(metric: Metric, move: ApdexMove) -> str:
    text = _("Apdex of {name} at {threshold}: {before} → {after}").format(
        name=metric.name,
        threshold=number(move.threshold, metric.unit),
        before=f"{move.before:.2f}",
        after=f"{move.after:.2f}",
    )
    if move.interval95 is not None:
        text += _(", likely range {range}").format(range=percent_range(*move.interval95))
    return f"{text}."
