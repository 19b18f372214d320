"""When each step of a runbook is planned: the column of bars, and the lines between them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyleOptionViewItem

from app.domain.runbook import Step, StepKind, waits_for
from app.i18n import _
from app.services.run.runbooks import Plan, PlannedStep
from ui.cells import ROW_ROLE
from ui.pages.changes.records import Line
from ui.paint import Painted, Style, line_height, vline, write
from ui.theme import SMALL, tokens
from ui.widgets.cells import CellDelegate
from ui.widgets.ordering import OrderedTable
from ui.widgets.run_bars import BarDelegate, Marks, TimeScale

CRITICAL_HIGH, SLACK_HIGH = 12, 10
"""Of the bars, in pixels."""
_EMPTY: Mapping[str, PlannedStep] = {}


class PlanBarDelegate(BarDelegate):
    """One bar for each planned step, on a scale that ends with the last one or the deadline."""

    def __init__(self, parent: QObject | None, begin: datetime) -> None:
        super().__init__(TimeScale(begin, begin + timedelta(hours=1)), Marks(), parent)
        self._plan: Plan | None = None

    def show_plan(self, plan: Plan, deadline: datetime | None, zone: str) -> None:
        """Show other times; the deadline of the roll-back is marked when it is in reach."""
        self._plan = plan
        end = max(plan.end, plan.slow_end, *(item.slow_end for item in plan.steps.values()))
        span = max(end - plan.begin, timedelta(seconds=10))
        near = deadline is not None and plan.begin <= deadline <= end + 2 * span
        last = max(end, deadline) if near and deadline else end
        self.scale = TimeScale(plan.begin, last + (last - plan.begin) * 0.06, zone)
        self.marks = Marks(deadline=deadline if near else None)
        self.deadline_words = _("{time} roll back by")

    def planned(self, step: Step) -> PlannedStep | None:
        """Return when a step is planned."""
        return (self._plan.steps if self._plan else _EMPTY).get(step.id)

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
        if self.marks.deadline is not None:
            x = area.left() + round(self.scale.place(self.marks.deadline, area.width()))
            too_late = QRectF(x, area.top(), area.right() - x + 1, area.height() - 1)
            painter.fillRect(too_late, look.raised)
            vline(painter, min(x, area.right() - 1), area.top(), area.bottom() + 1, look.bad)
        row = index.data(ROW_ROLE)
        if isinstance(row, Line) and (found := self.planned(row.item)):
            self._paint_step(painter, area, row.item, found)
        painter.restore()

    def bar(self, area: QRectF, found: PlannedStep) -> QRectF:
        """Return where the bar of a step lies inside its cell."""
        left, right = (self.scale.place(at, area.width()) for at in (found.start, found.end))
        high = CRITICAL_HIGH if found.is_critical else SLACK_HIGH
        width = max(3, round(right) - round(left))
        return QRectF(area.left() + round(left), round(area.center().y() - high / 2), width, high)

    def _paint_step(self, painter: QPainter, area: QRectF, step: Step, found: PlannedStep) -> None:
        look, box = tokens(), self.bar(area, found)
        color = look.ink if found.is_critical else look.ink3
        if step.slow_s > step.estimate_s:
            x = area.left() + round(self.scale.place(found.slow_end, area.width()))
            middle = round(area.center().y())
            painter.fillRect(QRectF(box.right(), middle, max(1.0, x - box.right()), 1), color)
            painter.fillRect(QRectF(x, middle - 3, 1, 7), color)
        if step.kind is StepKind.GATE:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(look.surface)
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        else:
            painter.fillRect(box, color)
        if step.point_of_no_return:
            style, text = Style("bad", SMALL), _("point of no return")
            width = style.width(text) + 4
            left = box.left() - width - 4
            right = box.right() + 8
            place = QRectF(left if left > area.left() else right, area.top(), width, area.height())
            write(painter, place, text, style)


class StepTable(OrderedTable):
    """The steps, with lines from the end of each to the beginning of those that wait for it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, then the lines over the column of bars."""
        super().paintEvent(event)
        column = self.rows_model.columnCount() - 1
        delegate = self.itemDelegateForColumn(column)
        if not isinstance(delegate, PlanBarDelegate):
            return
        lines = [row for row in self.rows_model.rows if isinstance(row, Line)]
        steps: Sequence[Step] = [line.item for line in lines]
        painter = QPainter(self.viewport())
        boxes: dict[str, tuple[QRectF, PlannedStep]] = {}
        for place, step in enumerate(steps):
            area = QRectF(self.visualRect(self.rows_model.index(place, column)))
            if found := delegate.planned(step):
                boxes[step.id] = delegate.bar(area, found), found
        for key, before in waits_for(steps).items():
            for other in before:
                if key in boxes and other in boxes:
                    _connect(painter, boxes[other], boxes[key])


def _connect(
    painter: QPainter, one: tuple[QRectF, PlannedStep], other: tuple[QRectF, PlannedStep]
) -> None:
    """Draw down from the end of a bar to the row of the next, dotted along the time it waits."""
    (box, first), (target, second) = one, other
    tight = first.is_critical and second.is_critical and first.end == second.start
    color = tokens().ink if tight else tokens().ink3
    x, below = round(box.right()) - 1, target.center().y() > box.center().y()
    start = box.bottom() if below else box.top()
    waits = target.left() - x > 4
    end = target.center().y() if waits else (target.top() if below else target.bottom())
    painter.fillRect(QRectF(x, min(start, end), 1, abs(end - start)), color)
    if waits:
        pen = QPen(color, 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2, 2])
        painter.setPen(pen)
        y = round(end) + 0.5
        painter.drawLine(QPointF(x, y), QPointF(target.left(), y))


class PlanLegend(Painted):
    """What the bars mean: critical path, has slack, P90."""

    def __init__(self) -> None:
        super().__init__()
        self._names = (_("critical path"), _("has slack"), _("P90"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(", ".join(self._names))

    def sizeHint(self) -> QSize:
        """One small line, as wide as its words."""
        style = Style(size=SMALL)
        width = sum(style.width(name) + 26 + 16 for name in self._names)
        return QSize(round(width), round(line_height(style)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw samples and names."""
        painter, look, x = QPainter(self), tokens(), 0.0
        style, middle = Style("ink2", SMALL), round(self.height() / 2)
        for position, name in enumerate(self._names):
            if position == 2:
                painter.fillRect(QRectF(x, middle, 18, 1), look.ink)
                painter.fillRect(QRectF(x + 18, middle - 3, 1, 7), look.ink)
            else:
                high = (CRITICAL_HIGH, SLACK_HIGH)[position] - 2
                color = look.ink if position == 0 else look.ink3
                painter.fillRect(QRectF(x, middle - high / 2, 20, high), color)
            area = QRectF(x + 26, 0, style.width(name) + 2, self.height())
            x += 26 + write(painter, area, name, style) + 16
