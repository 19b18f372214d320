"""Records and instants as text: a whole frozen dataclass is JSON, by its own type hints.

A field is declared in the domain and nowhere else. Rows written by an older version decode, because
new fields have defaults; fields that no longer exist are ignored.
"""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from app.errors import StoreError
from app.i18n import _

if TYPE_CHECKING:
    import msgspec

Entity = TypeVar("Entity")
_decoders: "dict[type, msgspec.json.Decoder[Any]]" = {}


_OFFSET = len("+00:00")


def to_text(at: datetime) -> str:
    """Write an instant so that text order is time order: UTC, always with microseconds."""
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    text = there.isoformat(timespec="microseconds")  # much faster than strftime
    return f"{text[:-_OFFSET]}Z"


def from_text(text: str) -> datetime:
    """Read an instant written by `to_text`."""
    return datetime.fromisoformat(text)


def encode(item: object) -> str:
    """Write a record as JSON; what UTF-8 cannot hold becomes a question mark."""
    import msgspec  # noqa: PLC0415 - a start without records to read does without

    try:
        return msgspec.json.encode(item).decode()
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(item), ensure_ascii=False)
        return text.encode("utf-8", "replace").decode()


def decode(body: str, kind: type[Entity], noun: str) -> Entity:
    """Return the record in a body; raises StoreError when this version cannot read it."""
    import msgspec  # noqa: PLC0415 - loads slowly

    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        record: Entity = decoder.decode(body)
    except msgspec.DecodeError as error:
        raise StoreError(
            _("This {noun} cannot be read back: {reason}.").format(noun=noun, reason=error),
            hint=_("It may have been written by another version of the program."),
        ) from error
    return record
