"""Before and after: up to four charts, a table of all measures, what each of them says."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.charts import BeforeAfter, Interval, IntervalScale
from app.reports.flowables import Air, Cell, Marked, Words, chapter, gap, together
from app.reports.tables import Ruled, columns, height_of, natural_width, share, tight
from app.reports.theme import GUTTER, LEADING, Sheet
from app.services.report_content.parts import Measures, MetricChart, MetricRow
from app.wording import MINUS, THIN

MOST_CHARTS = 4
_HOLE = 186.0
"""Beside the last of an odd number of charts there is room for words this high, in points."""
_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def measures_section(part: Measures, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("measures", _("Before and after"), words, words.text(part.intro))
    told: list[Flowable] = [words.claim(claim) for claim in part.findings]
    odd = len(part.charts) % 2 == 1
    inside, below = _shared(told, words, page) if odd else ([], told)
    story += _pictures(part.charts, inside, words, page)
    caption = f"{part.caption} {_same_count(part.rows)}".strip()
    if caption:
        story += [words.text(caption, quiet=True), Air(LEADING)]
    if part.rows:
        story += [_table(part.rows, words, page), Air(LEADING)]
    if below:
        title = _("In words, continued") if inside else _("In words")
        story += [together(words.text(title, strong=True), below[0])]
        story += [item for claim in below[1:] for item in (Air(3), claim)]
        story.append(Air(LEADING))
    return story


def _pictures(
    charts: Sequence[MetricChart], told: list[Flowable], words: Words, page: Sheet
) -> list[Flowable]:
    """Set the charts two by two; words take the place that an odd number leaves."""
    half, story = page.columns(3), list[Flowable]()
    blocks: list[list[Flowable]] = [_block(chart, words, half) for chart in charts]
    if told:
        blocks.append(told)
    for start in range(0, len(blocks), 2):
        pair = blocks[start : start + 2]
        pair += [[gap(1)]] * (2 - len(pair))
        story += [columns((half, half), pair, between=GUTTER), Air(LEADING)]
    return story


def _block(chart: MetricChart, words: Words, width: float) -> list[Flowable]:
    role = words.ids((chart.role, *chart.evidence))
    pairs: tuple[tuple[Flowable, Flowable], ...] = (
        (words.text(chart.title, strong=True, most=70), role),
        (Marked(chart.mark), words.text(chart.change, right=True, most=80)),
        (
            words.text(chart.likely, quiet=True, most=80),
            words.text(chart.count, quiet=True, right=True, most=80),
        ),
    )
    lines: list[Flowable] = []
    for left, right in pairs:
        taken = min(natural_width(right) + 1, 0.6 * width)
        lines.append(tight([[left, right]], share(width, 0, taken)))
    return [*lines, BeforeAfter(chart)]


def _same_count(rows: Sequence[MetricRow]) -> str:
    """Say once what is the same in every row."""
    counts = {row.count for row in rows}
    if len(counts) != 1:
        return ""
    return _("n = {count} values, for every measure.").format(count=counts.pop())


def _table(rows: Sequence[MetricRow], words: Words, page: Sheet) -> Flowable:
    scale, ends = _scale(rows), f"{_scale(rows) * 100:.0f}"
    with_count = len({row.count for row in rows}) > 1 and len(rows) > MOST_CHARTS
    head: list[Cell] = [
        words.text(_("All measures"), strong=True),
        words.text(_("Before"), quiet=True, right=True),
        words.text(_("After"), quiet=True, right=True),
        words.text(_("Change"), quiet=True, right=True),
        IntervalScale(f"{MINUS}{ends}", f"+{ends}{THIN}%"),
        words.text(_("Range"), quiet=True, right=True),
        *([words.text(_("n"), quiet=True, right=True)] if with_count else []),
        words.text(_("Verdict"), quiet=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    body = [_measure(row, words, scale, with_count=with_count) for row in rows]
    widths: list[float | None] = [0, None, None, None, 66, None, None, None]
    if with_count:
        widths.insert(6, None)
    return Ruled(head, body, widths, page.live_width, padding=5.0).build()


def _measure(row: MetricRow, words: Words, scale: float, *, with_count: bool) -> list[Cell]:
    bar = Interval(
        row.estimate, row.interval, margin=row.margin, scale=scale, kind=row.mark.icon.value
    )
    return [
        words.text(row.name, most=60),
        words.text(row.before, right=True),
        words.text(row.after, right=True),
        words.text(row.change, right=True),
        bar,
        words.text(row.likely, right=True),
        *([words.text(row.count, right=True)] if with_count else []),
        Marked(row.mark),
        words.ids(row.evidence, short=True),
    ]


def _scale(rows: Sequence[MetricRow]) -> float:
    """Return the half width of the scale: the least round one that holds nearly all ranges."""
    ends = sorted(abs(end) for row in rows if row.interval for end in row.interval)
    if not ends:
        return _SCALES[2]
    wanted = ends[int(0.9 * (len(ends) - 1))]
    return next((scale for scale in _SCALES if scale >= wanted), _SCALES[-1])


def _shared(
    told: list[Flowable], words: Words, page: Sheet
) -> tuple[list[Flowable], list[Flowable]]:
    """Put as many statements as fit beside the last chart; return those, and the others."""
    inside: list[Flowable] = [words.text(_("In words"), strong=True)]
    left, half = list(told), page.columns(3)
    while left and height_of([*inside, left[0]], half) <= _HOLE:
        inside += [left.pop(0), gap(4)]
    return (inside, left) if len(inside) > 1 else ([], told)
