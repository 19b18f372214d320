"""What was chosen and what it risks, above the runbook; read only, for wide windows."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.need import Impact
from app.domain.risk import RiskAssessment
from app.i18n import _, ngettext
from ui.cells import Column
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.pages.changes.options import figure_columns, option_cell, risk_cell
from ui.pages.changes.records import Line as Record
from ui.theme import BOLD
from ui.widgets.buttons import link
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import Line, clear, column, row
from ui.widgets.risk_badge import RiskBadge
from ui.widgets.risk_matrix import RiskMatrix
from ui.widgets.table import Rows, Table

WIDE = 960
"""From this width on it is shown."""
_MOST = 5
_CONTROLS = 3


class PlanSummary(QWidget):
    """Options and risk as they stand; a click leads to the part where they are edited."""

    options_wanted = Signal()
    risk_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        edit_options, edit_risk = link(_("Compare")), link(_("Judge"))
        self.options_title = SectionTitle(_("Options"), end=edit_options)
        self._currency = Impact().currency
        self.options = Table(
            RowsModel(self._columns()), rows=Rows.STEP, row_id=lambda line: line.id
        )
        self.options.setAccessibleName(_("Options"))
        self.risk_title = SectionTitle(_("Risk"), "NIST SP 800-30", end=edit_risk)
        self.matrix = RiskMatrix()
        self.inherent, self.residual = RiskBadge(), RiskBadge()
        self._controls = column(gap=4)
        left = column(self.options_title, self.options, None)
        right = column(
            self.risk_title, row(self.matrix, column(self._scores(), 8, self._controls, None),
                                 gap=16), None,
        )  # fmt: skip
        sides = row(left, Line(Qt.Orientation.Vertical), right, gap=24)
        sides.setStretch(0, 3)
        sides.setStretch(2, 2)
        self._inside = QWidget()
        self._inside.setLayout(sides)
        outer = column(self._inside, gap=0)
        self.setLayout(outer)
        edit_options.clicked.connect(self.options_wanted)
        edit_risk.clicked.connect(self.risk_wanted)
        self.options.opened.connect(self._on_opened)

    def _scores(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        for line, (name, badge) in enumerate(
            ((_("Inherent"), self.inherent), (_("Residual"), self.residual))
        ):
            grid.addWidget(Label(name), line, 0)
            grid.addWidget(badge, line, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        return holder

    def _columns(self) -> tuple[Column[Record], ...]:
        return (
            Column[Record](_("Option"), lambda line: line.item.title, cell=option_cell),
            *figure_columns(lambda: self._currency, width=130),
            Column[Record](_("Risk left"), lambda line: line.item.risk, cell=risk_cell, width=110),
        )

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        options = view.change.options
        self._currency = view.change.impact.currency
        n = len(options)
        note = ngettext("{n} compared", "{n} compared", n).format(n=n) if n else _("none compared")
        if n > _MOST:
            note += ", " + _("{n} shown").format(n=_MOST)
        self.options_title.set_note(note)
        ranked = sorted(options, key=lambda option: not option.chosen)[:_MOST]
        self.options.set_rows([Record(place, option) for place, option in enumerate(ranked)])
        self.options.fit_height()
        self.options.setVisible(bool(options))
        risk = view.change.risk
        self.matrix.set_scores(risk.inherent if risk else None, risk.residual if risk else None)
        self.inherent.set_risk(risk.level if risk else None)
        self.residual.set_risk(risk.residual_level if risk else None)
        self._show_controls(risk)

    def _show_controls(self, risk: RiskAssessment | None) -> None:
        clear(self._controls)
        controls = risk.controls if risk else ()
        n = len(controls)
        title = ngettext("{n} control", "{n} controls", n).format(n=n) if n else _("No control")
        self._controls.addWidget(Label(title, weight=BOLD))
        for control in controls[:_CONTROLS]:
            self._controls.addWidget(Label(control.text, tone="ink2", wrap=True))
        if n > _CONTROLS:
            more = _("and {n} more").format(n=n - _CONTROLS)
            self._controls.addWidget(Label(more, tone="ink2"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave narrow windows to the runbook."""
        self._inside.setVisible(event.size().width() >= WIDE)
        super().resizeEvent(event)

    @Slot()
    def _on_opened(self) -> None:
        self.options_wanted.emit()
