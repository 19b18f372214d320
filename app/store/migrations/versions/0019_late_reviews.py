"""Find and mark the changes whose review is late in lists of any length."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; what it holds is worked out anew after the steps."""
    op.add_column("change", sa.Column("review_due_at", sa.String(27)))
    op.create_index("ix_change_review_due_at", "change", ["review_due_at"])
