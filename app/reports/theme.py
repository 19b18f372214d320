"""Type, ink and sheet of the report, and the one way text gets onto paper.

Two sizes, two weights, a twelve-point grid. Colours come from the tokens the window uses; paper
adds four flat tints, because the window's faint lines vanish in print.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.paths import resource_path
from app.services.safe_text import display
from app.settings import PageSize

BODY, STRONG, TITLE, MONO = "Report", "Report-Strong", "Report-Title", "Report-Mono"
_FILES = {
    BODY: "Inter-Regular",
    STRONG: "Inter-SemiBold",
    TITLE: "InterDisplay-SemiBold",
    MONO: "JetBrainsMono-Regular",
}
SIZE, LEADING = 8.5, 12.0
BIG, BIG_LEADING = 16.0, 24.0
HAIRLINE = 0.5
MM = 72 / 25.4
MARGIN = 20 * MM
HEAD = 27.0
"""From the upper margin to the text: running head, rule, air."""
FOOT = 11 * MM
GUTTER = 4 * MM
_THIN = str.maketrans(dict.fromkeys("\u2009\u202f", "\u202f"))
_PICTURES = 0x2400
_LOOSE_UNIT = re.compile(r"(\d) (?=(?:%|ms|s|min|h|d|B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)\b|%)")
"""A figure that would leave its unit alone on the next line."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper, in points."""

    width: float
    height: float

    @property
    def live_width(self) -> float:
        """Between the margins."""
        return self.width - 2 * MARGIN

    @property
    def live_height(self) -> float:
        """Of the text, below the running head."""
        return self.height - 2 * MARGIN - HEAD

    def columns(self, count: int) -> float:
        """Return the width of a block of 1 to 6 columns."""
        one = (self.live_width - 5 * GUTTER) / 6
        return count * one + (count - 1) * GUTTER


def sheet(paper: PageSize) -> Sheet:
    """Return the sheet of a paper size."""
    width, height = LETTER if paper is PageSize.LETTER else A4
    return Sheet(width, height)


@dataclass(frozen=True, slots=True)
class Inks:
    """Every colour on paper."""

    ink: Color
    ink2: Color
    ink3: Color
    accent: Color
    before: Color
    good: Color
    watch: Color
    bad: Color
    unknown: Color
    sunken: Color
    hair: Color
    band: Color
    after_field: Color
    white: Color


@cache
def inks() -> Inks:
    """Return the light tokens of the window and the four tints of paper."""
    tokens = json.loads(resource_path("themes", "tokens.json").read_text("utf-8"))["light"]
    return Inks(
        ink=HexColor(tokens["ink"]),
        ink2=HexColor(tokens["ink2"]),
        ink3=HexColor(tokens["ink3"]),
        accent=HexColor(tokens["after"]),
        before=HexColor(tokens["before"]),
        good=HexColor(tokens["good"]),
        watch=HexColor(tokens["watch"]),
        bad=HexColor(tokens["bad"]),
        unknown=HexColor(tokens["unknown"]),
        sunken=HexColor(tokens["sunken"]),
        hair=HexColor("#C3C9D3"),
        band=HexColor("#FCF1D0"),
        after_field=HexColor("#E6ECFA"),
        white=HexColor(tokens["surface"]),
    )


@cache
def register_fonts() -> None:
    """Make our fonts known; all are embedded, and nothing outside the program is looked for."""
    for name, file in _FILES.items():
        path = resource_path("fonts", f"{file}.ttf")
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=STRONG, italic=BODY, boldItalic=STRONG)
    rl_config.trustedSchemes = []
    rl_config.trustedHosts = []


def width_of(text: str, font: str = BODY, size: float = SIZE) -> float:
    """Return the width of a line in points."""
    return float(pdfmetrics.stringWidth(plain(text, font), font, size))


def plain(text: str, font: str = BODY) -> str:
    """Return text as one line for `drawString`: nothing is obeyed, every letter has a shape."""
    return _shaped(display(text).replace("\n", " ").replace("\t", " "), font).translate(_THIN)


def fitted(text: str, room: float, font: str = BODY) -> str:
    """Return a line that is shortened until it is no wider than ``room`` points."""
    shown = plain(text, font)
    if width_of(shown, font) <= room:
        return shown
    low, high = 0, min(len(shown), 400)
    while low < high:
        middle = (low + high + 1) // 2
        fits = width_of(shown[:middle] + "…", font) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return shown[:low].rstrip() + "…"


def markup(text: str, size: float = SIZE, *, most: int = 700, font: str = BODY) -> str:
    """Return text for a `Paragraph`: escaped, line breaks kept, figures glued to their units.

    A paragraph treats every thin space as a place to break and draws it wide, therefore a small
    no-break space stands in for it.
    """
    shown = _shaped(display(clipped(text, most)), font)
    shown = escape(clipped(shown, most).translate(_THIN), quote=True)  # a letter may become six
    thin = f'<font size="{0.65 * size:g}">&nbsp;</font>'
    shown = _LOOSE_UNIT.sub("\\1&nbsp;", shown).replace(" → ", "&nbsp;→&nbsp;")
    return shown.replace("\u202f", thin).replace("\t", "    ").strip("\n").replace("\n", "<br/>")


def clipped(text: str, most: int) -> str:
    """Return text that is no longer than ``most`` characters and says so when it was."""
    if len(text) <= most:
        return text
    return f"{text[:most].rstrip()} … [+{len(text) - most}]"


def _shaped(text: str, font: str) -> str:
    """Write letters that the font does not have as their code."""
    known = _letters(font)
    if all(ord(letter) in known for letter in text if letter not in "\n\t"):
        return text
    return "".join(
        letter if ord(letter) in known or letter in "\n\t" else _code(ord(letter))
        for letter in text
    )


def _code(point: int) -> str:
    if _PICTURES <= point < _PICTURES + 0x22:
        return f"\\x{0x7F if point == _PICTURES + 0x21 else point - _PICTURES:02x}"
    return f"\\u{point:04x}"


@cache
def _letters(font: str) -> frozenset[int]:
    register_fonts()
    loaded = pdfmetrics.getFont(font)
    return frozenset(loaded.face.charToGlyph)  # type: ignore[attr-defined]  # all ours are TrueType


@cache
def style(*, big: bool = False, right: bool = False, centre: bool = False, quiet: bool = False,
          strong: bool = False, mono: bool = False) -> ParagraphStyle:  # fmt: skip
    """Return a paragraph style; there are two sizes and nothing in between."""
    register_fonts()
    font = TITLE if big else STRONG if strong else MONO if mono else BODY
    return ParagraphStyle(
        f"{font}-{big}-{right}-{centre}-{quiet}",
        fontName=font,
        fontSize=BIG if big else SIZE,
        leading=BIG_LEADING if big else LEADING,
        textColor=inks().ink2 if quiet else inks().ink,
        alignment=TA_RIGHT if right else TA_CENTER if centre else 0,
        splitLongWords=True,
        allowWidows=0,
        allowOrphans=0,
        uriWasteReduce=0,
        embeddedHyphenation=0,
        hyphenationLang="",
    )
