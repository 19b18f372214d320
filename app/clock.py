"""The real clock behind the `Clock` port, so that tests can set their own."""

from datetime import UTC, datetime


class SystemClock:
    """The workstation's clock."""

    def now(self) -> datetime:
        """Return the current instant, timezone-aware, in UTC."""
        return datetime.now(UTC)
