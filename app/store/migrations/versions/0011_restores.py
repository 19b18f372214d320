"""Attempts to put backups back, each kept before its host hears of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "restore",
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("set", sa.Text),
        sa.Column("host", sa.Text),
        sa.Column("state", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_restore"),
        sa.UniqueConstraint("id", name="uq_restore_id"),
    )
    for column in ("set", "host", "state"):
        op.create_index(f"ix_restore_{column}", "restore", [column])
