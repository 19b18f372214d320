"""Find the changes whose review is late: the day from which somebody is reminded counts it in.

No record is altered; what rows are found by is worked out anew after the steps.
"""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Alter nothing."""
