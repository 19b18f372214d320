"""First tables: records, the log with its triggers, settings, full-text search.

Steps are history: this one says what the tables were, whatever the program declares today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.String(27)


def upgrade() -> None:
    """Make everything."""
    _make_changes()
    _make_children()
    _records("host", _text("name"), _text("address"))
    _index("host", "name")
    op.create_table(
        "setting",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    _make_log()


def _make_changes() -> None:
    _records(
        "change",
        _text("number"),
        sa.Column("ordinal", sa.Integer),
        _text("title"),
        _text("state"),
        _text("type"),
        _text("coordinator"),
        sa.Column("risk", sa.Integer),
        sa.Column("residual", sa.Integer),
        sa.Column("starts_at", _INSTANT),
        sa.Column("ends_at", _INSTANT),
        _text("zone"),
        sa.Column("due_at", _INSTANT),
        sa.Column("on_hold", sa.Boolean),
        _text("close_code"),
        sa.Column("backed_out", sa.Boolean),
        sa.Column("overrides", sa.Integer),
        sa.Column("updated_at", _INSTANT),
        sa.UniqueConstraint("number", name="uq_change_number"),
        sa.UniqueConstraint("ordinal", name="uq_change_ordinal"),
    )
    _index("change", "state")
    _index("change", "ends_at")
    op.execute(
        "CREATE VIRTUAL TABLE change_text USING fts5("
        "words, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2')"
    )


def _make_children() -> None:
    _records(
        "run",
        *_of_change("run"),
        _text("state"),
        sa.Column("started_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
    )
    _index("run", "change")
    _index("run", "state")
    _records(
        "backup_set",
        _text("change"),
        _text("host"),
        _text("state"),
        sa.Column("level", sa.Integer),
        sa.Column("sealed_at", _INSTANT),
    )
    _index("backup_set", "change")
    _index("backup_set", "host")
    _records("health_report", _text("change"), _text("host"), _text("phase"))
    _index("health_report", "change")
    _index("health_report", "host")
    _records(
        "sample_set",
        *_of_change("sample_set"),
        _text("metric"),
        _text("window"),
        _text("sha256"),
    )
    _index("sample_set", "change")
    _records(
        "comparison",
        *_of_change("comparison"),
        _text("metric_id"),
        _text("metric"),
        _text("verdict"),
        _text("sentence"),
        sa.Column("judged_at", _INSTANT),
    )
    _index("comparison", "change")
    _records(
        "report", *_of_change("report"), sa.Column("revision", sa.Integer), _text("pdf_sha256")
    )
    _index("report", "change")


def _make_log() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("change", sa.String(64), nullable=False),
        sa.Column("refs", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    _index("event", "change")
    refuse = "BEGIN SELECT RAISE(ABORT, 'the change log is only ever added to'); END"
    op.execute(f"CREATE TRIGGER event_no_update BEFORE UPDATE ON event {refuse}")
    op.execute(f"CREATE TRIGGER event_no_delete BEFORE DELETE ON event {refuse}")
    out_of_order = "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)"
    op.execute(f"CREATE TRIGGER event_in_order BEFORE INSERT ON event WHEN {out_of_order} {refuse}")


def _records(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *columns,
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name=f"pk_{name}"),
        sa.UniqueConstraint("id", name=f"uq_{name}_id"),
    )


def _of_change(name: str) -> tuple[sa.schema.SchemaItem, ...]:
    parent = sa.ForeignKeyConstraint(["change"], ["change.id"], name=f"fk_{name}_change")
    return _text("change"), parent


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text)


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])
