"""Turns the data of a report into a PDF: the one entry of this package.

The same data gives the same bytes: nothing of the clock, of chance or of this computer goes in.
"""

from collections.abc import Sequence

from reportlab.platypus import Flowable, PageBreak

from app.i18n import speaking
from app.reports.attach import finished
from app.reports.flowables import Words, height_of
from app.reports.page import lay_out
from app.reports.sections.health import health_section
from app.reports.sections.history import history_section
from app.reports.sections.learning import learning_section
from app.reports.sections.measures import measures_section
from app.reports.sections.method import method_section
from app.reports.sections.need import need_section
from app.reports.sections.plan import plan_section
from app.reports.sections.safety import safety_section
from app.reports.sections.summary import summary_section
from app.reports.sections.transcripts import transcripts_section
from app.reports.theme import Sheet, register_fonts, sheet
from app.services.report_content.data import Attachment, Rendered, ReportData

_SQUEEZES = 3
"""How far page 1 may be shortened so that it stays one page."""


def render_report(data: ReportData, attachments: Sequence[Attachment] = ()) -> Rendered:
    """Lay every part out, attach the evidence, and return the PDF."""
    register_fonts()
    words = Words(frozenset(row.id for row in data.method.evidence))
    page = sheet(data.cover.paper)
    with speaking(data.cover.language):
        squeeze = _squeeze(data, words, page)

        def story() -> list[Flowable]:
            return _story(data, words, page, squeeze)

        pdf, pages = lay_out(data.cover, story)
    return Rendered(finished(pdf, data.cover, attachments), pages)


def _squeeze(data: ReportData, words: Words, page: Sheet) -> int:
    """Return how much must be left out of page 1 so that it fits."""
    for degree in range(_SQUEEZES + 1):
        parts = summary_section(data.summary, words, page, squeeze=degree)
        height = sum(height_of(part, page.live_width) for part in parts)
        if height <= page.live_height:
            return degree
    return _SQUEEZES


def _story(data: ReportData, words: Words, page: Sheet, squeeze: int) -> list[Flowable]:
    return [
        *summary_section(data.summary, words, page, squeeze=squeeze),
        PageBreak(),
        *measures_section(data.measures, words, page),
        *need_section(data.need, words, page),
        *plan_section(data.plan, words, page),
        *safety_section(data.safety, words, page),
        *health_section(data.health, words, page),
        *history_section(data.history, words, page),
        *learning_section(data.learning, words, page),
        *transcripts_section(data.transcripts, words, page),
        *method_section(data.method, data.summary.not_evidenced, words, page),
    ]
