"""The rules of `app.wording` are the window's rules; here is only what a screen needs on top."""

from html import escape

_TIP = "margin: 3px 7px"
_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
_SHOWN: dict[int, str] = {
    **{code: f"^{chr(code + 64)}" for code in range(32)},
    0x7F: "^?",
    **{code: f"\\x{code:02x}" for code in range(0x80, 0xA0)},
    **{code: f"<U+{code:04X}>" for code in _DIRECTION},
    ord("\t"): "    ",
}
_UNSEEN = (0x2028, 0x2029, 0x200B, 0x200C, 0x200D, 0xFEFF, 0x00AD)
_LITERAL: dict[int, str] = {
    **_SHOWN,
    **{code: f"<U+{code:04X}>" for code in _UNSEEN},
    ord("\n"): "\n",
}
LONGEST_LINE, LONGEST_TEXT = 4096, 1 << 16
"""What a screen shows of a text at most, in characters; the whole stays where it is kept."""
_CUT = " … [cut]"


def visible(text: str) -> str:
    """Return one line of a server's words with control and direction marks made visible.

    Escape is shown as ``^[``, as terminals do; nothing is interpreted and nothing vanishes.
    """
    return text.rstrip("\r\n").translate(_SHOWN)


def literal(text: str) -> str:
    """Return text as every label, cell and tip shows it, whoever wrote it.

    What steers a screen or turns the direction of reading is seen, lines stay lines, and what is
    too long for any screen is cut and says so.
    """
    if len(text) <= LONGEST_LINE and text.isascii() and text.isprintable():
        return text  # nearly every text
    cut = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + _CUT
    lines = cut.translate(_LITERAL).split("\n")
    return "\n".join(
        line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + _CUT for line in lines
    )


def tip(text: str) -> str:
    """Return a tool tip that shows foreign text literally, whatever it looks like."""
    return f"<qt><p style='{_TIP}'>{escape(literal(text)[:LONGEST_LINE])}</p></qt>" if text else ""
