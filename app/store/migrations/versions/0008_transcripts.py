"""Find what steps put out: a column of the text index, and which runs are in it.

The index is filled after the steps: words from the bodies, transcripts from their files.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add a column to the index and to runs, and the table of what is indexed."""
    op.execute("DROP TABLE change_text")
    op.execute(
        "CREATE VIRTUAL TABLE change_text USING fts5("
        "title, description, plan, lessons, facets, transcript,"
        " prefix = '1 2 3 4 5', tokenize = 'unicode61 remove_diacritics 2')"
    )
    op.add_column("run", sa.Column("sealed", sa.Integer))
    op.create_index("ix_run_sealed", "run", ["sealed"])
    op.create_table(
        "indexed_run",
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_indexed_run"),
    )
