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


def visible(text: str) -> str:
    """Return one line of a server's words with control and direction marks made visible.

    Escape is shown as ``^[``, as terminals do; nothing is interpreted and nothing vanishes.
    """
    return text.rstrip("\r\n").translate(_SHOWN)


def tip(text: str) -> str:
    """Return a tool tip that shows foreign text literally, whatever it looks like."""
    return f"<qt><p style='{_TIP}'>{escape(text)}</p></qt>" if text else ""
