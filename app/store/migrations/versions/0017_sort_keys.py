"""Sort the hits of a search from an index alone, whatever the records weigh."""

from alembic import op

revision = "0017"
down_revision = "0016"

_KEYS = (
    "priority", "title_key", "state_key", "risk_key", "coordinator_key", "updated_key",
    "starts_key", "latest_key",
)  # fmt: skip


def upgrade() -> None:
    """Add the index: the number of a change, and all that lists are sorted by."""
    op.create_index("ix_change_keys", "change", ["ordinal", *_KEYS])
