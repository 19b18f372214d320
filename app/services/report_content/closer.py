"""A closer look at the measures: timeline, quantiles, promises, all at a glance, the numbers."""

from collections.abc import Sequence

from app.analysis.study import MIN_EFFECTIVE
from app.domain.metric import Metric
from app.domain.verdict import Comparison, Design
from app.i18n import _
from app.services.pictures.metric import metric_pictures, window_chart
from app.services.pictures.pair import pair_picture
from app.services.pictures.shelf import Shelf
from app.services.report_content.closer_parts import (
    CloserPart,
    GlanceChart,
    NumberRow,
    Picture,
)
from app.services.report_content.common import Claim
from app.services.report_content.evidence import EvidenceBook
from app.services.report_content.outcomes import cite
from app.services.report_content.shelves import shelf_of
from app.services.report_content.source import Source
from app.services.report_content.words import change_words, verdict_mark
from app.wording import NONE, count, number, percent, percent_range, signed_percent

MOST_CHARTED = 4
"""Of so many measures the page before shows each in full; only more are shown at a glance."""
MOST_TILES = 24
_LEAST_P = 0.0001


def closer(source: Source, book: EvidenceBook) -> CloserPart | None:
    """Put the chapter together; None where nothing was compared."""
    ranked = sorted(
        source.comparisons, key=lambda item: (item.verdict.rank, not item.key, item.metric)
    )
    if not ranked:
        return None
    main = source.main_metric
    judged = source.comparison(main.id) if main else None
    timeline, pictures = _pictures(source, main) if main and judged else (None, ())
    return CloserPart(
        intro=_intro(main if judged else None, timeline, pictures),
        timeline=timeline,
        pictures=pictures,
        promises=tuple(_promises(ranked, source, book)),
        glance=_glance(ranked, source),
        glance_note=_("All measures, those that want to be looked at first. Dashed: before."),
        numbers=tuple(_numbers(item) for item in ranked),
        numbers_note=_(
            "A: against the same hours on K earlier days; B: the two windows alone; n: steps "
            "measured in both; worth: independent ones. p: how seldom a move this size comes by "
            "itself. Place: rank in the family and its limit (Benjamini-Hochberg). Same: whether "
            "the 90 % range holds nothing that matters. Below {least} independent ones nothing is "
            "said."
        ).format(least=number(MIN_EFFECTIVE, digits=1)),
    )


def _intro(main: Metric | None, timeline: Picture | None, pictures: Sequence[Picture]) -> str:
    if main is None or (timeline is None and not pictures):
        return _("How each verdict came about, in figures.")
    return _("{name} in detail; how each verdict came about, in figures.").format(name=main.name)


def _pictures(source: Source, main: Metric) -> tuple[Picture | None, tuple[Picture, ...]]:
    shelf = shelf_of(source, main)
    drawn = metric_pictures(shelf)
    timeline = None
    if drawn.timeline is not None and drawn.timeline.traces:
        title = _("{name}: everything that was measured").format(name=main.name)
        timeline = Picture(title, drawn.timeline.for_paper(), drawn.timeline_note)
    found = []
    if drawn.overlay is not None:
        title = _("{name}: both windows on one clock").format(name=main.name)
        found.append(Picture(title, drawn.overlay.for_paper()))
    if drawn.quantiles is not None:
        title = _("{name}: quantiles, before and after").format(name=main.name)
        found.append(Picture(title, drawn.quantiles.for_paper()))
    if drawn.shifts is not None:
        title = _("How far each quantile moved, likely range 95 %")
        found.append(Picture(title, drawn.shifts.for_paper(), drawn.distribution_note))
    if (pair := _pair(source, shelf)) is not None:
        found.append(pair)
    return timeline, tuple(found)


def _pair(source: Source, main: Shelf) -> Picture | None:
    """Put the main measure against the next one of the plan: chosen by the plan, not by looks."""
    others = [
        metric
        for metric in sorted(source.change.metrics, key=lambda metric: not metric.key)
        if metric.id != main.metric.id and source.comparison(metric.id) is not None
    ]
    if not others:
        return None
    found = pair_picture(shelf_of(source, others[0]), main)
    if found.plot is None:
        return None
    note = _("Before: {before}. After: {after}. {meaning}").format(
        before=found.before, after=found.after, meaning=found.meaning
    )
    title = _("{one} against {other}").format(one=found.other, other=found.one)
    return Picture(title, found.plot.for_paper(), note)


def _promises(ranked: Sequence[Comparison], source: Source, book: EvidenceBook) -> Sequence[Claim]:
    return [
        Claim(each.sentence, "", cite(item, source, book))
        for item in ranked
        for each in (item.apdex, item.budget)
        if each is not None
    ]


def _glance(ranked: Sequence[Comparison], source: Source) -> tuple[GlanceChart, ...]:
    if len(ranked) <= MOST_CHARTED:
        return ()
    tiles = []
    for item in ranked[:MOST_TILES]:
        metric = source.metric(item.metric_id)
        model = window_chart(shelf_of(source, metric)) if metric else None
        if model is not None:
            change = signed_percent(item.relative_change)
            if item.interval95 is not None:
                change = f"{change} ({percent_range(*item.interval95)})"
            tiles.append(
                GlanceChart(
                    item.metric, verdict_mark(item.verdict), change_words(item), change,
                    model.for_paper(),
                )
            )  # fmt: skip
    return tuple(tiles)


def _numbers(item: Comparison) -> NumberRow:
    design = {Design.REFERENCE_DAYS: "A", Design.NO_HISTORY: "B", Design.RUNS: "C"}[item.design]
    if item.design is Design.REFERENCE_DAYS:
        design = f"A, K = {item.reference_days}"
    error = NONE
    if item.standard_error is not None and item.df is not None:
        error = f"{number(item.standard_error)}; {number(item.df)}"
    equal = NONE
    if item.interval90 is not None:
        low, high = item.interval90
        inside = -item.margin / (1 + item.margin) < low and high < item.margin
        equal = _("yes") if inside else _("no")
    p = NONE if item.p is None else number(item.p)
    place = NONE
    if item.family is not None:
        place = f"{item.family.rank}/{item.family.size}, {number(item.family.limit)}"
    visible = item.smallest_visible_change
    return NumberRow(
        name=item.metric,
        design=design,
        steps=count(item.n),
        worth=number(item.n_effective),
        error=error,
        p=f"< {number(_LEAST_P)}" if item.p is not None and item.p < _LEAST_P else p,
        family=place,
        equal=equal,
        visible=NONE if visible is None else percent(abs(visible)),
    )
