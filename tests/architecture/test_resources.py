"""The files we ship are whole: fonts, icons, colours."""

import json
import re
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from tests.architecture.source import ROOT

FONTS = sorted((ROOT / "resources" / "fonts").glob("*.ttf"))
ICONS = sorted((ROOT / "resources" / "icons").glob("*.svg"))
NEEDED = (
    "0123456789 ABCxyz ÄÖÜß é ñ ç ř ž ł Ő ș Ω μ а я"
    "\u00a0\u2007\u2009\u202f\u2011\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022·\ufffd"
    "\u2212+±×≤≥≈≠→←↑↓▲▼✓✗●€°%‰²³"
)
LUMINANCE = (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_a_font_has_every_needed_letter_as_outlines_a_pdf_can_embed(path):
    font = TTFont(path)
    assert "glyf" in font
    assert font["OS/2"].fsType == 0
    assert [f"U+{ord(char):04X}" for char in NEEDED if ord(char) not in font.getBestCmap()] == []


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_figures_and_signs_have_one_width(path):
    font = TTFont(path)
    names = font.getBestCmap()
    assert len({font["hmtx"][names[ord(char)]][0] for char in "0123456789+\u2212"}) == 1


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_an_icon_takes_its_colour_from_outside(path):
    root = ElementTree.parse(path).getroot()
    text = path.read_text(encoding="utf-8")
    assert root.get("viewBox") == "0 0 24 24"
    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', text)) <= {"none", "currentColor"}


def contrast(one, other):
    """Return the contrast ratio of two #RRGGBB colours (WCAG 2.2)."""
    lights = []
    for color in (one, other):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        lights.append(sum(share * part for share, part in zip(LUMINANCE, linear, strict=True)))
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_words_can_be_read_on_their_ground(look):
    tokens = json.loads((ROOT / "resources/themes/tokens.json").read_text(encoding="utf-8"))[look]
    for ground in ("surface", "raised"):
        for ink in ("ink", "ink2", "accent", "good", "watch", "bad", "unknown"):
            assert contrast(tokens[ink], tokens[ground]) >= 4.5, (ink, ground)
        assert contrast(tokens["ink3"], tokens[ground]) >= 3, ground
