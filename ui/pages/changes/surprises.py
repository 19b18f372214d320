"""The last rehearsal beside the live run, the greatest surprise first."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.run import Run
from app.i18n import _
from app.services.run.rehearsals import StepDifference, compare, newest_rehearsal
from app.wording import NONE, clock_duration, moment
from ui.cells import Cell, Column, Words
from ui.models.rows import RowsModel
from ui.operations.changes import ChangeView
from ui.widgets.facts import SectionTitle
from ui.widgets.table import Rows, Table

_NOTABLE = 0.4
"""From this surprise on (half as long again) a difference is coloured."""


class Surprises(QWidget):
    """Hidden unless a live run with a rehearsal before it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.title = SectionTitle(_("Rehearsal beside live"))
        self.table = Table(RowsModel(_columns()), rows=Rows.COMPACT, row_id=lambda row: row.step)
        self.table.setAccessibleName(_("Rehearsal beside live"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.table)
        self.hide()

    def show_run(self, run: Run | None, view: ChangeView) -> None:
        """Compare a run with the last rehearsal before it."""
        rehearsal = newest_rehearsal(view.runs, run) if run and run.is_live else None
        self.setVisible(rehearsal is not None)
        if run is None or rehearsal is None:
            return
        at = moment(rehearsal.started_at, view.zone)
        note = _("rehearsed {moment}; the greatest surprise first").format(moment=at)
        self.title.set_note(note)
        self.table.set_rows(compare(rehearsal, run))
        self.table.fit_height()


def _time(value: float | None) -> str:
    return NONE if value is None else clock_duration(value)


def _differs(row: StepDifference) -> str:
    if row.walked:
        return _("walked through")
    if row.rehearsed_s is None or row.live_s is None:
        return NONE
    return clock_duration(row.live_s - row.rehearsed_s, signed=True)


def _differs_cell(row: StepDifference) -> Cell:
    notable = row.surprise is not None and row.surprise >= _NOTABLE
    return Cell((Words(_differs(row), "watch" if notable else "ink2"),), right=True)


def _columns() -> tuple[Column[StepDifference], ...]:
    return (
        Column[StepDifference](_("Step"), lambda row: row.title),
        Column[StepDifference](_("Plan"), lambda row: _time(row.planned_s), width=76, right=True,
                               tone="ink2"),
        Column[StepDifference](_("Rehearsal"), lambda row: _time(row.rehearsed_s), width=84,
                               right=True, tone="ink2"),
        Column[StepDifference](_("Live"), lambda row: _time(row.live_s), width=76, right=True),
        Column[StepDifference](_("Differs"), _differs, cell=_differs_cell, width=120, right=True),
    )  # fmt: skip
