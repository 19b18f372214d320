"""Page 1: what happened, how it stands, what is wanted. It can be read alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Table

from app.i18n import _
from app.reports.figures import MicroFigure
from app.reports.flowables import Air, Bookmark, Cell, Marked, Words, gap
from app.reports.tables import Ruled, columns, natural_width, share, tight
from app.reports.theme import GUTTER, HAIRLINE, LEADING, Sheet, fitted, inks, markup, style
from app.services.report_content.common import ActionRow, Claim, DimensionCell, Noted, Tile
from app.services.report_content.parts import Summary

HEADLINE_LINES = 4


@dataclass(frozen=True, slots=True)
class Fit:
    """How much page 1 says, so that it stays one page."""

    found: bool = True
    context: bool = True
    actions: int = 6
    notes: int = 3
    letters: int = 260
    """Of one statement."""


FITS = (
    Fit(),
    Fit(found=False),
    Fit(found=False, context=False),
    Fit(found=False, context=False, actions=3),
    Fit(found=False, context=False, actions=3, notes=2, letters=130),
    Fit(found=False, context=False, actions=2, notes=1, letters=80),
)
"""From everything to the least."""


def summary_section(part: Summary, words: Words, page: Sheet, fit: Fit) -> list[Flowable]:
    """Lay page 1 out, with as much as ``fit`` allows."""
    context = [words.claim(part.context, quiet=True, most=fit.letters)] if fit.context else []
    return [
        Bookmark("summary", _("Summary")),
        _headline(part.headlines, page.live_width),
        *context,
        Air(LEADING),
        _overall(part, words, page),
        Air(LEADING),
        *_tiles(part.tiles, words, page),
        words.text(_("State by dimension, and what set it"), strong=True),
        _dimensions(part.dimensions, words, page, with_found=fit.found),
        Air(LEADING),
        _well_and_badly(part, words, page, fit),
        Air(LEADING),
        _decision(part.decision, words, page, fit),
        Air(LEADING),
        *_actions(part.actions, words, page, fit),
        Air(LEADING),
        _remarks(part, words, page, fit),
    ]


def _headline(variants: Sequence[str], width: float) -> Paragraph:
    """Set the longest sentence that has room, with lines of about the same length."""
    text = next((each for each in variants if _lines(each, width) <= HEADLINE_LINES), variants[-1])
    lines = _lines(text, width)
    narrow = width
    while narrow > 0.72 * width and _lines(text, narrow - 6) == lines:
        narrow -= 6
    return Paragraph(
        _marked(text), ParagraphStyle("headline", style(big=True), rightIndent=width - narrow)
    )


def _lines(text: str, width: float) -> float:
    form = style(big=True)
    return float(Paragraph(_marked(text), form).wrap(width, 1e6)[1] / form.leading)


def _marked(text: str) -> str:
    form = style(big=True)
    return markup(text, form.fontSize, most=600, font=form.fontName)


def _overall(part: Summary, words: Words, page: Sheet) -> Table:
    left: list[Flowable] = [Marked(part.overall, scale=1.55)]
    left.append(words.text(part.close_code, quiet=True, most=100))
    why = Claim(f"{part.rule} {part.trigger}", _("Overall state."))
    return columns(
        (page.columns(2), page.columns(4)), (left, words.claim(why, most=400)), between=GUTTER
    )


def _tiles(tiles: Sequence[Tile], words: Words, page: Sheet) -> list[Flowable]:
    width = page.columns(2)
    rows: list[Flowable] = []
    for start in range(0, len(tiles), 3):
        blocks: list[Cell] = [_tile(tile, words, width) for tile in tiles[start : start + 3]]
        blocks += [gap(1)] * (3 - len(blocks))
        rows += [columns((width,) * 3, blocks, between=GUTTER), Air(LEADING - 1.5)]
    return rows


_VALUE = 0.86
"""The share of a tile that its value may take."""


def _value(text: str, room: float) -> Paragraph:
    """Set a value on one line: in the large size where that fits, else as large as fits."""
    form = style(big=True)
    for size in (form.fontSize, 13.0, 11.5, 10.0):
        value = Paragraph(markup(text, size, most=40), ParagraphStyle("value", form, fontSize=size))
        if natural_width(value) + 1 <= room:
            break
    return value


def _tile(tile: Tile, words: Words, width: float) -> Table:
    state = Marked(tile.mark, right=True)
    aside = words.text(tile.aside, quiet=True, right=True, most=60)
    value = _value(tile.value, width * _VALUE)
    taken = min(natural_width(value) + 1, width * _VALUE)
    figures = tight([[value, [gap(7.5), aside]]], share(width, taken, 0))
    ids = words.ids(tile.evidence)
    cited = min(natural_width(ids) + 1, width * 0.5) if tile.evidence else 4
    top = share(width, 0, min(state.natural + 1, width * 0.6))
    foot = share(width, 0, cited)
    table = tight(
        [
            [tight([[words.text(fitted(tile.label, top[0] - 4)), state]], top)],
            [figures],
            [MicroFigure(tile.figure)],
            [tight([[words.text(fitted(tile.target, width - cited), quiet=True), ids]], foot)],
        ],
        (width,),
    )
    table.setStyle([("LINEABOVE", (0, 0), (-1, 0), HAIRLINE, inks().ink2),
                    ("TOPPADDING", (0, 0), (-1, 0), 1.5)])  # fmt: skip
    return table


def _dimensions(
    cells: Sequence[DimensionCell], words: Words, page: Sheet, *, with_found: bool
) -> Table:
    blocks: list[Cell] = []
    for cell in cells:
        block: list[Flowable] = [words.text(cell.name, most=40), Marked(cell.mark)]
        if with_found:
            block.append(words.text(cell.found, quiet=True, most=80))
        blocks.append(block)
    return columns((page.columns(1),) * len(blocks), blocks, between=GUTTER)


def _well_and_badly(part: Summary, words: Words, page: Sheet, fit: Fit) -> Table:
    half = page.columns(3)
    blocks = (
        _numbered(_("What went well"), part.well, words, half, fit),
        _numbered(_("What did not"), part.badly, words, half, fit),
    )
    return columns((half, half), blocks, between=GUTTER)


def _numbered(
    title: str, claims: Sequence[Claim], words: Words, width: float, fit: Fit
) -> list[Flowable]:
    head: list[Flowable] = [words.text(title, strong=True)]
    if not claims:
        return [*head, words.text(_("Nothing to report."), quiet=True)]
    rows = [
        [words.text(str(number), quiet=True), words.claim(claim, most=fit.letters)]
        for number, claim in enumerate(claims, start=1)
    ]
    return [*head, tight(rows, share(width, 12.5, 0))]


def _decision(claims: Sequence[Claim], words: Words, page: Sheet, fit: Fit) -> Table:
    box = tight(
        [[words.claim(claim, most=2 * fit.letters)] for claim in claims], (page.live_width,)
    )
    last = len(claims) - 1
    box.setStyle([
        ("BACKGROUND", (0, 0), (-1, -1), inks().sunken),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
        ("RIGHTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, 0), 7),
        ("BOTTOMPADDING", (0, last), (-1, last), 6),
    ])  # fmt: skip
    return box


def _actions(actions: Sequence[ActionRow], words: Words, page: Sheet, fit: Fit) -> list[Flowable]:
    open_ones = [action for action in actions if not action.done]
    if not open_ones:
        return [words.claim(Claim(_("none"), _("Open actions:")))]
    title = _("Open actions: {n}").format(n=len(open_ones))
    head: list[Cell] = [words.text(title, strong=True), "", words.text(_("Owner"), quiet=True),
            words.text(_("Due"), quiet=True, right=True)]  # fmt: skip
    rows = [
        [
            words.text(action.id),
            words.text(action.title, most=min(160, fit.letters)),
            words.text(action.owner, most=min(60, fit.letters // 2)),
            words.text(action.due, right=True),
        ]
        for action in open_ones[: fit.actions]
    ]
    widths = (None, 0, None, None)
    extra = (("SPAN", (0, 0), (1, 0)),)
    table = Ruled(head, rows, widths, page.live_width, extra=extra).build()
    left = len(open_ones) - fit.actions
    if left <= 0:
        return [table]
    more = _("And {n} more under “Lessons and follow-up”.").format(n=left)
    return [table, Air(3), words.text(more, quiet=True)]


def _remarks(part: Summary, words: Words, page: Sheet, fit: Fit) -> Table:
    half = page.columns(3)
    blocks = (
        _noted(_("Overrides"), part.overrides, words, half, fit),
        _noted(_("Not evidenced"), part.not_evidenced, words, half, fit),
    )
    return columns((half, half), blocks, between=GUTTER)


def _noted(
    title: str, notes: Sequence[Noted], words: Words, width: float, fit: Fit
) -> list[Flowable]:
    count = str(len(notes)) if notes else _("none")
    head = words.text(f"{title}: {count}", strong=True)
    rows: list[list[Cell]] = [
        [words.text(note.id, quiet=True), words.claim(note.claim, most=fit.letters)]
        for note in notes[: fit.notes]
    ]
    if len(notes) > fit.notes:
        more = _("And {n} more, see “Method, evidence and sign-off”.")
        rows.append(["", words.text(more.format(n=len(notes) - fit.notes), quiet=True)])
    return [head, tight(rows, share(width, 24, 0))] if rows else [head]
