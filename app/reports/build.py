"""Turns the data of a report into a PDF: the one entry of this package.

The same data gives the same bytes: nothing of the clock, of chance or of this computer goes in.
"""

from collections.abc import Sequence

from reportlab.platypus import Flowable, PageBreak

from app.i18n import speaking
from app.reports.attach import finished
from app.reports.flowables import Words
from app.reports.page import lay_out
from app.reports.sections.closer import closer_section
from app.reports.sections.communication import communication_section
from app.reports.sections.evaluation import evaluation_section
from app.reports.sections.health import health_section
from app.reports.sections.history import history_section
from app.reports.sections.learning import learning_section
from app.reports.sections.load_tests import load_tests_section
from app.reports.sections.measures import measures_section
from app.reports.sections.method import method_section
from app.reports.sections.need import need_section
from app.reports.sections.plan import plan_section
from app.reports.sections.safety import safety_section
from app.reports.sections.summary import FITS, Fit, summary_section
from app.reports.sections.transcripts import transcripts_section
from app.reports.tables import height_of
from app.reports.theme import Sheet, register_fonts, sheet
from app.services.report_content.data import Attachment, Rendered, ReportData


def render_report(data: ReportData, attachments: Sequence[Attachment] = ()) -> Rendered:
    """Lay every part out, attach the evidence, and return the PDF."""
    register_fonts()
    words = Words(frozenset(row.id for row in data.method.evidence))
    page = sheet(data.cover.paper)
    with speaking(data.cover.language):
        story = _story(data, words, page, _fit(data, words, page))
        pdf, pages = lay_out(data.cover, story)
    return Rendered(finished(pdf, data.cover, attachments), pages)


def _fit(data: ReportData, words: Words, page: Sheet) -> Fit:
    """Return how much page 1 can say on one page."""
    for fit in FITS:
        parts = summary_section(data.summary, words, page, fit)
        if sum(height_of(part, page.live_width) for part in parts) <= page.live_height:
            break
    return fit


def _story(data: ReportData, words: Words, page: Sheet, fit: Fit) -> list[Flowable]:
    return [
        *summary_section(data.summary, words, page, fit),
        PageBreak(),
        *measures_section(data.measures, words, page),
        *closer_section(data.closer, words, page),
        *load_tests_section(data.load_tests, words, page),
        *need_section(data.need, words, page),
        *communication_section(data.communication, words, page),
        *plan_section(data.plan, words, page),
        *safety_section(data.safety, words, page),
        *health_section(data.health, words, page),
        *history_section(data.history, words, page),
        *evaluation_section(data.evaluation, words, page),
        *learning_section(data.learning, words, page),
        *transcripts_section(data.transcripts, words, page),
        *method_section(data.method, data.summary, words, page),
    ]
