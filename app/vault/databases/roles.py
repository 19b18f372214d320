"""The names of the roles in the globals of a PostgreSQL server; nothing else of them is used."""

import re

from app.vault.format import ObjectRecord
from app.vault.reading import FeedTo, SetReader

_CREATE = re.compile(rb'^CREATE ROLE ("(?:[^"\n]|"")+"|[a-z_][a-z0-9_$]*);$', re.M)
_LIMIT = 16 << 20
_MADE_BY_DRILL = (b"drill", b"changedesk")


def role_lines(reader: SetReader, record: ObjectRecord) -> bytes:
    """Return how many roles there are and their quoted names, one on each line.

    A policy of a table may name a role; so roles must exist before a dump is restored. Their
    rights and passwords are not taken over.
    """
    text = bytearray()

    def keep(data: bytes) -> None:
        text.extend(data[: max(0, _LIMIT - len(text))])

    reader.stored(record, FeedTo(keep))
    names = [name for name in _CREATE.findall(bytes(text)) if name not in _MADE_BY_DRILL]
    return b"".join((b"%d\n" % len(names), *(name + b"\n" for name in names)))
