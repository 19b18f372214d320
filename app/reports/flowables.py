"""The building blocks of a page: words, states, columns, ruled tables. Nothing here knows a change.

All text passes `theme.markup`, so that nothing a server or a person wrote is read as markup.
"""

from collections.abc import Sequence

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    Spacer,
)

from app.reports.icons import BOX, draw_icon
from app.reports.theme import (
    BODY,
    HAIRLINE,
    LEADING,
    SIZE,
    STRONG,
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
_GLUED = 2
"""So many evidence ids stay on one line."""
MOST = 700
"""Characters of one text, unless its place says otherwise; all of it is in the attached data."""
ICON_STEP = BOX + 3.5
"""From the left end of an icon to its word."""


class Words:
    """Makes paragraphs; knows which evidence ids can be followed."""

    def __init__(self, known: frozenset[str] = frozenset()) -> None:
        self._known = known

    def text(self, text: str, *, most: int = MOST, **kind: bool) -> Paragraph:
        """Return a paragraph of plain text; ``kind`` as in `theme.style`."""
        form = style(**kind)
        return Paragraph(markup(text, form.fontSize, most=most, font=form.fontName), form)

    def claim(self, claim: Claim, *, quiet: bool = False, most: int = MOST) -> Paragraph:
        """Return a statement: its lead in semibold, then the text, then the evidence."""
        lead = f"<b>{markup(claim.lead, most=most)}</b> " if claim.lead else ""
        text = markup(claim.text, most=most)
        return Paragraph(f"{lead}{text}{self.evidence(claim.evidence)}", style(quiet=quiet))

    def claim_title(self, text: str, evidence: Sequence[str]) -> Paragraph:
        """Return a heading with the evidence of what stands below it."""
        return Paragraph(f"<b>{markup(text, most=200)}</b>{self.evidence(evidence)}", style())

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
        shown = markup(item.removeprefix("E-") if bare else item, most=24)
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
        self._words = Paragraph(markup(mark.word, form.fontSize, most=60), form)
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

    def pen(self, width: float, ink: Color, dash: Sequence[float] = ()) -> None:
        """Draw lines from now on with this width in points, colour, and dashes."""
        self.canv.setLineWidth(width)
        self.canv.setStrokeColor(ink)
        self.canv.setDash(list(dash))

    def stretch(self, points: Sequence[tuple[float, float]]) -> None:
        """Draw one unbroken line; a point that stands alone is a short dash."""
        self.canv.setLineJoin(1)
        if len(points) == 1:
            x, y = points[0]
            self.canv.line(x - 0.4, y, x + 0.4, y)
            return
        path = self.canv.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self.canv.drawPath(path, stroke=1, fill=0)


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


def together(*parts: Flowable) -> KeepTogether:
    """Keep parts on one page where one page can hold them."""
    return KeepTogether(list(parts))


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
