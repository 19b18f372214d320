"""Work on many hosts as it goes on: how many stand where, each host, and what can be decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.fanout import Cause, FanOut, HostPart, Part
from app.domain.ids import HostId
from app.i18n import _
from ui.cells import Badge, Column, Mark, cell
from ui.format import visible
from ui.widgets.badges import StateBadge
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button, Kind
from ui.widgets.labels import Label, panel_title
from ui.widgets.layout import MARGIN, column, panel, row
from ui.widgets.table import Table

if TYPE_CHECKING:
    from ui.models.rows import RowsModel

PARTS = {
    Part.WAITING: Badge(Mark.LATER, _("Waiting")),
    Part.GOING: Badge(Mark.RUNNING, _("Going on")),
    Part.DONE: Badge(Mark.GOOD, _("Done")),
    Part.FAILED: Badge(Mark.BAD, _("Failed")),
    Part.UNREACHABLE: Badge(Mark.BAD, _("Not reached")),
    Part.UNKNOWN: Badge(Mark.UNKNOWN, _("Unknown")),
    Part.STOPPED: Badge(Mark.STOPPED, _("Stopped")),
    Part.LEFT_OUT: Badge(Mark.STOPPED, _("Left out")),
}
CAUSES = {
    Cause.FAIL_BATCH: _("too many of this batch failed"),
    Cause.FAIL_TOTAL: _("too many failed"),
    Cause.UNREACHABLE_BATCH: _("too many of this batch were not reached"),
    Cause.UNREACHABLE_TOTAL: _("too many were not reached"),
}
_BATCH = 1
"""The column of the batch, which says nothing where there is only one."""
_RETRIED = (Part.FAILED, Part.UNREACHABLE, Part.STOPPED)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One host in the table; ``badge`` says more than that it is done, where more is known."""

    part: HostPart
    name: str
    badge: Badge

    @property
    def id(self) -> str:
        """The host's id."""
        return self.part.host


COLUMNS = (
    Column[PartRow](_("Host"), lambda row: row.name, lambda row: row.name, width=200),
    Column[PartRow](_("Batch"), lambda row: str(row.part.batch + 1), width=60, right=True),
    Column[PartRow](
        _("State"), lambda row: row.badge.word, cell=lambda row: cell(row.badge), width=130
    ),
    Column[PartRow](_("What came of it"), lambda row: visible(row.part.text), tone="ink2"),
)


class FanOutPanel(QWidget):
    """Shows a fan-out in a model over `COLUMNS`; its signals say what a person decides."""

    stopped = Signal()
    gone_on = Signal()
    retried = Signal()
    closed = Signal()

    def __init__(self, model: "RowsModel[PartRow]") -> None:
        super().__init__()
        self._names: Mapping[HostId, str] = {}
        self._title, self._state, self._counts = panel_title(), StateBadge(), Label("", tone="ink2")
        self._stop, self._go_on = Button(_("Stop"), icon="x"), Button(_("Go on with the rest"))
        self._retry, self._close = Button(_("Retry failed"), icon="refresh"), Button(_("Close"))
        self._stop.clicked.connect(self.stopped)
        self._go_on.clicked.connect(self.gone_on)
        self._retry.clicked.connect(self.retried)
        self._close.clicked.connect(self.closed)
        self.table = Table(model, name="fan-out", margin=MARGIN)
        buttons = row(self._stop, self._retry, self._go_on, self._close)
        says = panel(row(self._title, self._state, gap=16))
        head = Beside(says, panel(row(None, buttons)), gap=16)
        words = panel(column(head, self._counts, gap=4, margins=(MARGIN, 16, MARGIN, 12)))
        outer = column(words, self.table, gap=0)
        outer.setStretch(1, 1)
        self.setLayout(outer)

    def begin(self, title: str, names: Mapping[HostId, str]) -> None:
        """Show another fan-out, over these hosts."""
        self._title.setText(title)
        self._names = names
        self.table.set_rows([])

    def show_now(
        self, now: FanOut, *, going: bool, badges: Mapping[HostId, Badge] | None = None
    ) -> None:
        """Show how all hosts stand; ``badges`` replace the word of hosts that are done."""
        known = badges or {}
        self.table.update_rows(
            [
                PartRow(
                    part,
                    self._names.get(part.host, part.host),
                    known.get(part.host, PARTS[part.state])
                    if part.state is Part.DONE
                    else PARTS[part.state],
                )
                for part in now.parts
            ]
        )
        self.table.setColumnHidden(_BATCH, now.batches < 2)
        self._state.set_badge(_standing(now, going=going))
        self._counts.setText(_sentence(now))
        waits = now.count(Part.WAITING) > 0
        self._stop.setVisible(going)
        self._go_on.setVisible(not going and waits)
        self._retry.setVisible(not going and any(now.count(state) for state in _RETRIED))
        self._close.setVisible(not going)
        self._go_on.set_kind(Kind.DANGER if now.causes else Kind.PRIMARY)


def _standing(now: FanOut, *, going: bool) -> Badge:
    if going:
        return Badge(Mark.RUNNING, _("Going on"))
    if now.is_paused:
        why = ", ".join(CAUSES[cause] for cause in now.causes)
        return Badge(Mark.HELD, _("Paused: {why}").format(why=why))
    if not now.is_over:
        return Badge(Mark.HELD, _("Stopped"))
    return Badge(Mark.GOOD, _("All done")) if now.succeeded else Badge(Mark.BAD, _("Not all done"))


def _sentence(now: FanOut) -> str:
    parts = [
        _("{done} of {all} done").format(done=now.count(Part.DONE), all=len(now.parts)),
        *(
            f"{now.count(state)} {PARTS[state].word.lower()}"
            for state in Part
            if state is not Part.DONE and now.count(state)
        ),
    ]
    if now.batches > 1:
        n = now.batches
        batch = min(now.batch + 1, n)
        words = _("batch {k} of {n}").format(k=batch, n=n)
        parts.append(words)
    return ", ".join(parts)
