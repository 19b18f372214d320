"""The sheet around the text: running head, rule, footer, bookmarks, document metadata."""

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

_TOTAL, _TOTAL_ROOM, _PAGE_PART = "page-total", "00", 2
_LABEL_GAP = 9.0
_AIR = 14.0
"""Least space between two pieces of a line."""


class ReportDocument(BaseDocTemplate):
    """Lays a story out on the report's pages."""

    def __init__(self, target: BytesIO, cover: Cover) -> None:
        self._cover = cover
        self._sheet = sheet(cover.paper)
        super().__init__(
            target,
            pagesize=(self._sheet.width, self._sheet.height),
            invariant=1,
            pageCompression=1,
            lang=cover.language,
            title=plain(_labelled(cover, f"{cover.number}: {cover.title}")),
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
        _footer(canvas, self._sheet, self._cover, number)
        if self._cover.label:
            _label(canvas, self._sheet, self._cover.label)
        canvas.restoreState()


def _labelled(cover: Cover, text: str) -> str:
    return f"{cover.label}: {text}" if cover.label else text


def _label(canvas: Canvas, page: Sheet, label: str) -> None:
    """Write in the margins above and below the page what everything on it is."""
    for base in (page.height - MARGIN + _LABEL_GAP, FOOT - _LABEL_GAP - SIZE / 2):
        canvas.setFillColor(inks().watch)
        canvas.rect(MARGIN, base - 4, page.live_width, SIZE + 5, stroke=0, fill=1)
        canvas.setFillColor(inks().white)
        words_at(canvas, page.width / 2, base, label.upper(), font=STRONG, anchor="middle")


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


def _footer(canvas: Canvas, page: Sheet, cover: Cover, number: int) -> None:
    before, _gap, after = (
        _("Page {page} of {pages}").format(page=number, pages="\0").partition("\0")
    )
    parts = [
        cover.number,
        _("Revision {n}").format(n=cover.revision),
        f"{before}{_TOTAL_ROOM}{after}",
        _("Generated {when}").format(when=cover.generated),
        _("Log head {head}").format(head=cover.log_head[:12] or "–"),
    ]
    room = page.live_width - _AIR / 2 * (len(parts) - 1) - sum(map(width_of, parts[1:]))
    parts[0] = fitted(parts[0], max(room, 0.2 * page.live_width))
    taken = sum(width_of(part) for part in parts)
    between = (page.live_width - taken) / (len(parts) - 1)
    canvas.setFillColor(inks().ink2)
    x = MARGIN
    for position, part in enumerate(parts):
        if position == _PAGE_PART:
            words_at(canvas, x, FOOT, before)
            _total_at(canvas, x + width_of(before))
            words_at(canvas, x + width_of(before + _TOTAL_ROOM), FOOT, after)
        else:
            words_at(canvas, x, FOOT, part)
        x += width_of(part) + between


def _total_at(canvas: Canvas, x: float) -> None:
    """Leave a place for the number of pages, which nobody knows yet."""
    canvas.saveState()
    canvas.translate(x, FOOT)
    canvas.doForm(_TOTAL)
    canvas.restoreState()


class PageTotal(Flowable):
    """Stands at the end of the story and writes the number of pages into every footer."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Define what the footers refer to."""
        total = self.canv.getPageNumber()
        self.canv.beginForm(_TOTAL, 0, -9, 60, 12)
        self.canv.setFillColor(inks().ink2)
        words_at(self.canv, 0, 0, str(total))
        self.canv.endForm()


def lay_out(cover: Cover, story: list[Flowable]) -> tuple[bytes, int]:
    """Set the pages; return the PDF and their number."""
    target = BytesIO()
    document = ReportDocument(target, cover)
    document.build([*story, PageTotal()])
    return target.getvalue(), document.page
