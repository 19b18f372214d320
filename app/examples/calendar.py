"""When the examples may be worked on: a night of every week, and never while books are closed."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from app.domain.calendar import AppliesTo, WindowKind
from app.examples.hosts import PRODUCTION
from app.examples.stage import ZONE, Stage
from app.services.schedule import windows


def keep_calendar(stage: Stage) -> None:
    """Declare the weekly maintenance window, and the freeze that lies ahead."""
    desk = stage.services.desk
    first = stage.work_day(70) - timedelta(weeks=1)
    night = windows.new_window(WindowKind.MAINTENANCE, _wall(first, 20), ZONE)
    night = replace(
        night, name="Tuesday night", duration_s=5 * 3600.0, rule="FREQ=WEEKLY;BYDAY=TU",
        applies_to=AppliesTo(everything=False, tags=(PRODUCTION,)),
    )  # fmt: skip
    windows.save_window(night, desk=desk)
    freeze(stage, stage.today + timedelta(days=10), "Audit week", "what the auditors ask for", 5)


def freeze(stage: Stage, first: date, name: str, condition: str, days: int) -> None:
    """Declare a freeze of all hosts for some days."""
    window = windows.new_window(WindowKind.FREEZE, _wall(first, 0), ZONE)
    kept = replace(window, name=name, duration_s=days * 86400.0, condition=condition)
    windows.save_window(kept, desk=stage.services.desk)


def _wall(day: date, hour: int) -> datetime:
    """Return a time on the wall, without a zone."""
    return datetime.combine(day, time(hour))
