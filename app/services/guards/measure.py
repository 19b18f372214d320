"""Whether there are enough samples to judge a window."""

from app.domain.change import Change
from app.domain.metric import WindowName
from app.i18n import _
from app.services.change.transitions import Check, Facts

MIN_SAMPLES = 20
"""Fewer samples in a window cannot be judged (verdict design B needs at least as many)."""


def measured(window: WindowName, what: str) -> Check:
    """Return a guard check: every metric has a frozen, long enough sample set of a window."""

    def check(change: Change, facts: Facts) -> str:
        counts = {item.metric: item.n for item in facts.samples if item.window is window}
        lacking = [m.name for m in change.metrics if counts.get(m.id, 0) < MIN_SAMPLES]
        return f"{_(what)}: {', '.join(lacking)}" if lacking else ""

    return check
