"""What comes after the work: feedback, and which changes hold lessons or have something due.

What the new columns hold is derived from the bodies after the steps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "survey",
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("change", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_survey"),
        sa.UniqueConstraint("id", name="uq_survey_id"),
        sa.ForeignKeyConstraint(["change"], ["change.id"], name="fk_survey_change"),
    )
    op.create_index("ix_survey_change", "survey", ["change"])
    op.add_column("change", sa.Column("learned", sa.Integer))
    op.create_index("ix_change_learned", "change", ["learned"])
    op.add_column("change", sa.Column("follow_up_at", sa.String(27)))
    op.create_index("ix_change_follow_up_at", "change", ["follow_up_at"])
