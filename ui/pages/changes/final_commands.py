"""Every command of a runbook as it will be sent, to be read before anybody approves it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.runbook import StepKind
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.run.commands import dangers, final_steps
from ui.operations.changes import ChangeView
from ui.widgets.buttons import Button, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.transcript import Said, Transcript, TranscriptLine


class FinalCommands(QWidget):
    """Folded until somebody wants to see it."""

    def __init__(self) -> None:
        super().__init__()
        self._view: ChangeView | None = None
        self.show_all = Button(_("Show"), icon="terminal", tall=Tall.COMPACT)
        self.show_all.clicked.connect(self._on_show)
        self.title = SectionTitle(_("Final commands"), end=self.show_all)
        self.text = Transcript()
        self.text.setAccessibleName(_("Every command as it will be sent"))
        self.text.setFixedHeight(240)
        self.text.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.text)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._view = view
        steps = view.change.runbook.steps
        commands = [step for step in steps if step.kind is StepKind.COMMAND]
        n, harm = len(commands), sum(bool(dangers(step.command)) for step in commands)
        note = ngettext("{n} command", "{n} commands", n).format(n=n)
        if harm:
            note += _(", {n} of them destructive").format(n=harm)
        self.title.set_note(note)
        self.setVisible(bool(commands))
        if self.text.isVisibleTo(self):
            self.text.set_lines(self._lines())

    @Slot()
    def _on_show(self) -> None:
        shown = not self.text.isVisibleTo(self)
        self.show_all.setText(_("Hide") if shown else _("Show"))
        if shown:
            self.text.set_lines(self._lines())
        self.text.setVisible(shown)

    def _lines(self) -> list[TranscriptLine]:
        view = self._view
        if view is None:
            return []
        try:
            steps = final_steps(view.change, view.all_hosts)
        except InvalidInput as error:
            return [TranscriptLine(f"{error.text} {error.hint}", "", Said.ERROR)]
        lines: list[TranscriptLine] = []
        for number, step in enumerate(steps, start=1):
            if step.kind is not StepKind.COMMAND:
                continue
            where = view.host_name(step.host) or _("no host")
            head = f"{number}  {step.title}, {where}"
            lines.append(TranscriptLine(head, "", Said.NOTE))
            lines += [TranscriptLine(f"$ {t}", "", Said.COMMAND) for t in step.command.splitlines()]
            lines += [TranscriptLine(what, "", Said.ERROR) for what in dangers(step.command)]
        return lines
