"""The rules of `app.wording` are the window's rules; here is only what a screen needs on top."""

_PICTURES: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(32)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F), 0xFFFD),
    ord("\t"): "    ",
}


def visible(text: str) -> str:
    """Return one line of a server's words with control and direction marks made visible."""
    return text.rstrip("\r\n").translate(_PICTURES)
