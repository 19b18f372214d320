"""When each step of a runbook is planned, and the column of bars that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from app.domain.runbook import Step
from ui.cells import ROW_ROLE
from ui.pages.changes.records import Line
from ui.paint import vline
from ui.theme import tokens
from ui.widgets.cells import CellDelegate
from ui.widgets.run_bars import BarDelegate, Marks, TimeScale

HIGH = 10
"""Of a bar, in pixels."""


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

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw ticks, the bar and the deadline over the row's background."""
        CellDelegate.paint(self, painter, option, index)
        painter.save()
        area, look = QRectF(option.rect), tokens()
        painter.setClipRect(area)
        for tick in self.scale.ticks(round(area.width() / 64)):
            x = area.left() + round(self.scale.place(tick, area.width()))
            vline(painter, x, area.top(), area.bottom(), look.line)
        row = index.data(ROW_ROLE)
        if isinstance(row, Line) and (found := self._planned.get(row.item.id)):
            ends = [self.scale.place(at, area.width()) for at in (found.start, found.end)]
            width = max(3, round(ends[1] - ends[0]))
            top = round(area.center().y()) - HIGH / 2
            bar = QRectF(area.left() + round(ends[0]), top, width, HIGH)
            painter.fillRect(bar, look.ink)
        if self.marks.deadline is not None:
            x = area.left() + round(self.scale.place(self.marks.deadline, area.width()))
            vline(painter, min(x, area.right() - 1), area.top(), area.bottom() + 1, look.bad)
        painter.restore()
