"""How many rows each table of a PostgreSQL dump holds: as its source has said at the backup.

Sets that do not know that are decoded by PostgreSQL's own tool.
"""

import re
from pathlib import Path

from app import processes
from app.errors import VaultDamaged
from app.vault.databases.tally import QUERY
from app.vault.format import ObjectRecord
from app.vault.reading import SetReader

_LIMIT_S = 3600.0
_COPY = re.compile(rb'^COPY ("(?:[^"]|"")+"|[^\s."]+)\.("(?:[^"]|"")+"|[^\s(]+) .*FROM stdin;$')

_QUALIFIED = re.compile(r'("(?:[^"]|"")+"|[^."]+)\.("(?:[^"]|"")+"|[^."]+)')


def rows_of_dump(reader: SetReader, record: ObjectRecord) -> dict[str, int | None]:
    """Return the number of rows of each table, ``schema.table``.

    None for a table that was written to while the backup ran, so that nobody can say.

    Raises:
        ToolMissing: pg_restore is not installed here.
        VaultDamaged: It cannot read the dump.
    """
    if record.tables is not None:
        named = (table for table in record.tables if table.name != QUERY)
        return {plain_name(table.name): table.rows for table in named}
    if processes.find("pg_restore") is None:
        raise processes.ToolMissing("pg_restore is not installed here, so rows are not counted")
    with reader.core.scratch() as folder:
        dump, text = folder / "database.dump", folder / "data.sql"
        reader.to_file(record, dump)
        done = processes.run(("pg_restore", "-f", str(text), str(dump)), limit_s=_LIMIT_S)
        if not done.ok:
            raise VaultDamaged(f"pg_restore cannot read the dump: {done.complaint}.")
        return _count(text)


def plain_name(quoted: str) -> str:
    """Return ``schema.table`` without the quotes that PostgreSQL puts around odd names."""
    found = _QUALIFIED.fullmatch(quoted)
    return quoted if found is None else ".".join(_plain(part.encode()) for part in found.groups())


def _count(text: Path) -> dict[str, int | None]:
    rows: dict[str, int | None] = {}
    table, n = "", 0
    with open(text, "rb") as file:
        for line in file:
            if table:
                if line.startswith(b"\\.") and line.rstrip() == b"\\.":
                    rows[table], table = n, ""
                else:
                    n += 1
            elif line.startswith(b"COPY ") and (found := _COPY.match(line.rstrip())):
                table = ".".join(_plain(part) for part in found.groups())
                n = 0
    return rows


def _plain(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
