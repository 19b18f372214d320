"""Every run that was kept, the withdrawn ones struck through; a wrong one is withdrawn here."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.loadtest import LoadRun
from app.domain.metric import WindowName
from app.i18n import _
from app.services.loadtests.capacities import run_capacity
from app.wording import count, moment, number, percent
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.models.rows import RowsModel
from ui.operations.loadtests import LoadTestsView
from ui.widgets.buttons import Button, Kind, WithReason
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import MARGIN, column, row
from ui.widgets.table import Rows, Table

_WIDTH = 720


class RunsPanel(QWidget):
    """Lists the runs of a change."""

    withdrawn = Signal(object, str)  # LoadRun, the reason

    def __init__(self) -> None:
        super().__init__()
        self._view: LoadTestsView | None = None
        self.table = Table(
            RowsModel(self._columns()), rows=Rows.VERDICT, name="loadruns", margin=MARGIN
        )
        self.table.setAccessibleName(_("Runs"))
        self.table.picked.connect(self._on_picked)
        self._told = Label("", tone="ink2", wrap=True)
        self.reason = LineField(
            _("Why this run is withdrawn"), _("It stays in the record, and counts no longer.")
        )
        self.reason.setMaximumWidth(_WIDTH)
        self.reason.edited.connect(self._settle)
        self.withdraw = Button(_("Withdraw this run"), Kind.DANGER, icon="ban")
        self.withdraw.clicked.connect(self._on_withdraw)
        button = WithReason(self.withdraw, align=Qt.AlignmentFlag.AlignLeft)
        foot = column(
            self._told, self.reason, row(button, None), gap=12,
            margins=(MARGIN, 16, MARGIN, 20),
        )  # fmt: skip
        layout = column(self.table, foot, gap=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def show_view(self, view: LoadTestsView) -> None:
        """Show the runs of a change."""
        self._view = view
        self.table.set_rows(list(view.runs))
        self.table.select_first()
        self._on_picked(self.table.current)

    def _columns(self) -> tuple[Column[LoadRun], ...]:
        return (
            Column[LoadRun](
                _("Run"),
                lambda run: f"{run.name}, {_state(run).word}",
                cell=lambda run: Cell(
                    (_struck(run, run.name, weight=500),), (_state(run), Words(run.source, "ink2"))
                ),
            ),
            Column[LoadRun](_("Side"), _side, cell=lambda run: _plain(run, _side(run)), width=84),
            Column[LoadRun](
                _("Kept"), self._kept, cell=lambda run: _plain(run, self._kept(run)), width=230
            ),
            self._figure(_("Samples"), lambda run: count(run.summary.total.samples), 92),
            self._figure(_("Failed"), lambda run: percent(run.summary.total.error_share), 76),
            self._figure(
                _("95th percentile"), lambda run: number(run.summary.total.p95_ms, "ms"), 116
            ),
            self._figure(_("Highest rate in time"), self._capacity, 148),
        )

    @staticmethod
    def _figure(header: str, text: Callable[[LoadRun], str], width: int) -> Column[LoadRun]:
        return Column[LoadRun](
            header, text, cell=lambda run: _plain(run, text(run), right=True), width=width,
            right=True,
        )  # fmt: skip

    def _kept(self, run: LoadRun) -> str:
        return moment(run.kept_at, self._view.zone if self._view else "UTC")

    def _capacity(self, run: LoadRun) -> str:
        view = self._view
        if view is None or view.verdict is None or not run.counts:
            return number(None)
        compared = (*view.verdict.found.before, *view.verdict.found.after)
        facts = next((each for each in compared if each.sha256 == run.sha256), None)
        found = run_capacity(facts, view.terms) if facts else None
        if found is None:
            return number(None)
        if found.rate_per_s is None:
            return _("none")
        rate = number(found.rate_per_s, "1/s")
        return rate if found.is_reached else f"≥ {rate}"

    @Slot(object)
    def _on_picked(self, run: LoadRun | None) -> None:
        self.reason.set_value("")
        told = ""
        if run is not None and run.withdrawn is not None and self._view is not None:
            text = _("{name} was withdrawn by {by} on {at}: {reason}")
            told = text.format(
                name=run.name, by=run.withdrawn.by,
                at=moment(run.withdrawn.at, self._view.zone), reason=run.withdrawn.reason,
            )  # fmt: skip
        self._told.setText(told)
        self._told.setVisible(bool(told))
        self._settle()

    @Slot()
    def _settle(self) -> None:
        run, view = self.table.current, self._view
        can = run is not None and run.counts and view is not None and view.change.state.is_open
        self.reason.setVisible(can)
        if run is None:
            why = _("No run was kept yet.")
        elif not run.counts:
            why = _("It was withdrawn already.")
        elif not can:
            why = _("The change is closed.")
        else:
            why = "" if self.reason.value else _("Say why.")
        self.withdraw.block(why)

    @Slot()
    def _on_withdraw(self) -> None:
        if self.table.current is not None:
            self.withdraw.block(_("The run is being withdrawn, the others are judged again."))
            self.withdrawn.emit(self.table.current, self.reason.value)


def _state(run: LoadRun) -> Badge:
    if run.counts:
        return Badge(Mark.GOOD, _("counts"))
    return Badge(Mark.STOPPED, _("withdrawn"))


def _side(run: LoadRun) -> str:
    return _("before") if run.side is WindowName.BEFORE else _("after")


def _struck(run: LoadRun, text: str, *, weight: int = 400) -> Words:
    return Words(text, "ink" if run.counts else "ink3", weight, struck=not run.counts)


def _plain(run: LoadRun, text: str, *, right: bool = False) -> Cell:
    return Cell((_struck(run, text),), right=right)
