"""Takes secrets out of text before it is kept or shown.

Two nets: secrets we know (as they are, and as base64, URL-encoded, JSON- or shell-quoted text), and
shapes that are secrets anywhere (private keys, tokens, passwords in URLs).
"""

import base64
import json
import re
import shlex
from threading import Lock
from urllib.parse import quote, quote_plus

MASK = "[redacted]"
MIN_LENGTH = 4  # shorter values would black out ordinary words

_KEY = "[A-Z0-9 ]{0,40}PRIVATE KEY-----"
_SHAPES = (  # every repetition is bounded or eats what it saw: hostile text costs linear time
    re.compile(rf"-----BEGIN {_KEY}.*?(?:-----END {_KEY}|\Z)", re.S),
    re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", re.A),
    re.compile(r"(?<=://)[^/\s:@]{0,100}:[^/\s@]{1,200}(?=@)"),
    re.compile(r"(?i)(?<=authorization: )(?:basic|bearer) [^\s\"']+"),
    re.compile(
        r"(?i)((?:password|passwd|passphrase|secret|token|api[_-]?key)[\"']?\s{0,4}[=:]\s{0,4})"
        r"(?!\[redacted\])(\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s,;&\"']+)"
    ),
)


class Redactor:
    """Knows the secrets in use and masks them; safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: re.Pattern[str] | None = None
        self._raw: re.Pattern[bytes] | None = None
        self._forms: set[str] = set()

    def learn(self, secret: str) -> None:
        """Mask this value, in every form it may appear in, from now on."""
        if len(secret) < MIN_LENGTH:
            return
        with self._lock:
            self._forms |= _forms(secret)
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._known = re.compile("|".join(map(re.escape, longest_first)))
            raw = (form.encode("utf-8", "surrogatepass") for form in longest_first)
            self._raw = re.compile(b"|".join(map(re.escape, raw)))

    def forget(self) -> None:
        """Know no secret any more: what masks a value holds it in memory too."""
        with self._lock:
            self._forms.clear()
            self._known = self._raw = None

    def blacken(self, data: bytes) -> tuple[bytes, int]:
        """Return bytes with every known value blacked out in place, and how many there were.

        The length stays, because output of a server is counted and fetched by its place. Shapes
        are left alone: only what is known to be a secret may ever be altered in evidence.
        """
        raw = self._raw
        if raw is None:
            return data, 0
        return raw.subn(lambda match: b"*" * len(match[0]), data)

    def clean(self, text: str) -> tuple[str, int]:
        """Return the text without secrets, and how many were taken out."""
        count, known = 0, self._known
        if known:
            text, count = known.subn(MASK, text)
        for shape in _SHAPES:
            text, found = shape.subn(_masked, text)
            count += found
        return text, count


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
