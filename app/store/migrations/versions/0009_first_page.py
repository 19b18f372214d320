"""Count for the first page from an index, whatever the records weigh."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index(
        "ix_change_outcome", "change", ["state", "close_code", "overrides", "backed_out"]
    )
    op.create_index("ix_backup_set_level", "backup_set", ["level", "change"])
