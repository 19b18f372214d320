"""Lessons, follow-up actions, close notes."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Words, chapter
from app.reports.tables import Ruled
from app.reports.theme import LEADING, Sheet
from app.services.report_content.common import Claim
from app.services.report_content.proofs import LearningPart


def learning_section(part: LearningPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out."""
    story = chapter("learning", _("Lessons and follow-up"), words, words.text(part.intro))
    story += [*_lessons(part, words, page), Air(LEADING)]
    story += [*_actions(part, words, page), Air(LEADING)]
    return [*story, words.claim(Claim(part.notes, _("Close notes.")), most=4000), Air(LEADING)]


def _lessons(part: LearningPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.lessons:
        return [words.text(part.no_lessons)]
    head: list[Cell] = [
        words.text(_("Lessons: what happened"), strong=True),
        words.text(_("Cause"), quiet=True),
        words.text(_("Effect"), quiet=True),
        words.text(_("Recommendation"), quiet=True),
    ]
    rows = [[words.text(text or "–", most=500) for text in lesson] for lesson in part.lessons]
    return [Ruled(head, rows, (0,) * 4, page.live_width).build()]


def _actions(part: LearningPart, words: Words, page: Sheet) -> list[Flowable]:
    if not part.actions:
        return [words.text(_("No follow-up action was agreed."))]
    head: list[Cell] = [
        words.text(_("Follow-up actions"), strong=True),
        "",
        words.text(_("Owner"), quiet=True),
        words.text(_("State"), quiet=True),
        words.text(_("Due"), quiet=True, right=True),
    ]
    rows = [
        [
            words.text(row.id),
            words.text(row.title, most=300),
            words.text(row.owner, most=80),
            words.text(_("done") if row.done else _("open")),
            words.text(row.due, right=True),
        ]
        for row in part.actions
    ]
    widths = (None, 0, None, None, None)
    extra = (("SPAN", (0, 0), (1, 0)),)
    return [Ruled(head, rows, widths, page.live_width, extra=extra).build()]
