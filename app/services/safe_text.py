"""Server text as it may be shown: every control and direction mark made visible, nothing obeyed.

Evidence keeps the raw bytes; this is only how they look in the window, in print and on a terminal.
"""

import re
from unicodedata import category

LONGEST_LINE = 4096
_CUT = " … [cut]"

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # OSC, DCS, SOS, PM, APC up to their end
    r"|[\x9b][0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what is not seen: controls, direction and joining marks, separators."""


class _Marks(dict[int, str]):
    """What stands for each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = mark = _mark(code)
        return mark


def _mark(code: int) -> str:
    letter = chr(code)
    if letter in "\n\t" or category(letter) not in _STEERING:
        return letter
    if code < _SPACE:
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "\u2421"
    return f"\\x{code:02x}" if code <= _BYTE else f"\\u{code:04x}"


_SPACE, _DELETE, _BYTE, _PICTURES = 0x20, 0x7F, 0xFF, 0x2400
_MARKS = _Marks()


def display(text: str | bytes) -> str:
    """Return text with nothing in it that a screen, a printer or a reader could be led by.

    Escape sequences are written out, so that ``ESC[31m`` shows as ``␛[31m``; over-long lines are
    cut and say so.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    shown = spelled_out(text)
    return "\n".join(_cut(line) for line in shown.split("\n"))


def spelled_out(text: str) -> str:
    """Return the whole text, every control and direction mark made visible; lines stay lines."""
    return text.replace("\r\n", "\n").translate(_MARKS)


def plain(text: str | bytes) -> str:
    """Return text without its escape sequences, for searching and for single-line summaries."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if len(text) <= LONGEST_LINE and text.isascii() and text.isprintable():
        return text.strip()  # nearly every text: nothing in it needs a second look
    return display(_SEQUENCES.sub("", text)).replace("\n", " ").strip()


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; plain numbers stay as they are.

    What could be taken for one gets an apostrophe in front (OWASP, CSV injection).
    """
    bare = text.lstrip(" \"'")
    risky = text.startswith(_RISKY) or bare.startswith(_RISKY)
    return f"'{text}" if risky and not _NUMBER.fullmatch(text.strip()) else text


_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + _CUT
