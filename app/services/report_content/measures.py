"""Before and after: the charts, the table of all measures, and what each of them says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from app.analysis.chart_model import ChartInput, before_after_chart
from app.analysis.judge import overall_verdict
from app.domain.metric import Metric, SampleSet, Series, WindowName
from app.domain.verdict import Comparison, Design, Verdict
from app.i18n import _, ngettext
from app.services.metric.comparison import unmeasured
from app.services.pictures.metric import earlier_days, timeline_input
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.outcomes import cite, measure_claim
from app.services.report_content.parts import Measures, MetricChart, MetricRow
from app.services.report_content.shelves import shelf_of
from app.services.report_content.source import SHORT_S, Source
from app.services.report_content.words import (
    caveat_words,
    change_words,
    level_words,
    likely_words,
    lower_first,
    sentence,
    short_window_words,
    target_words,
    verdict_mark,
    verdict_words,
)
from app.wording import (
    NONE,
    THIN,
    clock_span,
    count,
    duration,
    percent_range,
    signed_percent,
)

MOST_CHARTS = 4
_MOST_FINDINGS = 3
_NEAR_S = 120.0
"""Farther than this from a sample an earlier day has no value."""


def measures(source: Source, book: EvidenceBook) -> Measures:
    """Put the page together; the measures that want to be looked at come first."""
    ranked = sorted(
        source.comparisons, key=lambda item: (item.verdict.rank, not item.key, item.metric)
    )
    charted = sorted(ranked, key=lambda item: not item.key)
    charts = [made for item in charted if (made := _chart(item, source, book)) is not None]
    return Measures(
        intro=_intro(source, ranked),
        charts=tuple(charts[:MOST_CHARTS]),
        caption=_caption(source) if charts else "",
        rows=tuple(_row(item, source, book) for item in ranked) + _unmeasured(source),
        findings=tuple(_finding(item, source, book) for item in ranked[:_MOST_FINDINGS]),
    )


def _intro(source: Source, ranked: Sequence[Comparison]) -> str:
    if not source.change.metrics:
        return _("No measure was agreed for this change, so nothing was compared.")
    if not ranked:
        return _("No measure has figures from both sides of the change, so nothing was compared.")
    every = (*ranked, *unmeasured(ranked, source.change.metrics))
    order = {
        Verdict.IMPROVED: _("{n} improved"),
        Verdict.REGRESSED: _("{n} got worse"),
        Verdict.CHANGED: _("{n} changed"),
        Verdict.NO_MATERIAL_CHANGE: _("{n} did not change by an amount that matters"),
        Verdict.NOT_ENOUGH_DATA: _("{n} cannot be judged yet"),
        Verdict.NOT_MEASURED: _("{n} not measured at all"),
    }
    parts = []
    for verdict, words in order.items():
        n = sum(item.verdict is verdict for item in every)
        if n:
            parts.append(words.format(n=n))
    told = ngettext("Of {n} measure {parts}.", "Of {n} measures {parts}.", len(every)).format(
        n=len(every), parts=_listed(parts)
    )
    overall = overall_verdict(every).words
    text = f"{told} {_('Overall: {verdict}.').format(verdict=lower_first(overall))}"
    return f"{text} {_basis(source, ranked)}".strip()


def _basis(source: Source, ranked: Sequence[Comparison]) -> str:
    parts = []
    if short := short_window_words(source):
        parts.append(short)
    days = max((item.reference_days for item in ranked), default=0)
    if days:
        parts.append(
            ngettext(
                "compared with the same hours on {n} earlier day",
                "compared with the same hours on {n} earlier days",
                days,
            ).format(n=days)
        )
    limits = dict.fromkeys(text for item in ranked if (text := caveat_words(item)))
    parts += list(limits)[:1]
    return sentence("; ".join(parts))


def _chart(item: Comparison, source: Source, book: EvidenceBook) -> MetricChart | None:
    metric = source.metric(item.metric_id)
    before = source.sample(item.metric_id, WindowName.BEFORE)
    after = source.sample(item.metric_id, WindowName.AFTER)
    if metric is None or before is None or after is None:
        return None
    if source.values(before) is None and source.values(after) is None:
        return None
    model = before_after_chart(
        ChartInput(
            name=item.metric,
            unit=item.unit,
            before=source.values(before),
            after=source.values(after),
            before_window=(before.start.timestamp(), before.end.timestamp()),
            after_window=(after.start.timestamp(), after.end.timestamp()),
            change=_change_span(source, before, after),
            zone=source.zone,
            target=item.target,
            references=_usual_day(source, metric),
            before_value=item.before,
            after_value=item.after,
        )
    )
    goal = target_words(item.target).lstrip("≤≥" + THIN)
    return MetricChart(
        title=_with_unit(item),
        role=_("main") if metric == source.main_metric else _("key") if item.key else _("other"),
        mark=replace(verdict_mark(item.verdict), word=verdict_words(item)),
        change=change_words(item),
        likely=likely_words(item),
        count=count_words(item, before, after),
        model=model,
        zone=source.zone,
        before=item.before,
        before_text=level_words(item, item.before, unit=False),
        after=item.after,
        after_text=level_words(item, item.after, unit=False),
        range=_likely_level(item),
        target_text=_("target {value}").format(value=goal) if goal else "",
        evidence=cite(item, source, book),
    )


def _change_span(source: Source, before: SampleSet, after: SampleSet) -> tuple[float, float]:
    work = source.work
    if work is None:
        return before.end.timestamp(), after.start.timestamp()
    return work.start.timestamp(), work.end.timestamp()


def _usual_day(source: Source, metric: Metric) -> tuple[Series, ...]:
    """Return the usual day: the mean of the days compared with, moved onto that of the change."""
    told = timeline_input(shelf_of(source, metric))
    days = earlier_days(told) if told else ()
    return (_mean_of(days),) if days else ()


def _mean_of(days: Sequence[Series]) -> Series:
    """Return the mean of several days at the times of the first; a day counts where it has data."""
    at_s = days[0].at_s
    rows = []
    for day in days:
        row = np.interp(at_s, day.at_s, day.value, left=np.nan, right=np.nan)
        behind = np.clip(np.searchsorted(day.at_s, at_s), 1, max(1, len(day.at_s) - 1))
        sides = day.at_s[behind - 1], day.at_s[np.minimum(behind, len(day.at_s) - 1)]
        apart = np.minimum(*(np.abs(at_s - side) for side in sides))
        rows.append(np.where(apart <= _NEAR_S, row, np.nan))
    table = np.array(rows)
    count = np.isfinite(table).sum(axis=0)
    total = np.nansum(table, axis=0)
    return Series(at_s[count > 0], total[count > 0] / count[count > 0])


def _likely_level(item: Comparison) -> tuple[float, float] | None:
    """Return the likely range as levels: the ends of the change on the expected level."""
    share = item.relative_change
    if item.interval95 is None or item.after is None or share is None or share <= -1:
        return None
    expected = item.after / (1 + share)
    low, high = (expected * (1 + end) for end in item.interval95)
    return (low, high) if np.isfinite([low, high]).all() else None


def count_words(item: Comparison, before: SampleSet | None, after: SampleSet | None) -> str:
    """Say on how many values of each side a figure rests, and on how many earlier days."""
    sides = [str(count(sample.n)) if sample else "0" for sample in (before, after)]
    text = _("n = {before} + {after}").format(before=sides[0], after=sides[1])
    spans = [(s.end - s.start).total_seconds() for s in (before, after) if s is not None]
    if spans and max(spans) < SHORT_S:
        text += _(" in {length}").format(length=duration(max(spans)))
    if item.design is Design.REFERENCE_DAYS and item.reference_days:
        days = ngettext(", {n} day", ", {n} days", item.reference_days)
        text += days.format(n=item.reference_days)
    return text


def _caption(source: Source) -> str:
    metric = source.main_metric
    before, after = (
        source.sample(metric.id, window) if metric else None
        for window in (WindowName.BEFORE, WindowName.AFTER)
    )
    parts = []
    if before is not None and after is not None:
        parts.append(
            _("Before {before}; after {after}.").format(
                before=_span(before.start, before.end, source),
                after=_span(after.start, after.end, source),
            )
        )
    if any(item.window is WindowName.REFERENCE for item in source.samples):
        parts.append(_("Dotted: mean of the same hours on earlier days."))
    parts.append(
        _("Bar at right: likely range (95 %) of the level after; in the table, in percent,")
    )
    parts.append(_("with the agreed margin in grey."))
    return " ".join(parts)


def _span(start: datetime, end: datetime, source: Source) -> str:
    return clock_span(start, end, source.zone, seconds=source.is_brisk)


def _row(item: Comparison, source: Source, book: EvidenceBook) -> MetricRow:
    before, after = (
        source.sample(item.metric_id, window) for window in (WindowName.BEFORE, WindowName.AFTER)
    )
    sides = [str(sample.n) if sample else "0" for sample in (before, after)]
    return MetricRow(
        name=_with_unit(item),
        before=level_words(item, item.before, unit=False),
        after=level_words(item, item.after, unit=False),
        change=_bare(signed_percent(item.relative_change)),
        likely=_bare(percent_range(*item.interval95)) if item.interval95 else NONE,
        count=" + ".join(sides),
        mark=verdict_mark(item.verdict),
        estimate=item.relative_change,
        interval=item.interval95,
        margin=item.margin,
        evidence=cite(item, source, book),
    )


def _with_unit(item: Comparison) -> str:
    """Name a metric with its unit, which never stands on a line alone."""
    return f"{item.metric},\u00a0{item.unit}" if item.unit else item.metric


def _bare(text: str) -> str:
    """Leave the unit out where the head of the column has it."""
    return text.removesuffix(f"{THIN}%")


def _unmeasured(source: Source) -> tuple[MetricRow, ...]:
    judged = {item.metric_id for item in source.comparisons}
    return tuple(
        MetricRow(
            metric.name, NONE, NONE, NONE, NONE, NONE, verdict_mark(Verdict.NOT_MEASURED),
            margin=metric.margin,
        )
        for metric in source.change.metrics
        if metric.id not in judged
    )  # fmt: skip


def _finding(item: Comparison, source: Source, book: EvidenceBook) -> Claim:
    """Return the sentence of the judge; where there is none, the figures in words."""
    claim = measure_claim(item, source, book)
    return Claim(item.sentence, "", claim.evidence) if item.sentence else claim


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("{some} and {last}").format(some=", ".join(parts[:-1]), last=parts[-1])
