"""The building blocks of a page: words, states, columns, ruled tables. Nothing here knows a change.

All text passes `theme.markup`, so that nothing a server or a person wrote is read as markup.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    Spacer,
    Table,
)

from app.reports.icons import BOX, draw_icon
from app.reports.theme import (
    BODY,
    GUTTER,
    HAIRLINE,
    LEADING,
    SIZE,
    STRONG,
    Sheet,
    inks,
    markup,
    plain,
    style,
    width_of,
)
from app.services.report_content.common import Claim, Icon, Mark

Cell = Flowable | Sequence[Flowable] | str
CHAPTER_ROOM = 190.0
"""A chapter begins on a new page when less than this is left on the present one, in points."""
WIDEST = 0.34
"""The share of a table that a column of natural width takes at most."""
KEPT_ROWS = 2
LEAST_FREE = 90.0
"""What a column that takes the rest keeps at least, in points."""
TALL = 300.0
"""Rows higher than this may be broken over pages, in points."""
_GLUED = 2
"""So many evidence ids stay on one line."""
ICON_STEP = BOX + 3.5
"""From the left end of an icon to its word."""


class Words:
    """Makes paragraphs; knows which evidence ids can be followed."""

    def __init__(self, known: frozenset[str] = frozenset()) -> None:
        self._known = known

    def text(self, text: str, *, most: int = 1200, **kind: bool) -> Paragraph:
        """Return a paragraph of plain text; ``kind`` as in `theme.style`."""
        form = style(**kind)
        return Paragraph(markup(text, form.fontSize, most=most, font=form.fontName), form)

    def claim(self, claim: Claim, *, quiet: bool = False, most: int = 1200) -> Paragraph:
        """Return a statement: its lead in semibold, then the text, then the evidence."""
        lead = f"<b>{markup(claim.lead, most=most)}</b> " if claim.lead else ""
        text = markup(claim.text, most=most)
        return Paragraph(f"{lead}{text}{self.evidence(claim.evidence)}", style(quiet=quiet))

    def claim_title(self, text: str, evidence: Sequence[str]) -> Paragraph:
        """Return a heading with the evidence of what stands below it."""
        return Paragraph(f"<b>{markup(text)}</b>{self.evidence(evidence)}", style())

    def ids(self, evidence: Sequence[str], *, short: bool = False) -> Paragraph:
        """Return evidence ids alone, as a cell; short ones do not repeat their letter."""
        shown = [self._link(item, bare=short and at > 0) for at, item in enumerate(evidence)]
        return Paragraph(", ".join(shown), style(quiet=True, right=True))

    def evidence(self, evidence: Sequence[str]) -> str:
        """Return evidence ids as markup that follows a claim."""
        if not evidence:
            return ""
        colour = f"#{inks().ink2.hexval()[2:]}"
        links = ",&nbsp;".join(self._link(item) for item in evidence[:_GLUED])
        links = ", ".join([links, *(self._link(item) for item in evidence[_GLUED:])])
        return f' <font color="{colour}">{links}</font>'

    def _link(self, item: str, *, bare: bool = False) -> str:
        shown = markup(item.removeprefix("E-") if bare else item)
        return f'<a href="#{item}">{shown}</a>' if item in self._known else shown


class Bookmark(Flowable):
    """Takes no room; the reader's outline leads here."""

    def __init__(self, key: str, title: str, level: int = 0) -> None:
        super().__init__()
        self._key, self._title, self._level = key, title, level
        self.spaceBefore = 8.0  # dropped at the top of a page

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Set the mark at the height where it stands, a line higher than the words."""
        self.canv.bookmarkHorizontal(self._key, 0, LEADING)
        self.canv.addOutlineEntry(plain(self._title), self._key, self._level, closed=False)


class Marked(Flowable):
    """An icon and its word on one line; the word wraps beside the icon when it must."""

    def __init__(self, mark: Mark, *, right: bool = False, scale: float = 1.0) -> None:
        super().__init__()
        self._mark = mark
        self._right = right
        self._scale = scale
        strong = mark.strong or mark.icon in (Icon.WATCH, Icon.BAD)
        self._font = STRONG if strong else BODY
        form = style(big=True) if scale > 1 else style(strong=strong)
        self._words = Paragraph(markup(mark.word, form.fontSize), form)
        self._step = ICON_STEP * scale if mark.icon is not Icon.NONE else 0.0

    @property
    def natural(self) -> float:
        """The width of icon and word on one line."""
        form = self._words.style
        return self._step + width_of(self._mark.word, form.fontName, form.fontSize) + 1

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take the width that is there."""
        self._width = width
        _taken, self._height = self._words.wrap(max(width - self._step, 20), height)
        return width, self._height

    def draw(self) -> None:
        """Draw the icon on the first line, centred on its capitals."""
        left = 0.0
        if self._right:
            left = max(0.0, self._width - self.natural + 1)
        form = self._words.style
        capitals = 0.727 * form.fontSize
        base = self._height - form.fontSize
        middle = base + capitals / 2 - BOX * self._scale / 2
        draw_icon(self.canv, self._mark.icon, left, middle, self._scale)
        self._words.drawOn(self.canv, left + self._step, 0)


class Rule(Flowable):
    """A line across the block."""

    def __init__(self, *, above: float = 0.0, below: float = 0.0) -> None:
        super().__init__()
        self._above, self._below = above, below

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take the whole width."""
        self._width = width
        return width, self._above + self._below

    def draw(self) -> None:
        """Draw it."""
        self.canv.setStrokeColor(inks().ink2)
        self.canv.setLineWidth(HAIRLINE)
        self.canv.line(0, self._below, self._width, self._below)


class Drawn(Flowable):
    """A picture of a fixed height over the whole width; subclasses draw."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self.height = height

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take the whole width."""
        self.width = width
        return width, self.height


def words_at(
    canvas: Canvas, x: float, y: float, text: str, *, font: str = BODY, anchor: str = "start"
) -> None:
    """Write one line at a place; ``anchor`` is start, middle or end."""
    shown = plain(text, font)
    canvas.setFont(font, SIZE)
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width_of(shown, font)
    canvas.drawString(x - shift, y, shown)


def gap(points: float) -> Spacer:
    """Return empty space inside a block."""
    return Spacer(1, points)


class Air(Flowable):
    """Empty space between blocks; at the top of a page there is none."""

    def __init__(self, points: float) -> None:
        super().__init__()
        self.spaceBefore = points

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take no room besides the space before it."""
        return 0, 0

    def draw(self) -> None:
        """Nothing is drawn."""


def columns(widths: Sequence[float], blocks: Sequence[Cell], *, between: float) -> Table:
    """Set blocks side by side, tops aligned, with gutters between them."""
    cells: list[Any] = []
    sizes: list[float] = []
    for position, (width, block) in enumerate(zip(widths, blocks, strict=True)):
        if position:
            cells.append("")
            sizes.append(between)
        cells.append(block)
        sizes.append(width)
    table = Table([cells], colWidths=sizes, hAlign="LEFT")
    table.setStyle([*_TIGHT, ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return table


_TIGHT: tuple[tuple[Any, ...], ...] = (
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("FONT", (0, 0), (-1, -1), BODY, SIZE, LEADING),
)


def tight(rows: Sequence[Sequence[Cell]], widths: Sequence[float], **sizes: Any) -> Table:
    """Set cells without padding or rules."""
    table = Table([list(row) for row in rows], colWidths=list(widths), hAlign="LEFT", **sizes)
    table.setStyle([*_TIGHT, ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return table


@dataclass(frozen=True)
class Ruled:
    """A table with horizontal rules only; its head is repeated on every page.

    ``rows`` hold flowables. A width of None is that of the widest cell, 0 takes what is left.
    ``ends_group`` tells after which rows a rule stands; after each, if it is None. ``extra`` are
    more table commands.
    """

    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float | None]
    width: float
    ends_group: frozenset[int] | None = None
    padding: float = 8.0
    extra: tuple[tuple[Any, ...], ...] = field(default=())

    def build(self) -> Table:
        """Return the table."""
        cells = [list(self.head), *(list(row) for row in self.rows)]
        widths = self._widths(cells)
        table = Table(
            cells,
            colWidths=widths,
            repeatRows=1,
            splitInRow=int(self._tallest(cells, widths) > TALL),
            hAlign="LEFT",
        )
        last = len(self.rows)
        ruled = range(1, last) if self.ends_group is None else sorted(self.ends_group - {last})
        table.setStyle(
            [
                *_TIGHT,
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.0),
                ("RIGHTPADDING", (0, 0), (-2, -1), self.padding),
                ("LINEBELOW", (0, 0), (-1, 0), HAIRLINE, inks().ink2),
                *(("LINEBELOW", (0, row), (-1, row), HAIRLINE, inks().hair) for row in ruled),
                ("LINEBELOW", (0, last), (-1, last), HAIRLINE, inks().ink2),
                *self._no_orphans(last),
                *self.extra,
            ]
        )
        return table

    def _no_orphans(self, last: int) -> list[tuple[Any, ...]]:
        """Keep two rows with the head, and two at the end; a head alone tells nothing."""
        if last < 2 * KEPT_ROWS or self.ends_group is not None:
            return []
        return [
            ("NOSPLIT", (0, 0), (-1, KEPT_ROWS)),
            ("NOSPLIT", (0, last - KEPT_ROWS + 1), (-1, last)),
        ]

    def _widths(self, cells: Sequence[Sequence[Cell]]) -> list[float]:
        """Give every column its width; where natural ones do not fit, the widest give way."""
        padding = [self.padding] * (len(self.widths) - 1) + [0.0]
        free = sum(given == 0 for given in self.widths)
        room = self.width - sum(given for given in self.widths if given)
        room -= free * min(LEAST_FREE, 0.35 * self.width)
        natural = {
            at: padding[at] + max(natural_width(row[at]) for row in self._in_column(at, cells))
            for at, given in enumerate(self.widths)
            if given is None
        }
        cap = min(fair_cap(list(natural.values()), room), WIDEST * self.width)
        wanted = [
            min(natural[at], cap) if given is None else given
            for at, given in enumerate(self.widths)
        ]
        rest = (self.width - sum(wanted)) / free if free else 0.0
        return [width or rest for width in wanted]

    def _in_column(self, at: int, cells: Sequence[Sequence[Cell]]) -> Sequence[Sequence[Cell]]:
        """Leave the head out where it reaches over the next column too."""
        spans = at + 1 < len(self.head) and self.head[at + 1] == "" and self.rows
        return cells[1:] if spans else cells

    def _tallest(self, cells: Sequence[Sequence[Cell]], widths: Sequence[float]) -> float:
        return max(
            height_of(cell, width - self.padding)
            for row in cells
            for cell, width in zip(row, widths, strict=True)
        )


def fair_cap(wanted: Sequence[float], room: float) -> float:
    """Return the width that none may exceed so that all together fit into ``room``."""
    left, count = room, len(wanted)
    for width in sorted(wanted):
        if width * count > left:
            return max(left / count, 10.0)
        left, count = left - width, count - 1
    return float("inf")


def natural_width(cell: Cell) -> float:
    """Return how wide a cell is when nothing makes it break; a picture has no width of its own."""
    if isinstance(cell, Marked):
        return cell.natural
    if isinstance(cell, Paragraph):
        cell.wrap(10_000, 10_000)
        return max(cell.getActualLineWidths0(), default=0.0) + 1
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return max((natural_width(part) for part in cell), default=0.0)
    return 0.0


def height_of(cell: Cell, width: float) -> float:
    """Return how high a cell is at a width."""
    if isinstance(cell, Flowable):
        return float(cell.wrap(max(width, 1.0), 1e6)[1]) + cell.getSpaceBefore()
    return 0.0 if isinstance(cell, str) else sum(height_of(part, width) for part in cell)


def together(*parts: Flowable) -> KeepTogether:
    """Keep parts on one page where one page can hold them."""
    return KeepTogether(list(parts))


def share(width: float, *parts: float) -> list[float]:
    """Cut a width into parts; one part may be 0 and takes what is left."""
    rest = width - sum(parts)
    return [part or rest for part in parts]


def chapter(
    key: str, title: str, words: Words, *intro: Flowable, room: float = CHAPTER_ROOM
) -> list[Flowable]:
    """Begin a chapter: bookmark, title, a sentence of state; never alone at the foot of a page."""
    return [
        CondPageBreak(room),
        KeepTogether([Bookmark(key, title), words.text(title, big=True), *intro]),
        Air(LEADING),
    ]


def topic(title: str, words: Words, *, note: str = "") -> list[Flowable]:
    """Return the heading of a block inside a chapter."""
    found: list[Flowable] = [words.text(title, strong=True)]
    if note:
        found.append(words.text(note, quiet=True))
    return found


Build = Callable[[float], list[Flowable]]
"""Makes a block for a width."""


def beside(
    page: Sheet, parts: Sequence[tuple[int, Build]], *, most: float = 420.0
) -> list[Flowable]:
    """Set blocks side by side, each so many of the six columns wide; below each other if too long.

    What stands side by side cannot be broken over pages, so a block higher than ``most`` points is
    set over the whole width instead.
    """
    widths = [page.columns(count) for count, _build in parts]
    blocks = [build(width) for width, (_count, build) in zip(widths, parts, strict=True)]
    if max(height_of(block, width) for block, width in zip(blocks, widths, strict=True)) <= most:
        return [columns(widths, blocks, between=GUTTER)]
    story: list[Flowable] = []
    for _count, build in parts:
        story += [*build(page.live_width), Air(LEADING)]
    return story[:-1]
