"""When each step of a runbook is planned, and the column of bars that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject

from app.domain.runbook import Step
from ui.pages.changes.records import Line
from ui.widgets.run_bars import BarDelegate, Marks, StepBar, TimeScale


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """From when to when a step is planned."""

    start: datetime
    end: datetime


def plan_steps(steps: Sequence[Step], begin: datetime) -> dict[str, PlannedStep]:
    """Lay steps one after the other from an instant on, by their ids."""
    planned, at = {}, begin
    for step in steps:
        end = at + timedelta(seconds=step.estimate_s)
        planned[step.id] = PlannedStep(at, end)
        at = end
    return planned


class PlanBarDelegate(BarDelegate):
    """One bar for each planned step, on a scale that ends with the last one or the deadline."""

    def __init__(self, parent: QObject | None, begin: datetime) -> None:
        super().__init__(TimeScale(begin, begin + timedelta(hours=1)), Marks(), parent)
        self._planned: Mapping[str, PlannedStep] = {}

    def show_plan(
        self, planned: Mapping[str, PlannedStep], deadline: datetime | None, zone: str
    ) -> None:
        """Show other times; the deadline of the roll-back is marked when it is in reach."""
        self._planned = planned
        if not planned:
            return
        begin = min(step.start for step in planned.values())
        end = max(step.end for step in planned.values())
        span = max(end - begin, timedelta(seconds=10))
        near = deadline is not None and begin <= deadline <= end + 2 * span
        last = max(end, deadline) if near and deadline else end
        self.scale = TimeScale(begin, last + (last - begin) * 0.06, zone)
        self.marks = Marks(deadline=deadline if near else None)

    def bar_of(self, row: object) -> StepBar | None:
        """Return the planned bar of a step's row."""
        if not isinstance(row, Line):
            return None
        step: Step = row.item
        found = self._planned.get(step.id)
        return StepBar(started=found.start, ended=found.end, current=True) if found else None
