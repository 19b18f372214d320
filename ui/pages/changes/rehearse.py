"""The beginning of a rehearsal: which host stands in for which, or that steps are only walked."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.ids import HostId
from app.domain.run import RunMode
from app.domain.runbook import StepKind
from app.i18n import _
from app.services.run.execution import Beginning
from ui.operations.changes import ChangeView
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import ChoiceField
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, clear, column, keep_back, row


class RehearsalForm(QWidget):
    """One choice for each host that commands go to."""

    wanted = Signal(object)  # Beginning

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.choices: dict[HostId, ChoiceField] = {}
        self.start, self.cancel = Button(""), Button("")
        keep_back(self, self.start, self.cancel)
        self.hide()

    def open(self, view: ChangeView) -> None:
        """Ask for the stand-ins of a change's hosts."""
        clear(self._layout)
        hosts = commanded(view)
        own = {*view.change.hosts, *(step.host for step in view.change.runbook.steps)}
        spare = [(str(host.id), host.name) for host in view.all_hosts if host.id not in own]
        options = [("", _("nothing: walk its steps through")), *spare]
        self.choices = {}
        form = Form(2)
        for host in hosts:
            label = _("Commands for {host} go to").format(host=view.host_name(host))
            field = self.choices[host] = ChoiceField(label, options)
            form.add(str(host), field)
        text = _(
            "No host of the change is touched; backups, checks and measures are walked through."
            " A rehearsal never counts in any figure."
        )
        self.start = Button(_("Start the rehearsal"), Kind.PRIMARY, icon="play")
        self.cancel = Button(_("Not now"))
        self.start.clicked.connect(self._on_start)
        self.cancel.clicked.connect(self.hide)
        parts = column(
            Label(_("Rehearsal"), weight=BOLD), Label(text, tone="ink2", wrap=True), form,
            row(None, self.cancel, self.start), gap=10, margins=(16, 12, 16, 12),
        )  # fmt: skip
        self._layout.addWidget(card(parts))
        self.show()
        self.start.setFocus()

    @Slot()
    def _on_start(self) -> None:
        chosen = tuple(
            (host, HostId(field.value)) for host, field in self.choices.items() if field.value
        )
        self.hide()
        self.wanted.emit(Beginning(RunMode.REHEARSAL, chosen))


def commanded(view: ChangeView) -> Sequence[HostId]:
    """Return the hosts that commands of the runbook go to, each once."""
    steps = view.change.runbook.steps
    hosts = (step.host for step in steps if step.kind is StepKind.COMMAND)
    return [host for host in dict.fromkeys(hosts) if host is not None]
