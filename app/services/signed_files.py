"""Files that people hand each other, signed: canonical JSON in an envelope with its signature.

What is signed is the format, a line break, and the body as canonical JSON: sorted keys, no spaces,
UTF-8. The format takes part, so that no signature can be carried from one kind of file to another.
Such a file comes from outside: its size, its depth and its form are checked before its content.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Protocol

from app.errors import InvalidInput, NotAuthentic
from app.i18n import _
from app.signing import fingerprint, from_base64, is_signed, to_base64

MAX_BYTES = 4 << 20
MAX_DEPTH = 40
_KEYS = {"format", "body", "key", "signature"}


class SignsBytes(Protocol):
    """A key that never leaves its owner."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some bytes."""
        ...

    def public_key(self) -> bytes:
        """Return the raw public key."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file whose signature fits; whose key it is remains to be asked."""

    body: dict[str, Any]
    payload: str
    """What was signed, without the format."""
    key: str
    signature: str

    @property
    def fingerprint(self) -> str:
        """The key as people compare it."""
        return fingerprint(from_base64(self.key))

    @property
    def sha256(self) -> str:
        """The hash of what was signed."""
        return hashlib.sha256(self.payload.encode()).hexdigest()


def canonical(body: object) -> str:
    """Return a body as canonical JSON."""
    return json.dumps(
        body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def seal(kind: str, body: dict[str, Any], signer: SignsBytes) -> bytes:
    """Return the bytes of a signed file."""
    payload = canonical(body)
    envelope = {
        "format": kind,
        "body": body,
        "key": to_base64(signer.public_key()),
        "signature": to_base64(signer.sign(signed_bytes(kind, payload))),
    }
    text = json.dumps(envelope, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def signed_bytes(kind: str, payload: str) -> bytes:
    """Return what a signature covers."""
    return f"{kind}\n{payload}".encode()


def kind_of(data: bytes) -> str:
    """Return the format a file says it has, without believing anything else of it.

    Raises:
        InvalidInput: It is no file of ours.
    """
    return str(_envelope(data)["format"])


def open_sealed(data: bytes, kind: str) -> Sealed:
    """Read a signed file and check its signature.

    Raises:
        InvalidInput: It is no file of this kind, too big, or too deeply nested.
        NotAuthentic: The signature does not fit what it says.
    """
    envelope = _envelope(data)
    if envelope["format"] != kind:
        raise InvalidInput(
            _("This is another kind of file: {kind}.").format(kind=str(envelope["format"])[:60])
        )
    try:
        payload = canonical(envelope["body"])
        signed = signed_bytes(kind, payload)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("The file cannot be read: {why}.").format(why=error)) from error
    key, signature = envelope["key"], envelope["signature"]
    if not is_signed(signed, from_base64(signature), from_base64(key)):
        raise NotAuthentic(
            _("The signature does not fit: the file was altered after it was signed."),
            hint=_("Have it sent again."),
        )
    return Sealed(envelope["body"], payload, key, signature)


def _envelope(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise InvalidInput(_("The file is bigger than {n} MB.").format(n=MAX_BYTES >> 20))
    try:
        text = data.decode("utf-8")
        if _depth(text) > MAX_DEPTH:
            raise InvalidInput(_("The file is nested too deeply."))
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (UnicodeDecodeError, json.JSONDecodeError, ValueError) as error:
        raise InvalidInput(_("This is not a file of Change Desk.")) from error
    if not isinstance(found, dict) or set(found) != _KEYS or not isinstance(found["body"], dict):
        raise InvalidInput(_("This is not a file of Change Desk."))
    if not all(isinstance(found[name], str) for name in ("format", "key", "signature")):
        raise InvalidInput(_("This is not a file of Change Desk."))
    return found


def _depth(text: str) -> int:
    """Return how deeply brackets are nested; those inside strings count too, which does no harm."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a key twice: readers would differ about what it says."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")
