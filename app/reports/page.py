"""The sheet around the text: running head, rule, footer, bookmarks, document metadata."""

from collections.abc import Callable
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from app.i18n import _
from app.reports.flowables import words_at
from app.reports.theme import (
    BODY,
    FOOT,
    LEADING,
    MARGIN,
    SIZE,
    STRONG,
    Sheet,
    fitted,
    inks,
    plain,
    sheet,
    width_of,
)
from app.services.report_content.data import Cover

_AIR = 14.0
"""Least space between two pieces of a line."""


class ReportDocument(BaseDocTemplate):
    """Lays a story out on the report's pages."""

    def __init__(self, target: BytesIO, cover: Cover, pages: int) -> None:
        self._cover, self._pages = cover, pages
        self._sheet = sheet(cover.paper)
        super().__init__(
            target,
            pagesize=(self._sheet.width, self._sheet.height),
            invariant=1,
            pageCompression=1,
            lang=cover.language,
            title=plain(f"{cover.number}: {cover.title}"),
            author=plain(cover.author),
            subject=plain(cover.document),
            creator="Change Desk",
            producer="Change Desk",
            keywords=[plain(f"{cover.number}, revision {cover.revision}, log {cover.log_head}")],
            displayDocTitle=1,
            initialFontName=BODY,
            initialFontSize=SIZE,
            initialLeading=LEADING,
        )
        page = self._sheet
        frame = Frame(
            MARGIN, MARGIN, page.live_width, page.live_height,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self._around)])

    def _around(self, canvas: Canvas, _document: object) -> None:
        number = canvas.getPageNumber()
        if number == 1:
            canvas.showOutline()
        canvas.saveState()
        _running_head(canvas, self._sheet, self._cover, first=number == 1)
        _footer(canvas, self._sheet, self._cover, (number, self._pages))
        canvas.restoreState()


def _running_head(canvas: Canvas, page: Sheet, cover: Cover, *, first: bool) -> None:
    left, right = MARGIN, page.width - MARGIN
    base = page.height - MARGIN - SIZE
    canvas.setFillColor(inks().ink)
    organisation = fitted(cover.organisation, 0.3 * page.live_width, STRONG)
    words_at(canvas, left, base, organisation, font=STRONG)
    canvas.setFillColor(inks().ink2)
    begin = left + (width_of(organisation, STRONG) + 6 if organisation else 0)
    words_at(canvas, begin, base, cover.document)
    room = right - begin - width_of(cover.document) - _AIR
    shown = f"{cover.number} · {cover.status}" if first else cover.title
    words_at(canvas, right, base, fitted(shown, room), anchor="end")
    canvas.setStrokeColor(inks().ink)
    canvas.setLineWidth(1.0)
    canvas.line(left, base - 7, right, base - 7)


def _footer(canvas: Canvas, page: Sheet, cover: Cover, at: tuple[int, int]) -> None:
    parts = [
        cover.number,
        _("Revision {n}").format(n=cover.revision),
        _("Page {page} of {pages}").format(page=at[0], pages=at[1]),
        _("Generated {when}").format(when=cover.generated),
        _("Log head {head}").format(head=cover.log_head[:12] or "–"),
    ]
    room = page.live_width - _AIR / 2 * (len(parts) - 1) - sum(map(width_of, parts[1:]))
    parts[0] = fitted(parts[0], max(room, 0.2 * page.live_width))
    taken = sum(width_of(part) for part in parts)
    between = (page.live_width - taken) / (len(parts) - 1)
    canvas.setFillColor(inks().ink2)
    x = MARGIN
    for part in parts:
        words_at(canvas, x, FOOT, part)
        x += width_of(part) + between


Story = Callable[[], list[Flowable]]
"""Returns what is to be laid out; asked for once per pass."""


def lay_out(cover: Cover, story: Story) -> tuple[bytes, int]:
    """Set the pages twice: the first pass counts them. Return the PDF and the number of pages."""
    pages = 0
    for _turn in range(2):
        target = BytesIO()
        document = ReportDocument(target, cover, pages)
        document.build(story())
        pages = document.page
    return target.getvalue(), pages
