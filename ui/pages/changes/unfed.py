"""Steps that take or put back a backup, while the plan names nothing to back up."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change
from app.domain.runbook import Step, StepKind
from app.i18n import _
from ui.cells import Badge, Mark
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row

_FED = frozenset({StepKind.BACKUP, StepKind.RESTORE, StepKind.RESTORE_TEST})


def is_unfed(step: Step, change: Change) -> bool:
    """Whether a step would fail because the plan names nothing to back up."""
    return step.kind in _FED and not change.backup_plan


class Unfed(QWidget):
    """Names the steps that would fail, and leads to where that is put right."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sign = StateBadge(Badge(Mark.WATCH, _("Would fail")))
        self.words = Label(wrap=True)
        self.way = link(_("Name it on the tab Backup"))
        self.way.clicked.connect(self.wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        line = row(self.sign, self.words, self.way, gap=12)
        line.setStretch(1, 1)
        add_layout(layout, line)
        self.hide()

    def show_steps(self, steps: Sequence[Step], change: Change) -> None:
        """Say which steps would fail; nothing when none would."""
        names = [f"“{step.title}”" for step in steps if is_unfed(step, change)]
        text = _("{steps}: the plan names nothing to back up yet.")
        self.words.setText(text.format(steps=", ".join(names)))
        self.setVisible(bool(names))
