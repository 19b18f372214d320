"""Server text is shown as it is, and never obeyed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.safe_text import LONGEST_LINE, display, plain

PAYLOADS = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear screen": "\x1b[2J\x1b[H",
    "window title": "\x1b]0;owned\x07after",
    "title without an end": "\x1b]0;owned",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "device report": "\x1b[6n\x1bP$q\x1b\\",
    "privacy message": "\x1b^secret\x1b\\",
    "one-byte sequence start": "\x9b31mred",
    "one-byte title": "\x9d0;owned\x9c",
    "bell and backspace": "a\x08\x08b\x07",
    "carriage return": "safe\rrm -rf /",
    "form feed": "page\x0cpage\x0b",
    "NUL": "a\x00b",
    "delete": "a\x7fb",
    "next line": "a\x85b",
    "line separator": "a\u2028b\u2029c",
    "right to left": "user\u202etxt.exe",
    "isolate": "\u2066a\u2069\u061c\u200f\u200e",
    "zero width": "pass\u200bword\u200d\u2060\ufeff",
    "soft hyphen": "shop\u00adping",
    "tags": "a\U000e0041\U000e007f",
    "lone surrogate": "a\ud800b",
    "annotation": "\ufff9a\ufffab\ufffb",
    "HTML": "<b>bold</b><img src=http://127.0.0.1/x>&lt;",
    "markup of the report": '<font color="red">x</font><a href="http://x">y</a>',
    "spreadsheet": "=cmd|' /C calc'!A0",
    "unclosed": "<b>unclosed & bad",
}
BYTES = {
    "invalid UTF-8": b"a\xff\xfeb",
    "overlong": b"\xc0\xaf..\xc0\xaf",
    "UTF-16": "text".encode("utf-16"),
    "cp437": b"Umlaut \x81",
    "NUL": b"a\0b",
}


def is_harmless(text: str) -> bool:
    """Whether nothing in it steers a screen or turns the reading direction."""
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return all(c in "\n\t" or unicodedata.category(c) not in steering for c in text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_is_shown_and_not_obeyed(payload: str) -> None:
    text = PAYLOADS[payload]
    assert is_harmless(display(text))
    assert is_harmless(plain(text))
    letters = [c for c in text if c.isascii() and c.isprintable()]
    assert [c for c in display(text) if c in letters][: len(letters)]


@pytest.mark.parametrize("payload", BYTES)
def test_bytes_of_any_kind_are_shown(payload: str) -> None:
    assert is_harmless(display(BYTES[payload]))
    assert display(BYTES[payload])


def test_markup_stays_literal() -> None:
    for name in ("HTML", "markup of the report", "spreadsheet", "unclosed"):
        assert display(PAYLOADS[name]) == PAYLOADS[name]


def test_escape_sequence_is_written_out_for_reading_and_left_out_for_searching() -> None:
    assert display("\x1b[31mred") == "␛[31mred"
    assert plain("\x1b[31mred\x1b[0m \x1b]0;owned\x07line\ntwo") == "red line two"


def test_ordinary_text_of_any_language_stays_as_it_is() -> None:
    text = "Größe: 12 %\tprêt — 完了 Ω\nשלום naïve"
    assert display(text) == text


def test_line_ends_of_other_systems_are_line_ends() -> None:
    assert display(b"one\r\ntwo\r\n") == "one\ntwo\n"


def test_over_long_line_is_cut_and_says_so() -> None:
    first, second = display("x" * 10_000_000 + "\nshort").split("\n")
    assert len(first) < LONGEST_LINE + 20
    assert first.endswith("[cut]")
    assert second == "short"


@given(st.text() | st.binary())
def test_any_text_is_harmless_and_showing_twice_changes_nothing(text: str | bytes) -> None:
    shown = display(text)
    assert is_harmless(shown)
    assert is_harmless(plain(text))
    assert display(shown) == shown
