"""Load tests: the runs kept with a change, and their comparison."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add both tables."""
    _table("load_run", sa.Column("side", sa.Text), sa.Column("sha256", sa.Text))
    _table("load_verdict", sa.Column("judged_at", sa.String(27)))


def _table(name: str, *columns: sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("change", sa.Text),
        *columns,
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name=f"pk_{name}"),
        sa.UniqueConstraint("id", name=f"uq_{name}_id"),
        sa.ForeignKeyConstraint(["change"], ["change.id"], name=f"fk_{name}_change"),
    )
    op.create_index(f"ix_{name}_change", name, ["change"])
