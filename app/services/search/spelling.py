"""How words are compared when people look for them: by plain letters, which every keyboard has.

``Straße`` is looked for as ``strasse`` and ``Ærø`` as ``aero``. The letters are those that Unicode
does not take apart by itself, spelled as CLDR's transliteration "Latin-ASCII" spells them.

Greek is looked for without its accents, as people type it: ``βάση`` is ``βαση``, old texts with
breathings too. Of Cyrillic, only what people leave out in print goes: ``ё`` is ``е``, and the marks
of stress. ``й``, ``ї``, ``ў`` or ``ѓ`` are letters of their own there, and so they stay.
"""

import re
import unicodedata
from collections.abc import Iterator

PLAIN: dict[str, str] = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L",
    "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ĳ": "ij", "Ĳ": "IJ",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    "ǿ": "o", "Ǿ": "O", "ǽ": "ae", "Ǽ": "AE", "ǣ": "ae", "Ǣ": "AE", "ǡ": "a", "Ǡ": "A",
}  # fmt: skip
"""Letters and how they are spelled without; their order is part of the text index: only append."""
_GREEK = (*range(0x0386, 0x03CF), *range(0x1F00, 0x2000))


def _greek() -> Iterator[tuple[str, str]]:
    for letter in map(chr, _GREEK):
        bare = unicodedata.normalize("NFD", letter)[0]
        if letter == composed(letter) and bare != letter and bare.isalpha():
            yield letter, bare


def composed(text: str) -> str:
    """Return text with each accent in its letter, however it was written."""
    return unicodedata.normalize("NFC", text)


BARE: dict[str, str] = {
    **dict(_greek()),
    "ё": "е", "Ё": "Е", "ѐ": "е", "Ѐ": "Е", "ѝ": "и", "Ѝ": "И",
}  # fmt: skip
"""Greek and Cyrillic letters and what they are without accents; their order stays, as above."""
_PLAIN = str.maketrans(PLAIN | BARE)
_ACCENTS = re.compile("([A-Za-z])[\u0300-\u0331]+")
_STRESS = re.compile("([\u0370-\u052f])[\u0300-\u0331]+")
"""Accents that are in no letter: the index passes over them as well."""


def spelled(text: str) -> str:
    """Return composed text in plain letters; Latin accents and capitals stay."""
    text = composed(text)
    return text if text.isascii() else text.translate(_PLAIN)


def folded(text: str) -> str:
    """Return text as it is compared: plain small letters, without accents."""
    if text.isascii():
        return text.lower()
    stressless = _STRESS.sub(r"\1", spelled(text))
    bare = _ACCENTS.sub(r"\1", unicodedata.normalize("NFD", stressless))
    return composed(bare.casefold())
