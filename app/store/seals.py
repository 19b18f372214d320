"""The seal of a record: a hash of its whole row that goes into the log entry of each write.

The seal is the SHA-256 of the table, the place in the order of arrival, the version, the id and
the body, as `seal` joins them. The columns beside the body follow from it and are worked out anew
by `app.store.records`, so they need no seal and an upgrade may add some. It stands in the data of
the entry under ``record:<table>/<id>``, and with it in the chain.

An upgrade that rewrites bodies must seal them anew, with an entry that says so: how is written in
`app/store/migrations/env.py`, where steps are written.
"""

import hashlib

from app.domain.event import SEAL

AS_FOUND = "records.sealed"
"""The kind of the entries that seal what was written before seals were kept."""
REWRITTEN = "records.rewritten"
"""The kind of the entries that seal what a step of an upgrade has rewritten."""
SEALED_SINCE = "0012"
"""The step of the schema from which on every write is sealed."""
SETTING = "setting"


def seal(table: str, row: int, version: int, key: str, body: str) -> str:
    """Return the hash of a row."""
    text = f"{table} {row} {version} {len(key)} {key} {body}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def seal_of_setting(name: str, value: str) -> str:
    """Return the hash of a setting."""
    return seal(SETTING, 0, 0, name, value)


def seal_name(table: str, key: str) -> str:
    """Return the name under which the seal of a record stands in the data of a log entry."""
    return f"{SEAL}{table}/{key}"
