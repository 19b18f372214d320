"""Find the changes that taught something from an index alone, whatever the records weigh."""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Put the index in the place of the wider one."""
    op.drop_index("ix_change_learned", "change")
    taught = text("learned > 0")
    op.create_index(
        "ix_change_taught",
        "change",
        ["category", "ordinal"],
        sqlite_where=taught,
        postgresql_where=taught,
    )
