"""Capacity: up to which rate answers come in time, before and after."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.loadtest import LoadPoint
from app.i18n import _
from app.wording import count, number, percent
from ui.cells import Badge, Cell, Column, Group, Mark, Words
from ui.models.rows import RowsModel
from ui.operations.loadtests import LoadTestsView
from ui.operations.plot_panel import PlotPanel
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, column, panel, split
from ui.widgets.table import Rows, Table


class _Row:
    """What was seen at one rate on one side."""

    def __init__(self, side: str, point: LoadPoint, in_time: bool | None) -> None:
        self.side, self.point, self.in_time = side, point, in_time
        self.id = f"{side}{point.rate_per_s!r}"


class CapacityPanel(QWidget):
    """The sentence, the chart, and every rate that was seen."""

    failed = Signal(object)  # AppError

    def __init__(self) -> None:
        super().__init__()
        self.sentence = Label("", weight=600, wrap=True)
        self.chart = PlotPanel(_("95th percentile over rate, all requests"))
        self.chart.failed.connect(self.failed)
        self.table = Table(RowsModel(_COLUMNS), rows=Rows.NORMAL, name="loadrates", margin=MARGIN)
        left = panel(column(self.chart, margins=(MARGIN, 16, MARGIN, 16)))
        both = split(left, self.table, sizes=(720, 520), name="capacity")
        self._both = both
        words = panel(column(self.sentence, margins=(MARGIN, 16, MARGIN, 12)))
        layout = column(words, both, gap=0)
        layout.setStretch(1, 1)
        layout.addStretch(0)
        self.setLayout(layout)

    def show_view(self, view: LoadTestsView) -> None:
        """Show a change."""
        self._both.setVisible(view.verdict is not None)
        if view.verdict is None:
            self.sentence.setText(_("Rates are compared once both sides have a run."))
            return
        no_target = _(
            "Name a target for the 95th percentile among the terms to learn the capacity."
        )
        self.sentence.setText(view.capacity or no_target)
        self.chart.show_plot(view.rate, _("Rates that were served, of the last run of each side."))
        found, goal = view.verdict.found, view.terms.p95_target_ms
        rows: list[_Row | Group] = []
        for side, runs in ((_("Before"), found.before), (_("After"), found.after)):
            rows.append(Group(side, runs[-1].name))
            rows += [
                _Row(side, point, None if goal is None else _in_time(point, goal, view))
                for point in runs[-1].points
            ]
        self.table.set_rows(rows)


def _in_time(point: LoadPoint, target_ms: float, view: LoadTestsView) -> bool:
    return point.p95_ms <= target_ms and point.error_share <= view.terms.most_errors


def _state(row: _Row) -> Cell:
    if row.in_time is None:
        return Cell((Words("–", "ink3"),))
    mark = Badge(Mark.GOOD, _("in time")) if row.in_time else Badge(Mark.BAD, _("too slow"))
    return Cell((mark,))


_COLUMNS = (
    Column[_Row](
        _("Rate"), lambda row: number(row.point.rate_per_s, "1/s", 3), width=104, right=True
    ),
    Column[_Row](
        _("95th percentile"), lambda row: number(row.point.p95_ms, "ms", 3), width=120, right=True
    ),
    Column[_Row](_("Failed"), lambda row: percent(row.point.error_share), width=80, right=True),
    Column[_Row](_("Samples"), lambda row: count(row.point.samples), width=88, right=True),
    Column[_Row]("", lambda row: "", cell=_state),
)
