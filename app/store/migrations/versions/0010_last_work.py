"""Find the runs of the last hours without reading all of them."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_run_ended_at", "run", ["ended_at"])
