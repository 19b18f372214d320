"""Plan against actual: steps along time, downtime, milestones, deviations."""

from typing import Any

from reportlab.platypus import Flowable, Paragraph, Table

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter, gap, together
from app.reports.gantt import AxisFoot, AxisHead, DowntimeBars, StepStrip
from app.reports.tables import Ruled, beside, share, tight
from app.reports.theme import HAIRLINE, LEADING, Sheet, inks
from app.services.report_content.common import Icon
from app.services.report_content.parts import PlanPart, StepRow

_ROW = 18.0
_NUMBER, _HOST, _CHART, _FIGURE = 16.0, 60.0, 200.0, 31.0


def plan_section(part: PlanPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("plan", _("Plan against actual"), words, words.claim(part.intro))
    if part.code:
        told = [item for claim in part.code for item in (words.claim(claim, most=600), Air(3))]
        story += [*told, Air(LEADING - 3)]
    if part.steps:
        title = f"{part.header}, {_('in {unit}').format(unit=part.unit)}"
        story += [words.text(title, strong=True), _steps(part, words, page), Air(LEADING)]
    story += [_downtime(part, words), Air(LEADING)]
    with_seconds = any(len(row.actual) > len("00:00") for row in part.milestones)
    story += beside(
        page,
        (
            (3 if with_seconds else 2, lambda width: [_milestones(part, words, width)]),
            (3 if with_seconds else 4, lambda width: [_deviations(part, words, width)]),
        ),
    )
    if part.rehearsal:
        story += [Air(LEADING), together(*_rehearsal(part, words, page))]
    return [*story, Air(3), words.text(part.effort, quiet=True), Air(LEADING)]


def _rehearsal(part: PlanPart, words: Words, page: Sheet) -> list[Flowable]:
    head: list[Cell] = [
        words.text(part.rehearsal_title, strong=True),
        words.text(_("Rehearsed"), quiet=True, right=True),
        words.text(_("Live"), quiet=True, right=True),
        words.text(part.rehearsal_unit, quiet=True, right=True, most=12),
    ]
    rows = [
        [
            words.text(row.title, most=160),
            words.text(row.rehearsed, quiet=True, right=True),
            words.text(row.live, right=True),
            words.text(row.diff, right=True, strong=row.notable),
        ]
        for row in part.rehearsal
    ]
    return [Ruled(head, rows, (0, None, None, None), page.live_width, padding=6.0).build()]


def _steps(part: PlanPart, words: Words, page: Sheet) -> Table:
    """Build the chart as a table: text stays text, and it can be broken between any two steps."""
    chart = _CHART if part.gantt else 4.0
    widths = share(page.live_width, _NUMBER, 0, _HOST, chart, _FIGURE, _FIGURE, _FIGURE)
    head: list[Cell] = [
        "",
        words.text(_("Step"), quiet=True),
        words.text(_("Host"), quiet=True),
        AxisHead(part.gantt) if part.gantt else "",
        words.text(_("Plan"), quiet=True, right=True),
        words.text(_("Actual"), quiet=True, right=True),
        words.text("±", quiet=True, right=True),
    ]
    rows: list[list[Cell]] = []
    heights = [15.0]
    for step in part.steps:
        cells, height = _step(step, words, widths)
        if part.gantt:
            cells[3] = StepStrip(part.gantt, step, height)
        rows.append(cells)
        heights.append(height)
    total: list[Cell] = [
        "",
        words.text(_("All steps"), strong=True),
        "",
        AxisFoot(part.gantt) if part.gantt else "",
        *(words.text(text, right=True, strong=True) for text in part.total),
    ]
    table = tight([head, *rows, total], widths, rowHeights=[*heights, 15.0], repeatRows=1)
    table.setStyle(_rules(len(rows)))
    return table


def _step(step: StepRow, words: Words, widths: list[float]) -> tuple[list[Cell], float]:
    title: list[Flowable] = [words.text(step.title, most=160, strong=step.critical)]
    if step.mark.icon is not Icon.NONE or step.mark.word:
        title.append(Marked(step.mark))
    host = words.text(step.host, quiet=True, most=80)
    height = sum(part.wrap(widths[1] - 8, 1e6)[1] for part in title)
    height = max(height, host.wrap(widths[2] - 8, 1e6)[1])
    cells: list[Cell] = [
        words.text(step.number, quiet=True),
        title,
        host,
        "",
        words.text(step.plan_text, quiet=True, right=True),
        words.text(step.actual_text, right=True),
        words.text(step.diff_text, right=True, strong=step.late),
    ]
    return cells, max(_ROW, height + 6)


def _rules(count: int) -> list[Any]:
    words = ((0, 2), (4, 6))
    return [
        ("TOPPADDING", (0, 0), (2, -1), 2.5),
        ("TOPPADDING", (4, 0), (-1, -1), 2.5),
        ("TOPPADDING", (0, 0), (-1, 0), 1.5),
        ("TOPPADDING", (3, -1), (3, -1), 2.5),
        ("RIGHTPADDING", (1, 0), (2, -1), 8),
        *(("LINEBELOW", (a, 0), (b, 0), HAIRLINE, inks().ink2) for a, b in ((0, 6),)),
        *(("LINEBELOW", (a, 1), (b, count - 1), HAIRLINE, inks().hair) for a, b in words),
        ("LINEBELOW", (0, count), (-1, count), HAIRLINE, inks().ink2),
        ("NOSPLIT", (0, -2), (-1, -1)),
    ]


def _downtime(part: PlanPart, words: Words) -> Flowable:
    title: Paragraph = words.claim_title(part.downtime_title, part.downtime_evidence)
    if not part.downtime:
        return title
    unit_s = 1.0 if part.unit == _("s") else 60.0
    return together(title, gap(4), DowntimeBars(part.downtime, unit_s))


def _milestones(part: PlanPart, words: Words, width: float) -> Flowable:
    if not part.milestones:
        return words.text(_("No milestone was reached."), quiet=True)
    head: list[Cell] = [
        words.text(_("Milestone"), strong=True),
        words.text(_("Plan"), quiet=True, right=True),
        words.text(_("Actual"), quiet=True, right=True),
        words.text(part.milestone_unit, quiet=True, right=True, most=12),
    ]
    rows = [
        [
            words.text(row.name, most=80),
            words.text(row.plan, quiet=True, right=True),
            words.text(row.actual, right=True),
            words.text(row.diff, right=True),
        ]
        for row in part.milestones
    ]
    return Ruled(head, rows, (0, None, None, None), width, padding=6.0).build()


def _deviations(part: PlanPart, words: Words, width: float) -> Flowable:
    if not part.deviations:
        return words.text(_("Deviations: none"), strong=True)
    head: list[Cell] = [
        words.text(_("Deviations"), strong=True),
        "",
        words.text(_("By"), quiet=True),
    ]
    rows = [
        [words.text(note.id), words.claim(note.claim), words.text(by, most=80)]
        for note, by in zip(part.deviations, part.deviation_by, strict=False)
    ]
    extra = (("SPAN", (0, 0), (1, 0)),)
    return Ruled(head, rows, (None, 0, None), width, extra=extra).build()
