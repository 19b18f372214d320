"""Who was told what and when: the plan in words, and every message with its proof."""

from reportlab.platypus import Flowable

from app.i18n import _
from app.reports.flowables import Air, Cell, Marked, Words, chapter
from app.reports.tables import Ruled
from app.reports.theme import LEADING, Sheet
from app.services.report_content.parts import CommunicationPart


def communication_section(part: CommunicationPart, words: Words, page: Sheet) -> list[Flowable]:
    """Lay the chapter out; without a plan and a message it is one sentence."""
    intro = words.text(part.plan or part.no_messages, most=2000)
    story = chapter("communication", _("Communication"), words, intro)
    if part.plan and part.no_messages:
        story += [words.text(part.no_messages), Air(LEADING)]
    if part.messages:
        story += [_messages(part, words, page), Air(LEADING)]
    return story


def _messages(part: CommunicationPart, words: Words, page: Sheet) -> Flowable:
    head: list[Cell] = [
        words.text(_("Messages"), strong=True),
        words.text(_("When"), quiet=True),
        words.text(_("Subject, and how it went out"), quiet=True),
        words.text(_("State"), quiet=True),
        words.text(_("Evidence"), quiet=True, right=True),
    ]
    rows: list[list[Cell]] = []
    for row in part.messages:
        told: list[Flowable] = [words.text(row.subject, most=200)]
        if row.sent:
            told.append(words.text(row.sent, quiet=True, most=400))
        rows.append(
            [
                words.text(row.audience),
                words.text(row.moment),
                told,
                Marked(row.mark),
                words.ids(row.evidence),
            ]
        )
    return Ruled(head, rows, (None, None, 0, None, None), page.live_width).build()
