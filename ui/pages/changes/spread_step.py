"""Repeat a command on every host of the change: which step, and in which batches."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.fanout import NotAPlan, read_batches
from app.domain.host import Host
from app.domain.runbook import Step, StepKind
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.fanout.spreading import spread
from ui.widgets.buttons import Button
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, Form, LineField
from ui.widgets.layout import column, row

_USUAL = "1, 10%, 50%, rest"
_FEWEST = 2


class SpreadStep(QWidget):
    """Offers it where there is a command and more than one host; gives the new steps back."""

    spread = Signal(object)  # tuple of steps

    def __init__(self) -> None:
        super().__init__()
        self._steps: Sequence[Step] = ()
        self._hosts: Sequence[Host] = ()
        self._locked = False
        self._step = ChoiceField(_("Command"))
        self._batches = LineField(
            _("Batches"),
            _("Numbers or percents of the hosts; a failure stops before the next batch."),
        )
        self._batches.set_value(_USUAL)
        self._go = Button("", icon="layers")
        self._go.clicked.connect(self._on_go)
        fields = Form(2)
        fields.add("step", self._step)
        fields.add("batches", self._batches)
        title = SectionTitle(_("Repeat on every host"))
        self.setLayout(column(title, fields, row(None, self._go), gap=8))

    def set_locked(self, locked: bool) -> None:
        """Offer it only while the runbook may be edited."""
        self._locked = locked
        self._show()

    def show_steps(self, steps: Sequence[Step], hosts: Sequence[Host]) -> None:
        """Show what can be repeated."""
        self._steps, self._hosts = steps, hosts
        commands = self._commands
        chosen = self._step.value
        self._step.set_options([(step.id, step.title or _("untitled")) for step in commands])
        if chosen in {step.id for step in commands}:
            self._step.set_value(chosen)
        n = len(hosts)
        self._go.setText(ngettext("Repeat on {n} host", "Repeat on {n} hosts", n).format(n=n))
        self._show()

    @property
    def _commands(self) -> list[Step]:
        return [step for step in self._steps if step.kind is StepKind.COMMAND]

    def _show(self) -> None:
        enough = bool(self._commands) and len(self._hosts) >= _FEWEST
        self.setVisible(enough and not self._locked)

    @Slot()
    def _on_go(self) -> None:
        self._batches.set_error("")
        try:
            batches = read_batches(self._batches.value)
            made = spread(self._steps, self._step.value, self._hosts, batches)
        except NotAPlan as error:
            self._batches.set_error(
                _("“{entry}” is neither a number nor a percentage.").format(entry=error.entry)
            )
        except InvalidInput as error:
            self._batches.set_error(error.text)
        else:
            self.spread.emit(made)
