"""How words are compared when people look for them: by plain letters, which every keyboard has.

``Straße`` is looked for as ``strasse`` and ``Ærø`` as ``aero``. The letters are those that Unicode
does not take apart by itself, spelled as CLDR's transliteration "Latin-ASCII" spells them.
"""

import re
import unicodedata
from collections.abc import Mapping

PLAIN: Mapping[str, str] = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L",
    "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ĳ": "ij", "Ĳ": "IJ",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    "ǿ": "o", "Ǿ": "O", "ǽ": "ae", "Ǽ": "AE", "ǣ": "ae", "Ǣ": "AE", "ǡ": "a", "Ǡ": "A",
}  # fmt: skip
"""Letters and how they are spelled without; their order is part of the text index: only append."""
_PLAIN = str.maketrans(dict(PLAIN))
_ACCENTS = re.compile("([A-Za-z])[\u0300-\u0331]+")


def composed(text: str) -> str:
    """Return text with each accent in its letter, however it was written."""
    return unicodedata.normalize("NFC", text)


def spelled(text: str) -> str:
    """Return composed text in plain letters; accents and capitals stay."""
    text = composed(text)
    return text if text.isascii() else text.translate(_PLAIN)


def folded(text: str) -> str:
    """Return text as it is compared: plain small letters, without the accents of Latin ones."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub(r"\1", unicodedata.normalize("NFD", spelled(text))).casefold()
