"""Before and after: up to four charts, a table of all measures, what each of them says."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.charts import BeforeAfter, Interval, IntervalScale
from app.reports.flowables import (
    Marked,
    Ruled,
    Words,
    chapter,
    columns,
    gap,
    share,
    tight,
    together,
)
from app.reports.theme import GUTTER, LEADING, Sheet
from app.services.report_content.parts import Measures, MetricChart, MetricRow
from app.wording import MINUS, THIN

_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def measures_section(part: Measures, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("measures", _("Before and after"), words, words.text(part.intro))
    half = page.columns(3)
    for start in range(0, len(part.charts), 2):
        pair = part.charts[start : start + 2]
        blocks = [_block(chart, words, half) for chart in pair]
        blocks += [[gap(1)]] * (2 - len(blocks))
        story += [columns((half, half), blocks, between=GUTTER), gap(LEADING)]
    if part.caption:
        story += [words.text(part.caption, quiet=True), gap(LEADING)]
    if part.rows:
        story += [_table(part.rows, words, page), gap(LEADING)]
    if part.findings:
        story.append(_findings(part, words, page))
    return story


def _block(chart: MetricChart, words: Words, width: float) -> list[Flowable]:
    role = words.ids((chart.role, *chart.evidence))
    lines = tight(
        [
            [words.text(chart.title, strong=True, most=70), role],
            [Marked(chart.mark), words.text(chart.change, right=True)],
            [words.text(chart.likely, quiet=True), words.text(chart.count, quiet=True, right=True)],
        ],
        share(width, 0, width * 0.44),
    )
    return [lines, BeforeAfter(chart)]


def _table(rows: Sequence[MetricRow], words: Words, page: Sheet) -> Flowable:
    scale = _scale(rows)
    ends = f"{scale * 100:.0f}"
    head = [
        words.text(_("All measures"), strong=True),
        words.text(_("Before"), quiet=True, right=True),
        words.text(_("After"), quiet=True, right=True),
        words.text(_("Change"), quiet=True, right=True),
        IntervalScale(f"{MINUS}{ends}", f"+{ends}{THIN}%"),
        words.text(_("Likely range"), quiet=True, right=True),
        words.text(_("n"), quiet=True, right=True),
        words.text(_("Verdict"), quiet=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    body = [
        [
            words.text(row.name, most=60),
            words.text(row.before, right=True),
            words.text(row.after, right=True),
            words.text(row.change, right=True),
            Interval(
                row.estimate, row.interval, margin=row.margin, scale=scale, kind=row.mark.icon.value
            ),
            words.text(row.likely, right=True),
            words.text(row.count, right=True),
            Marked(row.mark),
            words.ids(row.evidence),
        ]
        for row in rows
    ]
    widths = share(page.live_width, 0, 34, 34, 37, 62, 64, 48, 74, 40)
    return Ruled(head, body, widths, padding=5.0).build()


def _scale(rows: Sequence[MetricRow]) -> float:
    """Return the half width of the scale: the least round one that holds nearly all ranges."""
    ends = sorted(abs(end) for row in rows if row.interval for end in row.interval)
    if not ends:
        return _SCALES[2]
    wanted = ends[int(0.9 * (len(ends) - 1))]
    return next((scale for scale in _SCALES if scale >= wanted), _SCALES[-1])


def _findings(part: Measures, words: Words, page: Sheet) -> Flowable:
    blocks = [words.claim(claim) for claim in part.findings]
    width = page.columns(6 // len(blocks))
    return together(columns((width,) * len(blocks), blocks, between=GUTTER))
