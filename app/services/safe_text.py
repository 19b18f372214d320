"""Server text as it may be shown: every control and direction mark made visible, nothing obeyed.

Evidence keeps the raw bytes; this is only how they look in the window, in print and on a terminal.
"""

import re

LONGEST_LINE = 4096
_CUT = " … [cut]"

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # OSC, DCS, SOS, PM, APC up to their end
    r"|[\x9b][0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_MARKS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: "\u2421",
    **{code: f"\\x{code:02x}" for code in range(0x80, 0xA0)},
    **{
        code: f"\\u{code:04x}"
        for code in (
            *range(0x200B, 0x2010),
            *range(0x2028, 0x202F),
            *range(0x2060, 0x2070),
            0x061C,
            0xFEFF,
            *range(0xD800, 0xE000),
        )
    },
}
"""Bidirectional and zero-width marks, C0 (but tab and line feed), DEL, C1, lone surrogates."""


def display(text: str | bytes) -> str:
    """Return text with nothing in it that a screen, a printer or a reader could be led by.

    Escape sequences are written out, so that ``ESC[31m`` shows as ``␛[31m``; over-long lines are
    cut and say so.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    shown = text.replace("\r\n", "\n").translate(_MARKS)
    return "\n".join(_cut(line) for line in shown.split("\n"))


def plain(text: str | bytes) -> str:
    """Return text without its escape sequences, for searching and for single-line summaries."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return display(_SEQUENCES.sub("", text)).replace("\n", " ").strip()


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + _CUT
