"""Takes secrets out of text before it is kept or shown.

Two nets: secrets we know (as they are, and as base64, URL-encoded, JSON- or shell-quoted text), and
shapes that are secrets anywhere (private keys, tokens, passwords in URLs).
"""

import base64
import json
import re
import shlex
from collections.abc import Iterable
from threading import Lock
from urllib.parse import quote, quote_plus
from weakref import WeakSet

MASK = "[redacted]"
MIN_LENGTH = 4  # shorter values would black out ordinary words

_LONGEST_LINE = 1 << 20

_KEY = "[A-Z0-9 ]{0,40}PRIVATE KEY-----"
_NAMES = ("password", "passwd", "passphrase", "secret", "token", "api")
_SHAPES = (  # every repetition is bounded or eats what it saw: hostile text costs linear time
    (("private key",), re.compile(rf"-----BEGIN {_KEY}.*?(?:-----END {_KEY}|\Z)", re.S)),
    (("age-secret-key",), re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}")),
    (("akia", "asia"), re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    (("eyj",), re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", re.A)),
    (("://",), re.compile(r"(?<=://)[^/\s:@]{0,100}:[^/\s@]{1,200}(?=@)")),
    (
        ("authorization: ",),
        re.compile(r"(?i)(?<=authorization: )(?:basic|bearer) [^\s\"']+", re.A),
    ),
    (
        _NAMES,
        re.compile(
            r"(?i)((?:password|passwd|passphrase|(?<!\{)secret|token|api[_-]?key)[\"']?\s{0,4}[=:]\s{0,4})"
            r"(?!\[redacted\])(\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s,;&\"']+)",
            re.A,
        ),
    ),
)
"""What each shape cannot be without, in small letters, and the shape: most text has none of it."""


class Redactor:
    """Knows the secrets in use and masks them; safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: re.Pattern[str] | None = None
        self._raw: re.Pattern[bytes] | None = None
        self._forms: set[str] = set()
        self._raw_forms: tuple[bytes, ...] = ()

    def learn(self, secret: str) -> None:
        """Mask this value, in every form it may appear in, from now on."""
        if len(secret) < MIN_LENGTH:
            return
        with self._lock:
            self._forms |= _forms(secret)
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._known = re.compile("|".join(map(re.escape, longest_first)))
            raw = tuple(form.encode("utf-8", "surrogatepass") for form in longest_first)
            self._raw = re.compile(b"|".join(map(re.escape, raw)))
            self._raw_forms = raw
        with _KNOWING:
            _IN_USE.add(self)

    def forget(self) -> None:
        """Know no secret any more: what masks a value holds it in memory too."""
        with self._lock:
            self._forms.clear()
            self._known = self._raw = None
            self._raw_forms = ()

    def blacken(self, data: bytes) -> tuple[bytes, int]:
        """Return bytes with every known value blacked out in place, and how many there were.

        The length stays, because output of a server is counted and fetched by its place. Shapes
        are left alone: only what is known to be a secret may ever be altered in evidence.
        """
        places = self.places(data)
        return _starred(data, places), len(places)

    def places(self, data: bytes) -> tuple[tuple[int, int], ...]:
        """Return where in some bytes known values stand: from the first byte to behind the last."""
        raw = self._raw
        return tuple(found.span() for found in raw.finditer(data)) if raw else ()

    def may_begin_at(self, data: bytes) -> int:
        """Return from where on some bytes may be the beginning of a known value, not whole yet."""
        forms = self._raw_forms
        first = {form[0] for form in forms}
        longest = max(map(len, forms), default=1)
        for place in range(max(0, len(data) - longest + 1), len(data)):
            if data[place] in first:
                rest = data[place:]
                if any(len(form) > len(rest) and form.startswith(rest) for form in forms):
                    return place
        return len(data)

    def clean(self, text: str) -> tuple[str, int]:
        """Return the text without secrets, and how many were taken out."""
        count, known = 0, self._known
        if known:
            text, count = known.subn(MASK, text)
        small = text.lower()
        for needles, shape in _SHAPES:
            if any(needle in small for needle in needles):
                text, found = shape.subn(_masked, text)
                count += found
        return text, count


class StreamMask:
    """Blacks out known values in a stream that comes in pieces, wherever the pieces are cut.

    What may be the beginning of a value is held back until it is clear what it is; the number and
    the order of the bytes stay.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = b""
        self._black = 0
        """So many of the held bytes belong to a value that was found before."""

    def feed(self, data: bytes) -> tuple[bytes, tuple[int, ...]]:
        """Take the next piece; return what is clear now, and where in it black places begin."""
        whole = self._held + data
        return self._let_go(whole, self._redactor.may_begin_at(whole))

    def rest(self) -> tuple[bytes, tuple[int, ...]]:
        """Return what was held back, as `feed` does, at the end of the stream."""
        return self._let_go(self._held, len(self._held))

    def _let_go(self, whole: bytes, upto: int) -> tuple[bytes, tuple[int, ...]]:
        places = [place for place in self._redactor.places(whole) if place[0] < upto]
        black = max([self._black, *(end for _start, end in places)])
        clean = _starred(whole, ((0, self._black), *places))[:upto]
        self._held, self._black = whole[upto:], max(0, black - upto)
        return clean, tuple(start for start, _end in places)


_KNOWING = Lock()
_IN_USE: "WeakSet[Redactor]" = WeakSet()
"""All that know something: errors and readings are made where no redactor is at hand."""


def without_secrets(text: str) -> str:
    """Return a text of the world's as it may be shown and kept."""
    return _cleaned(text)[0]


def secrets_in(blocks: Iterable[bytes]) -> int:
    """Count what is a secret or looks like one in a file that is never altered, block by block."""
    count, rest = 0, b""
    for block in blocks:
        rest += block
        whole = rest.rfind(b"\n") + 1 or (len(rest) if len(rest) > _LONGEST_LINE else 0)
        count += _cleaned(rest[:whole].decode("utf-8", "replace"))[1]
        rest = rest[whole:]
    return count + _cleaned(rest.decode("utf-8", "replace"))[1]


def _cleaned(text: str) -> tuple[str, int]:
    with _KNOWING:
        knowing = tuple(_IN_USE)
    count = 0
    for redactor in knowing or (_SHAPES_ALONE,):
        text, found = redactor.clean(text)
        count += found
    return text, count


def last_words(said: bytes, most: int = 200) -> str:
    """Return the end of what a host said, as it may be shown; masked before it is cut.

    A text that is cut first could keep the half of a secret that no mask knows.
    """
    return without_secrets(said.decode("utf-8", "replace").strip())[-most:]


def _starred(data: bytes, places: Iterable[tuple[int, int]]) -> bytes:
    """Return bytes with stars from each first place to before each second."""
    black = bytearray(data)
    for start, end in places:
        black[start:end] = b"*" * (end - start)
    return bytes(black)


def _masked(match: re.Match[str]) -> str:
    return (match[1] if match.re.groups else "") + MASK


def _forms(secret: str) -> set[str]:
    """Return the ways a value is written when it slips into text.

    Base64 of a value inside a longer value depends on the bytes before it: there are three
    alignments, of which the characters that other bytes touch are cut off.
    """
    raw = secret.encode()
    forms = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        shlex.quote(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + raw).decode().rstrip("=")
        whole = text[(0, 2, 3)[shift] : len(text) - ((shift + len(raw)) % 3 != 0)]
        forms |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= MIN_LENGTH}


_SHAPES_ALONE = Redactor()
