"""When a run ends: by plan, and as it looks now."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.domain.run import Run


def expected_end(run: "Run", now: datetime) -> datetime | None:
    """Return when the run will end if what is left takes as long as planned; None once it has."""
    if run.is_over:
        return None
    left_s = 0.0
    for item in run.active:
        if not item.state.is_over:
            gone_s = (now - item.started_at).total_seconds() if item.started_at else 0.0
            left_s += max(0.0, item.step.estimate_s - gone_s)
    return now + timedelta(seconds=left_s)


def planned_end(run: "Run") -> datetime | None:
    """Return when the run would end by plan."""
    ends = [
        item.planned_start + timedelta(seconds=item.step.estimate_s)
        for item in run.active
        if item.planned_start
    ]
    return max(ends, default=None)
