"""The tables, built from the declarations in `app.store.mapping`, the log and the settings.

The full-text table and the triggers of the log have no counterpart here: they are made by the
migrations and known to `app.store.search` and `app.store.log` alone.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
)

from app.store.mapping import CHANGE, KINDS, Instant, Kind, Lifted

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _column(lifted: Lifted) -> Column[Any]:
    parent = (ForeignKey(f"{lifted.child_of}.id"),) if lifted.child_of else ()
    return Column(
        lifted.name, lifted.type, *parent, unique=lifted.unique or None, index=lifted.index or None
    )


def _table(kind: Kind[Any]) -> Table:
    return Table(
        kind.table,
        METADATA,
        Column("row", Integer, primary_key=True),  # order of arrival
        Column("id", String(64), nullable=False, unique=True),
        Column("version", Integer, nullable=False),
        *(_column(lifted) for lifted in kind.columns),
        Column("body", Text, nullable=False),
        *(
            Index(f"ix_{kind.table}_{lifted.name}", lifted.name, "ordinal")
            for lifted in kind.columns
            if lifted.order
        ),
    )


TABLES: dict[str, Table] = {kind.table: _table(kind) for kind in KINDS}

Index(
    "ix_change_outcome",
    *(TABLES["change"].c[name] for name in ("state", "close_code", "overrides", "backed_out")),
)
KEYS_INDEX = Index(
    "ix_change_keys",
    TABLES["change"].c.ordinal,
    *(TABLES["change"].c[lifted.name] for lifted in CHANGE.columns if lifted.order),
)
"""All that lists are sorted by, by number: hits of a search are sorted without reading records."""
Index("ix_backup_set_level", *(TABLES["backup_set"].c[name] for name in ("level", "change")))
"""What the first page counts; see `app.store.first_reads`."""
IS_TAUGHT = TABLES["change"].c.learned > literal_column("0")
"""Whether something came out of a change; written as its index has it, which a bound value is not.
"""
Index(
    "ix_change_taught",
    *(TABLES["change"].c[name] for name in ("category", "ordinal")),
    sqlite_where=IS_TAUGHT,
    postgresql_where=IS_TAUGHT,
)

EVENT = Table(
    "event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("actor", String(16), nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("change", String(64), nullable=False, index=True),
    Column("refs", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

SETTING = Table(
    "setting",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

INDEXED_RUN = Table(
    "indexed_run",
    METADATA,
    Column("run", String(64), primary_key=True),
    Column("sealed", Integer, nullable=False),
)
"""How many transcripts of a run the text index knows; see `app.store.transcript_index`."""
