"""What a database says it holds: table by table, as its backup ran, and again when restored."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.backup import SourceKind
from app.vault.format import Table
from app.vault.judging import Ending

MAX_TABLES = 5000
"""More would not fit into what is kept of standard error; then nothing is compared."""
QUERY = "?"
"""Stands for the answer to the query of the plan; no database allows it as a whole name."""

_SHOWN = 4
_DUMPED = re.compile(rb"done dumping `?([^`\s]+)`? \((\d+) documents?\)")
"""What mongodump says of every collection when it is through with it."""


def tables_of(kind: SourceKind, ending: Ending) -> tuple[Table, ...] | None:
    """Return what a producer said about the tables of its database; None when nothing sure."""
    if kind is SourceKind.MONGODB:
        found = _DUMPED.findall(ending.stderr)
        tables = (Table(name.decode("utf-8", "replace"), int(rows)) for name, rows in found)
        return tuple(tables) if found else None
    return tables_in(ending.stderr, ending.nonce, (ending.control or {}).get("tables"))


def tables_in(stderr: bytes, nonce: str, announced: int | None) -> tuple[Table, ...] | None:
    """Read the ``CD-TABLE`` lines of a producer; None unless all that were announced are there."""
    pattern = rb"^CD-TABLE " + nonce.encode() + rb" ([0-9a-f]+|\?) (\d+|-) ([0-9a-f]{64}|-)$"
    found = re.findall(pattern, stderr, re.MULTILINE)
    if announced is None or len(found) != announced or announced > MAX_TABLES:
        return None
    return tuple(
        Table(
            QUERY if name == b"?" else bytes.fromhex(name.decode()).decode("utf-8", "replace"),
            None if rows == b"-" else int(rows),
            "" if digest == b"-" else digest.decode(),
        )
        for name, rows, digest in found
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two tallies of one database agree."""

    differing: tuple[str, ...]
    """One line for each table that is missing, new, or holds something else."""
    same: int
    rows: int
    moving: tuple[str, ...]
    """Tables that were written to while the backup ran: only their presence can be compared."""
    query: bool
    """Whether the query of the plan was answered, and as at the source."""

    @property
    def detail(self) -> str:
        """What agrees, in words."""
        told = [f"{self.same} tables with {self.rows} rows as at the source"]
        if self.query:
            told.append("the query of the plan is answered as there")
        if self.moving:
            names = ", ".join(self.moving[:_SHOWN])
            told.append(f"not compared, for they changed during the backup: {names}")
        return ", ".join(told)

    @property
    def complaint(self) -> str:
        """What differs, in words."""
        return "; ".join(self.differing[:_SHOWN])


def compare(source: Sequence[Table], restored: Sequence[Table]) -> Comparison:
    """Compare what was restored with what the source held."""
    wanted = {table.name: table for table in source}
    found = {table.name: table for table in restored}
    differing = [f"{_named(name)} is missing" for name in wanted if name not in found]
    differing += [f"{_named(name)} is new" for name in found if name not in wanted]
    moving, same, rows = [], 0, 0
    for name in wanted.keys() & found.keys():
        left, right = wanted[name], found[name]
        if left.rows is None:
            moving.append(_named(name))
        elif (left.rows, left.sha256 or right.sha256) != (right.rows, right.sha256):
            differing.append(_difference(left, right))
        elif name != QUERY:
            same, rows = same + 1, rows + left.rows
    asked = wanted.get(QUERY)
    answered = asked is not None and asked.rows is not None and asked == found.get(QUERY)
    return Comparison(tuple(sorted(differing)), same, rows, tuple(sorted(moving)), answered)


def _difference(source: Table, restored: Table) -> str:
    name = _named(source.name)
    if source.rows != restored.rows:
        return f"{name} has {restored.rows} rows, at the source {source.rows}"
    return f"{name} has other content than at the source"


def _named(name: str) -> str:
    return "the answer to the query of the plan" if name == QUERY else name
