"""Blocks side by side and tables with horizontal rules; the page's grid lives here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.platypus import Flowable, Paragraph, Table

from app.reports.flowables import Air, Cell, Marked
from app.reports.theme import BODY, GUTTER, HAIRLINE, LEADING, SIZE, Sheet, inks

WIDEST = 0.34
"""The share of a table that a column of natural width takes at most."""
KEPT_ROWS = 2
LEAST_FREE = 90.0
"""What a column that takes the rest keeps at least, in points."""
TALL = 300.0
"""Rows higher than this may be broken over pages, in points."""


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


def share(width: float, *parts: float) -> list[float]:
    """Cut a width into parts; one part may be 0 and takes what is left."""
    rest = width - sum(parts)
    return [part or rest for part in parts]


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
