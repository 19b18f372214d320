"""Builds the fonts we ship from the ones their makers publish.

Usage: ``python resources/fonts/build.py FOLDER`` with the TTF or WOFF2 files of Inter 4.1 and
JetBrains Mono 2.2 somewhere below FOLDER (WOFF2 needs the brotli package).

Three things are changed. Figures are tabular without being asked, because neither a PDF canvas nor
a style sheet can ask. Ligatures go, because a transcript must show what was typed. Letters nobody
here needs go, so that the program starts quickly.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
FONTS = (
    "Inter-Regular",
    "Inter-Medium",
    "Inter-SemiBold",
    "InterDisplay-SemiBold",
    "JetBrainsMono-Regular",
)
TABULAR = "0123456789+−±≈<>≤≥=≠×÷"
KEPT = (
    (0x0020, 0x024F),  # Latin with its extensions
    (0x0259, 0x0259),
    (0x02B9, 0x02DD),  # accents that stand alone
    (0x0300, 0x0331),  # accents that combine
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x1E80, 0x1EF9),
    (0x2000, 0x2044),  # spaces, dashes, quotes
    (0x2070, 0x209C),  # raised and lowered figures
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # maths
    (0x2318, 0x2318),  # keys
    (0x2325, 0x2326),
    (0x232B, 0x232B),
    (0x23CE, 0x23CE),
    (0x2500, 0x259F),  # lines and bars that terminals draw
    (0x25A0, 0x25FF),
    (0x2605, 0x2606),
    (0x2713, 0x2717),
    (0xFFFD, 0xFFFD),
)
STAND_INS = {  # a look-alike is better than the box of a missing letter
    0x00A0: 0x0020,
    0x2007: 0x0020,
    0x2009: 0x0020,
    0x202F: 0x0020,
    0x2011: 0x002D,
    0xFFFD: 0x25A1,
}


def build(source: Path, target: Path) -> None:
    """Write the font we ship for one published font."""
    font = TTFont(source)
    _freeze_figures(font)
    _add_stand_ins(font)
    options = Options(
        layout_features=["kern", "mark", "mkmk", "ccmp", "locl"],
        hinting=False,
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={code for low, high in KEPT for code in range(low, high + 1)})
    subsetter.subset(font)
    font.flavor = None
    font.save(target)


def _freeze_figures(font: TTFont) -> None:
    """Let the character table point at the tabular figures the font has."""
    swaps: dict[str, str] = {}
    layout = font["GSUB"].table
    for record in layout.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in layout.LookupList.Lookup[index].SubTable:
                    swaps |= getattr(table, "ExtSubTable", table).mapping
    for table in font["cmap"].tables:
        for char in map(ord, TABULAR):
            if table.isUnicode() and char in table.cmap:
                table.cmap[char] = swaps.get(table.cmap[char], table.cmap[char])


def _add_stand_ins(font: TTFont) -> None:
    """Show letters the font lacks with others it has."""
    for table in font["cmap"].tables:
        if table.isUnicode():
            for code, other in STAND_INS.items():
                if other in table.cmap:
                    table.cmap.setdefault(code, table.cmap[other])


def main(folder: Path) -> None:
    """Build every font from the sources below ``folder``."""
    for name in FONTS:
        source = next(
            p for p in sorted(folder.rglob(f"{name}.*")) if p.suffix in {".ttf", ".woff2"}
        )
        target = HERE / f"{name}.ttf"
        build(source, target)
        print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
