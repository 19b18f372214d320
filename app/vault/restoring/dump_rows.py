"""How many rows each table of a PostgreSQL dump holds, as PostgreSQL's own tool decodes it."""

import re
from pathlib import Path

from app import processes
from app.errors import VaultDamaged
from app.vault.format import ObjectRecord
from app.vault.reading import SetReader

_LIMIT_S = 3600.0
_COPY = re.compile(rb'^COPY ("(?:[^"]|"")+"|[^\s."]+)\.("(?:[^"]|"")+"|[^\s(]+) .*FROM stdin;$')


def rows_of_dump(reader: SetReader, record: ObjectRecord) -> dict[str, int]:
    """Return the number of rows of each table, ``schema.table``.

    Raises:
        ToolMissing: pg_restore is not installed here.
        VaultDamaged: It cannot read the dump.
    """
    if processes.find("pg_restore") is None:
        raise processes.ToolMissing("pg_restore is not installed here, so rows are not counted")
    with reader.core.scratch() as folder:
        dump, text = folder / "database.dump", folder / "data.sql"
        reader.to_file(record, dump)
        done = processes.run(("pg_restore", "-f", str(text), str(dump)), limit_s=_LIMIT_S)
        if not done.ok:
            raise VaultDamaged(f"pg_restore cannot read the dump: {done.complaint}.")
        return _count(text)


def _count(text: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    table = ""
    with open(text, "rb") as file:
        for line in file:
            if table:
                if line.startswith(b"\\.") and line.rstrip() == b"\\.":
                    table = ""
                else:
                    rows[table] += 1
            elif line.startswith(b"COPY ") and (found := _COPY.match(line.rstrip())):
                table = ".".join(_plain(part) for part in found.groups())
                rows[table] = 0
    return rows


def _plain(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
