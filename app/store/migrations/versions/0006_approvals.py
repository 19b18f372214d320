"""People with roles and keys, plans as they were approved, and the parent of a change."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add two tables and a column."""
    _records("person", "name")
    _records("plan_copy", "change", "plan_hash")
    op.create_index("ix_plan_copy_change", "plan_copy", ["change"])
    op.add_column("change", sa.Column("parent", sa.Text))
    op.create_index("ix_change_parent", "change", ["parent"])


def _records(table: str, *columns: str) -> None:
    op.create_table(
        table,
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text) for name in columns),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name=f"pk_{table}"),
        sa.UniqueConstraint("id", name=f"uq_{table}_id"),
    )
