"""The agenda of a board: one list, then one page per change, in the look of the report.

A page always holds its change; what there is no room for is counted, never cut off in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, PageBreak

from app.i18n import _, ngettext, speaking
from app.reports.flowables import Air, Bookmark, Cell, Words, words_at
from app.reports.page import lay_out
from app.reports.tables import Ruled, columns, height_of, tight
from app.reports.theme import (
    GUTTER,
    HAIRLINE,
    LEADING,
    Sheet,
    inks,
    register_fonts,
    sheet,
    width_of,
)
from app.services.approval.agendas import Agenda, AgendaItem
from app.services.change.plan_reading import Reading
from app.services.report_content.common import Claim
from app.services.report_content.data import Rendered

_LABEL = 72.0
"""Width of the labels of a part, in points."""
_LETTERS = 40
"""So many letters fill a line of a part."""
_BOX = 9.0


@dataclass(frozen=True, slots=True)
class _Fit:
    """How many lines of each part are shown, and how long a line may be."""

    lines: int = 30
    letters: int = 700
    said: int = 8


_FITS = (
    _Fit(), _Fit(30, 400), _Fit(30, 260), _Fit(30, 190, 6), _Fit(30, 150, 6), _Fit(30, 115, 5),
    _Fit(24, 80, 5), _Fit(18, 80, 4), _Fit(14, 80, 4), _Fit(11, 75, 4), _Fit(9, 75, 3),
    _Fit(7, 75, 3), _Fit(6, 70, 3), _Fit(5, 60, 2), _Fit(4, 50, 2), _Fit(3, 50, 2),
)  # fmt: skip
"""From everything to the least, the first that fits is taken: words go before whole lines do."""


def render_agenda(agenda: Agenda) -> Rendered:
    """Lay the pack out: the list first, then one page for each change."""
    register_fonts()
    page, words = sheet(agenda.cover.paper), Words()
    with speaking(agenda.cover.language):
        story = _list(agenda, words, page)
        for item in agenda.items:
            story += [PageBreak(), *_fitting(item, words, page)]
        pdf, pages = lay_out(agenda.cover, story)
    return Rendered(pdf, pages)


def _list(agenda: Agenda, words: Words, page: Sheet) -> list[Flowable]:
    head: list[Cell] = [
        words.text(_("Change"), quiet=True), "", words.text(_("Risk"), quiet=True),
        words.text(_("Window"), quiet=True), words.text(_("Waits"), quiet=True, right=True),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            words.text(number), words.text(title, most=120), words.text(risk, most=60),
            words.text(window, most=60), words.text(waits, right=True),
        ]
        for number, title, risk, window, waits in agenda.rows
    ]  # fmt: skip
    table = Ruled(head, rows, (None, 0, 96, 116, None), page.live_width).build()
    return [
        Bookmark("agenda", _("Agenda")), words.text(agenda.headline, big=True), Air(LEADING), table,
    ]  # fmt: skip


def _fitting(item: AgendaItem, words: Words, page: Sheet) -> list[Flowable]:
    for fit in _FITS:
        story = _page(item, words, page, fit)
        if sum(height_of(part, page.live_width) for part in story) <= page.live_height:
            return story
    return [KeepInFrame(page.live_width, page.live_height - 2, story, mode="shrink")]


def _page(item: AgendaItem, words: Words, page: Sheet, fit: _Fit) -> list[Flowable]:
    width = (page.live_width - 3 * GUTTER) / 4
    facts: list[Cell] = [
        [words.text(label, quiet=True), words.text(value, strong=True, most=90)]
        for label, value in item.facts
    ]
    story: list[Flowable] = [
        Bookmark(item.number, f"{item.number} {item.title}"),
        words.text(f"{item.number}  {item.title}", big=True, most=200),
        Air(LEADING / 2),
        columns((width,) * len(facts), facts, between=GUTTER),
        Air(LEADING / 2),
    ]
    if item.in_the_way:
        told = Claim(" ".join(item.in_the_way), _("In the way:"))
        story += [words.claim(told, most=fit.letters), Air(LEADING / 2)]
    half = page.columns(3)
    sides = [
        [cell for part in side for cell in _part(part, words, half, fit)]
        for side in _halves(item.parts, fit)
    ]
    story.append(columns((half, half), sides, between=GUTTER))
    return [*story, Air(LEADING / 2), *_agreed(item, words, page, fit)]


def _halves(parts: Sequence[Reading], fit: _Fit) -> tuple[Sequence[Reading], Sequence[Reading]]:
    """Cut the parts, in their order, where both columns come out most alike."""
    sizes = [
        2 + sum(1 + min(len(text), fit.letters) // _LETTERS for _l, text in part.lines[: fit.lines])
        for part in parts
    ]
    cut = min(range(len(parts) + 1), key=lambda place: max(sum(sizes[:place]), sum(sizes[place:])))
    return parts[:cut], parts[cut:]


def _part(part: Reading, words: Words, width: float, fit: _Fit) -> list[Flowable]:
    shown = part.lines[: fit.lines]
    rows: list[list[Cell]] = [
        [words.text(label, quiet=True, most=30), words.text(text, most=fit.letters)]
        for label, text in shown
    ]
    left = len(part.lines) - len(shown)
    if left > 0:
        more = ngettext("and {n} more line in the plan", "and {n} more lines in the plan", left)
        rows.append(["", words.text(more.format(n=left), quiet=True)])
    table = tight(rows, (_LABEL, width - _LABEL)) if rows else Air(0)
    return [words.text(part.title, strong=True), table, Air(LEADING / 2)]


def _agreed(item: AgendaItem, words: Words, page: Sheet, fit: _Fit) -> list[Flowable]:
    head: list[Cell] = [
        words.text(_("Approval"), strong=True), words.text(_("So far"), quiet=True, right=True)
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [words.text(title), words.text(share, right=True)] for title, share in item.steps
    ]
    story: list[Flowable] = []
    if rows:
        story += [Ruled(head, rows, (0, None), page.live_width).build(), Air(3)]
    story += [words.claim(claim, quiet=True, most=fit.letters) for claim in item.said[-fit.said :]]
    story += [words.text(item.bound, quiet=True), Air(LEADING), DecisionLine(page.live_width)]
    return story


class DecisionLine(Flowable):
    """Two boxes to tick and a line to sign, for a decision on paper."""

    def __init__(self, width: float) -> None:
        super().__init__()
        self._width = width

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take one line with room to write."""
        return self._width, 2 * LEADING

    def draw(self) -> None:
        """Draw boxes, words and lines."""
        canvas: Canvas = self.canv
        canvas.setLineWidth(HAIRLINE)
        canvas.setStrokeColor(inks().ink2)
        canvas.setFillColor(inks().ink)
        x = 0.0
        for word in (_("Approved"), _("Rejected")):
            canvas.rect(x, 0, _BOX, _BOX)
            words_at(canvas, x + _BOX + 4, 1, word)
            x += _BOX + 4 + width_of(word) + GUTTER
        for word, share in ((_("Name and signature"), 0.62), (_("Date"), 1.0)):
            words_at(canvas, x, 1, word)
            begin = x + width_of(word) + 6
            end = begin + (self._width - x - width_of(word) - 6) * share
            canvas.line(begin, -1, end, -1)
            x = end + GUTTER / 2
