"""What is wrong with steps of a runbook before anything runs, and where that is put right."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.ids import HostId
from app.domain.runbook import Step, StepKind
from app.i18n import _
from app.services.run.reach import undeclared
from ui.cells import Badge, Mark
from ui.operations.changes import ChangeView
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, column, row

_FED = frozenset({StepKind.BACKUP, StepKind.RESTORE, StepKind.RESTORE_TEST})


def is_unfed(step: Step, change: Change) -> bool:
    """Whether a step would fail because the plan names nothing to back up."""
    return step.kind in _FED and not change.backup_plan


class StepSign(QWidget):
    """Names the steps something is wrong with, and leads to where that is put right.

    ``text`` says what, with ``{steps}`` for their names; ``way`` is the link that leads there.
    """

    wanted = Signal()

    def __init__(self, sign: str, text: str, way: str) -> None:
        super().__init__()
        self._text = text
        self.words = Label(wrap=True)
        self.way = link(way)
        self.way.clicked.connect(self.wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        line = row(StateBadge(Badge(Mark.WATCH, sign)), self.words, self.way, gap=12)
        line.setStretch(1, 1)
        add_layout(layout, line)
        self.hide()

    def show_steps(self, steps: Iterable[Step], note: str = "", *, leads: bool = True) -> None:
        """Name these steps, with something more to say of them; nothing is shown without any."""
        names = ", ".join(f"“{step.title}”" for step in steps)
        self.words.setText(self._text.format(steps=names, note=note))
        self.way.setVisible(leads)
        self.setVisible(bool(names))


class RunbookSigns(QWidget):
    """Steps that would fail, and steps that touch hosts the change does not name."""

    backup_wanted = Signal()
    declared = Signal(object)  # ids of the hosts that the change shall name

    def __init__(self) -> None:
        super().__init__()
        self._locked, self._hosts = False, tuple[HostId, ...]()
        self.unfed = StepSign(
            _("Would fail"),
            _("{steps}: the plan names nothing to back up yet."),
            _("Name it on the tab Backup"),
        )
        self.strange = StepSign(
            _("Undeclared host"),
            _(
                "{steps}: this change does not name {note}. A live run writes that down as a"
                " deviation."
            ),
            _("Name it in the change"),
        )
        self.unfed.wanted.connect(self.backup_wanted)
        self.strange.wanted.connect(self._on_wanted)
        self.setLayout(column(self.unfed, self.strange, gap=8))

    def set_locked(self, locked: bool) -> None:
        """Lead nowhere while the plan may not be edited."""
        self._locked = locked

    def show_steps(self, steps: Sequence[Step], view: ChangeView) -> None:
        """Look at all steps of a runbook."""
        change, known = view.change, view.all_hosts
        self.unfed.show_steps([step for step in steps if is_unfed(step, change)])
        strange = [(step, names) for step in steps if (names := undeclared(step, change, known))]
        named = dict.fromkeys(name for _step, names in strange for name in names)
        wanted = {name.casefold() for name in named}
        self._hosts = tuple(
            host.id for host in known if {host.name.casefold(), host.address.casefold()} & wanted
        )
        leads = bool(self._hosts) and not self._locked
        self.strange.show_steps([step for step, _names in strange], ", ".join(named), leads=leads)
        self.setVisible(not (self.unfed.isHidden() and self.strange.isHidden()))

    @Slot()
    def _on_wanted(self) -> None:
        self.declared.emit(self._hosts)
