"""Maintenance windows and freezes get a table of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "schedule_window",
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("retired", sa.Boolean),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_schedule_window"),
        sa.UniqueConstraint("id", name="uq_schedule_window_id"),
    )
