"""What a person must decide now: a gate, a manual step, a failure, an unknown outcome."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.run import Run, RunState, StepRun, StepState
from app.domain.runbook import StepKind
from app.i18n import _
from ui.cells import Badge, Mark
from ui.format import visible
from ui.theme import BOLD
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import card, clear, column, row

_BACKING_OUT = ("backing out",)
"""Shown while the reason for backing out is being typed; steps that go on do not wipe it away."""


class DecisionPanel(QWidget):
    """Shows one question at a time; its signals say what was answered."""

    gate_answered = Signal(str)  # what was typed
    confirmed = Signal(str)  # the note
    skipped = Signal(str)  # the reason
    repeated = Signal()
    resumed = Signal()
    backed_out = Signal(str)  # the reason
    left = Signal()  # the question of backing out was left

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 16, 16, 16)
        self._layout.setSpacing(12)
        self._note: LineField | None = None
        self._typed: TypedConfirmation | None = None
        self._shown: tuple[object, ...] = ()

    def show_run(self, run: Run | None) -> None:
        """Show the question the run waits with; keeps what is being typed while it stays."""
        step = run.current if run else None
        shown = (run and run.state, step and step.step.id, step and step.state)
        asked = self._shown == _BACKING_OUT and run and not run.is_over and not run.backout_at
        if shown == self._shown or asked:
            return
        self._shown = shown
        clear(self._layout)
        self._note = self._typed = None
        if run is None or run.is_over or step is None:
            self.hide()
            return
        if run.state is RunState.PAUSED:
            self._ask_paused()
        elif run.state is RunState.WAITING:
            self._ask(step)
        self.setVisible(run.state in (RunState.PAUSED, RunState.WAITING))

    def ask_back_out(self, host: str) -> None:
        """Ask for the reason and the typed consequence of backing out."""
        clear(self._layout)
        self._shown = _BACKING_OUT
        self._note = LineField(_("Why"), _("Goes into the log and on page 1 of the report."))
        consequence = Consequence(
            _("Back out of this change"),
            _("The steps of the way back are run now; the backup is put back where they say so."),
            lost=_("What was written since the backup is not in it"),
            kept=_("The present files stay beside the restored ones."),
        )
        leave = Button(_("Cancel"))
        leave.clicked.connect(self._on_leave)
        self._typed = TypedConfirmation(
            consequence, f"BACK OUT {host}".strip(), _("Back out"), others=(leave,)
        )
        self._typed.confirmed.connect(self._on_back_out)
        self._layout.addWidget(self._note)
        self._layout.addWidget(self._typed)
        self.show()
        self._note.setFocus()

    def _ask_paused(self) -> None:
        go_on = Button(_("Go on"), Kind.PRIMARY, icon="play")
        go_on.clicked.connect(self.resumed)
        heading = row(StateBadge(Badge(Mark.HELD, _("Paused"))), None, go_on)
        self._layout.addWidget(card(column(heading, margins=(14, 12, 14, 12))))

    def _ask(self, step: StepRun) -> None:
        if step.step.kind is StepKind.GATE and step.state is StepState.WAITING:
            self._ask_gate(step)
        elif step.state is StepState.WAITING:
            self._ask_manual(step)
        else:
            self._ask_trouble(step)

    def _ask_gate(self, step: StepRun) -> None:
        consequence = Consequence(
            step.step.title,
            step.step.instructions or _("After “go” the next steps are sent to the hosts."),
            lost=_("Point of no return") if step.step.point_of_no_return else "",
        )
        self._typed = TypedConfirmation(consequence, step.step.answer, _("Go"), kind=Kind.PRIMARY)
        self._typed.set_note(_("Answered by you, and logged."))
        self._typed.confirmed.connect(self._on_gate)
        self._layout.addWidget(self._typed)

    def _ask_manual(self, step: StepRun) -> None:
        self._note = LineField(_("What you saw"), _("Kept with the step."))
        done = Button(_("Done"), Kind.PRIMARY, icon="check")
        done.clicked.connect(self._on_done)
        self._layout.addWidget(
            card(
                column(
                    Label(step.step.title, weight=BOLD, wrap=True),
                    Label(step.step.instructions, tone="ink2", wrap=True),
                    self._note,
                    row(None, self._skip_button(), done),
                    gap=10,
                    margins=(14, 12, 14, 12),
                )
            )
        )

    def _ask_trouble(self, step: StepRun) -> None:
        unknown = step.state is StepState.UNKNOWN
        words = _("Outcome unknown") if unknown else _("Did not succeed")
        badge = StateBadge(Badge(Mark.UNKNOWN if unknown else Mark.BAD, words))
        advice = (
            _("Look on the host first: the command may have run. Nothing is sent again by itself.")
            if unknown
            else _("Nothing else was sent. Decide how to go on.")
        )
        again = Button(_("Send again"), icon="refresh")
        if unknown and not step.step.idempotent:
            again.block(_("Twice may do harm"))
        again.clicked.connect(self.repeated)
        done = Button(_("It was done"), icon="check")
        done.clicked.connect(self._on_done)
        self._note = LineField(_("How you know, or why"), _("Needed to skip; kept with the step."))
        self._layout.addWidget(
            card(
                column(
                    row(badge, None),
                    Label(step.step.title, weight=BOLD, wrap=True),
                    Label(visible(step.outcome), wrap=True).make_selectable(),
                    Label(advice, tone="ink2", wrap=True),
                    self._note,
                    row(None, self._skip_button(), done, again),
                    gap=8,
                    margins=(14, 12, 14, 12),
                )
            )
        )

    def _skip_button(self) -> Button:
        skip = Button(_("Skip"))
        skip.clicked.connect(self._on_skip)
        return skip

    @Slot()
    def _on_gate(self) -> None:
        if self._typed:
            self.gate_answered.emit(self._typed.field.text())

    @Slot()
    def _on_done(self) -> None:
        self.confirmed.emit(self._note.value if self._note else "")

    @Slot()
    def _on_skip(self) -> None:
        if self._note and not self._note.value:
            self._note.set_error(_("A skipped step needs a reason."))
        elif self._note:
            self.skipped.emit(self._note.value)

    @Slot()
    def _on_leave(self) -> None:
        self._shown = ()
        self.left.emit()

    @Slot()
    def _on_back_out(self) -> None:
        if self._note and not self._note.value:
            self._note.set_error(_("Backing out needs a reason."))
        elif self._note:
            self.backed_out.emit(self._note.value)
