"""Find "Βάση" by "βαση" and "ёлка" by "елка": the text index keeps such letters without accents.

Nothing is to be done here: the index is worked out anew after the steps, and only the texts that
hold such letters are written.
"""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Leave the tables as they are."""
