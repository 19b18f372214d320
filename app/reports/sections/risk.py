"""The risk: matrix, engines, controls, what remained, and what actually happened."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Words
from app.reports.matrix import RiskMatrix
from app.reports.tables import Ruled, beside
from app.reports.theme import LEADING, Sheet
from app.services.report_content.common import Claim
from app.services.report_content.proofs import RiskPart


def risk_block(part: RiskPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the block out."""
    title = words.text(part.title, strong=True)

    def matrix(_width: float) -> list[Flowable]:
        return [title, Air(3), RiskMatrix(part), words.claim(part.note, quiet=True)]

    def told(width: float) -> list[Flowable]:
        return [
            _controls(part, words, width),
            Air(LEADING / 2),
            words.claim(part.remains),
            Air(LEADING),
            *_happened(part, words, width),
        ]

    story = beside(page, ((3, matrix), (3, told)))
    if part.engines:
        story += [Air(LEADING), _engines(part, words, page.live_width)]
    if part.history:
        lines = "; ".join(part.history)
        story += [Air(3), words.claim(Claim(lines, _("Changes like this one before:")), quiet=True)]
    if part.answers:
        story += [Air(LEADING), _answers(part, words, page.live_width)]
    return story


def _controls(part: RiskPart, words: Words, width: float) -> Flowable:
    if not part.controls:
        return words.text(_("No control was named."))
    head: list[Cell] = [words.text(_("Controls"), strong=True), ""]
    rows: list[list[Cell]] = []
    for number, (text, rests) in enumerate(part.controls, start=1):
        cell: list[Flowable] = [words.text(text, most=300)]
        if rests:
            cell.append(words.text(rests, quiet=True, most=200))
        rows.append([words.text(str(number), quiet=True), cell])
    extra = (("SPAN", (0, 0), (1, 0)),)
    return Ruled(head, rows, (None, 0), width, extra=extra).build()


def _happened(part: RiskPart, words: Words, width: float) -> list[Flowable]:
    found: list[Flowable] = []
    if part.outcome:
        found += [
            words.text(_("What actually happened"), strong=True),
            words.text(part.outcome, most=1200),
            Air(LEADING / 2),
        ]
    if not part.happened:
        text = _("What happened: nothing that wants attention.")
        return [*found, words.text(text, strong=not found)]
    head: list[Cell] = [words.text(_("What happened"), strong=True)]
    rows: list[list[Cell]] = [[words.claim(claim)] for claim in part.happened]
    return [*found, Ruled(head, rows, (0,), width).build()]


def _engines(part: RiskPart, words: Words, width: float) -> Flowable:
    head: list[Cell] = [
        words.text(_("How the inherent risk was graded"), strong=True),
        words.text(_("From"), quiet=True),
        words.text(_("Level"), quiet=True),
        words.text(_("Counts"), quiet=True),
    ]
    rows: list[list[Cell]] = [
        [
            words.text(row.engine),
            words.text(row.how),
            words.text(row.level, strong=row.decides),
            words.text(row.counts, quiet=not row.decides),
        ]
        for row in part.engines
    ]
    return Ruled(head, rows, (0, None, None, None), width).build()


def _answers(part: RiskPart, words: Words, width: float) -> Flowable:
    head: list[Cell] = [
        words.text(_("Questionnaire"), strong=True),
        words.text(_("Answer"), quiet=True),
        words.text(_("Points"), quiet=True, right=True),
    ]
    rows: list[list[Cell]] = [
        [words.text(asked), words.text(answer), words.text(points, right=True)]
        for asked, answer, points in part.answers
    ]
    return Ruled(head, rows, (0, None, None), width).build()
