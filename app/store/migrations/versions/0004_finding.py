"""Finding among a million: sortable columns, facets in the full-text index, saved filters.

What the new columns and the index hold is derived from the bodies after the steps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INSTANT = sa.String(27)
_ORDERS = {
    "priority": sa.Integer,
    "title_key": sa.Text,
    "state_key": sa.Integer,
    "risk_key": sa.Integer,
    "coordinator_key": sa.Text,
    "updated_key": sa.Text,
    "starts_key": sa.Text,
    "latest_key": sa.Text,
}


def upgrade() -> None:
    """Add columns, indexes and tables."""
    for name in ("opened_at", "closed_at"):
        op.add_column("change", sa.Column(name, _INSTANT))
        op.create_index(f"ix_change_{name}", "change", [name])
    for name in ("category", "implementer", "service"):
        op.add_column("change", sa.Column(name, sa.Text))
    for name, kind in _ORDERS.items():
        op.add_column("change", sa.Column(name, kind))
        op.create_index(f"ix_change_{name}", "change", [name, "ordinal"])
    op.execute("DROP TABLE change_text")
    op.execute(
        "CREATE VIRTUAL TABLE change_text USING fts5("
        "title, description, plan, lessons, facets,"
        " prefix = '1 2 3 4 5', tokenize = 'unicode61 remove_diacritics 2')"
    )
    op.create_table(
        "saved_filter",
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_saved_filter"),
        sa.UniqueConstraint("id", name="uq_saved_filter_id"),
    )
