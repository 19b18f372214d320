"""Service, users and review: outages, answers, questions, and whether the gain lasts."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter
from app.reports.tables import Ruled
from app.reports.theme import LEADING, Sheet
from app.services.report_content.evaluation_parts import EvaluationPart


def evaluation_section(part: EvaluationPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("evaluation", _("Service, users and review"), words, words.text(part.intro))
    story += [*_outages(part, words, page), Air(LEADING)]
    story += [words.claim(part.feedback), *_said(part, words, page), Air(LEADING)]
    story += [*_questions(part, words, page), Air(3), words.claim(part.reviewed), Air(LEADING)]
    return [*story, *_repeats(part, words, page), Air(LEADING)]


def _outages(part: EvaluationPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.outages:
        return [words.text(part.no_outages)]
    head: list[Cell] = [
        words.text(_("Outages"), strong=True),
        words.text(_("Service"), quiet=True),
        words.text(_("What users noticed"), quiet=True),
        words.text(_("Began"), quiet=True, right=True),
        words.text(_("Took"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(row.kind),
            words.text(row.service, most=80),
            words.text(row.noticed, most=300),
            words.text(row.began, right=True),
            words.text(row.took, right=True),
        ]
        for row in part.outages
    ]
    table = Ruled(head, rows, (None, None, 0, None, None), page.live_width).build()
    note = [Air(3), words.text(part.downtime, quiet=True)] if part.downtime else []
    return [table, *note]


def _said(part: EvaluationPart, words: Words, page: Sheet) -> list[Flowable]:
    story: list[Flowable] = []
    if part.ratings:
        head: list[Cell] = [words.text(label, quiet=True, right=True) for label, _n in part.ratings]
        row: list[Cell] = [words.text(str(n), right=True) for _label, n in part.ratings]
        story += [Air(3), Ruled(head, [row], (0,) * len(head), page.live_width).build()]
    if part.quotes:
        head = [words.text(_("What was said"), strong=True), words.text(_("By"), quiet=True)]
        rows = [[words.text(text, most=300), words.text(by, most=80)] for text, by in part.quotes]
        story += [Air(3), Ruled(head, rows, (0, None), page.live_width).build()]
    if part.quotes_left:
        story += [Air(3), words.text(part.quotes_left, quiet=True)]
    return story


def _questions(part: EvaluationPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.questions:
        return [words.text(part.no_questions)]
    head: list[Cell] = [
        words.text(_("Questions of the review"), strong=True),
        words.text(_("Answer"), quiet=True),
        words.text(_("Note"), quiet=True),
        words.text(_("By"), quiet=True),
    ]
    rows = [
        [
            words.text(row.question),
            Marked(row.mark),
            words.text(row.note or "–", most=300),
            words.text(row.by or "–", most=60),
        ]
        for row in part.questions
    ]
    return [Ruled(head, rows, (None, None, 0, None), page.live_width).build()]


def _repeats(part: EvaluationPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.repeats:
        return [words.text(part.no_repeats)]
    head: list[Cell] = [
        words.text(_("Does the gain last? After"), strong=True),
        words.text(_("Due"), quiet=True),
        words.text(_("State"), quiet=True),
        words.text(_("Before → after → then"), quiet=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(row.days),
            words.text(row.due),
            Marked(row.mark),
            words.text(row.found, most=600),
            words.ids(row.evidence),
        ]
        for row in part.repeats
    ]
    return [Ruled(head, rows, (None, None, None, 0, None), page.live_width).build()]
