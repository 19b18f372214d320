"""What a person must decide now: a gate, a manual step, a failure, an unknown outcome."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.run import Run, RunMode, RunState, StepRun, StepState
from app.domain.runbook import Phase, StepKind
from app.i18n import _
from app.services.run.execution import needs_clearance
from app.services.run.gate_facts import gate_facts
from app.services.run.no_return import asks_first
from app.wording import clock
from ui.cells import Badge, Mark
from ui.operations import runs
from ui.operations.runs import RunView
from ui.pages.run.cards import (
    Card,
    DangerCard,
    Lacks,
    LateCard,
    ManualCard,
    NotifyCard,
    TroubleCard,
)
from ui.pages.run.fleet_card import FleetCard
from ui.pages.run.gate_card import GateCard
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, WithReason
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.fields import LineField
from ui.widgets.layout import card, clear, column, row

if TYPE_CHECKING:
    from ui.context import UiContext

_BACKING_OUT = ("backing out",)
"""Shown while the reason for backing out is being typed; steps that go on do not wipe it away."""


class DecisionPanel(QWidget):
    """Shows one question at a time and says what was decided."""

    decided = Signal(object)  # makes a verb from the run and the step that waits
    backed_out = Signal(str)  # the reason
    back_out_wanted = Signal()
    left = Signal()  # the question of backing out was left
    proof_chosen = Signal(object)  # Path
    mail_wanted = Signal()

    def __init__(self, context: "UiContext") -> None:
        super().__init__()
        self._context = context
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 16, 16, 16)
        self._layout.setSpacing(12)
        self._note: LineField | None = None
        self._typed: TypedConfirmation | None = None
        self._gate: GateCard | None = None
        self._shown: tuple[object, ...] = ()

    def show_view(self, view: RunView | None, now: datetime, *, playing: bool) -> None:
        """Show the question the run waits with; keeps what is being typed while it stays."""
        run = view.run if view else None
        step = run.current if run else None
        idle = run is not None and _goes(run) and not playing
        shown = _key(run, step, view, now, idle=idle)
        asked = self._shown == _BACKING_OUT and run and not run.is_over and not run.backout_at
        if asked:
            return
        if shown != self._shown:
            self._shown = shown
            self._clear()
            if view is not None and run is not None and step is not None and not run.is_over:
                self._ask_for(view, run, step, idle=idle, now=now)
            self.setVisible(self._layout.count() > 0)
        if self._gate is not None and view is not None and run is not None:
            self._gate.facts.set_facts(gate_facts(view.situation(run, now)))

    def ask_back_out(self, host: str) -> None:
        """Ask for the reason and the typed consequence of backing out."""
        self._clear()
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

    def _clear(self) -> None:
        clear(self._layout)
        self._note = self._typed = self._gate = None

    def _ask_for(
        self, view: RunView, run: Run, step: StepRun, *, idle: bool, now: datetime
    ) -> None:
        backs_out = run.backout_at is None and bool(_way_back(run))
        stands = idle or run.state is RunState.WAITING
        if run.state is RunState.PAUSED or (stands and not _asks(step)):
            self._ask_paused(view.not_runner, run)
        elif step.state.is_trouble and step.step.fleet is not None:
            self._ask_card(FleetCard(run, step, backs_out=backs_out), view)
        elif step.state.is_trouble:
            self._ask_card(TroubleCard(step, backs_out=backs_out), view)
        elif step.state is not StepState.WAITING:
            return
        elif step.step.kind is StepKind.GATE:
            self._ask_gate(view, step, late=_is_late(view, run, now), backs_out=backs_out)
        elif view.deadline is not None and _asks_late(view, run, step, now):
            was = clock(view.deadline, view.zone)
            self._ask_card(LateCard(step, was, backs_out=backs_out), view)
        elif needs_clearance(step) and _is_sent(run, step):
            host = view.host_names.get(str(run.host_for(step.step.host)), "")
            asked = DangerCard(step, f"RUN {host}".strip(), host)
            self._ask_card(asked, view)
            self._typed = asked.typed
        elif step.step.kind is StepKind.NOTIFY:
            self._ask_card(NotifyCard(step), view)
        else:
            self._ask_card(ManualCard(self._context, step), view)

    def _ask_paused(self, not_runner: str, run: Run) -> None:
        go_on = Button(_("Go on"), Kind.PRIMARY, icon="play")
        go_on.block(not_runner)
        go_on.clicked.connect(self._on_resumed)
        words = _("Stands still: nothing is being sent")
        if run.state is RunState.PAUSED:
            going = any(item.state is StepState.SENT for item in run.active)
            words = _("Paused; what was sent goes on to its end") if going else _("Paused")
        heading = row(StateBadge(Badge(Mark.HELD, words)), None, WithReason(go_on))
        self._layout.addWidget(card(column(heading, margins=(14, 12, 14, 12))))

    def _ask_gate(self, view: RunView, step: StepRun, *, late: bool, backs_out: bool) -> None:
        actor = self._context.services.actor
        why_not = ""
        if step.step.approver and actor != step.step.approver:
            why_not = _("Only {name} answers this gate.").format(name=step.step.approver)
        elif step.step.by_another and actor == view.change.implementer:
            why_not = _("Who implements the change cannot answer this gate.")
        gate = GateCard(step, why_not, late=late, backs_out=backs_out, not_runner=view.not_runner)
        gate.show_until(step, view.zone, _("Answered as {name}.").format(name=actor))
        gate.answered.connect(self._on_answered)
        gate.no_go.connect(self.back_out_wanted)
        self._gate, self._typed = gate, gate.typed
        self._layout.addWidget(gate)

    def _ask_card(self, asked: Card, view: RunView) -> None:
        asked.hold(Lacks(view.not_owner, view.not_runner))
        asked.confirmed.connect(self._on_confirmed)
        asked.skipped.connect(self._on_skipped)
        asked.repeated.connect(self._on_repeated)
        asked.looked.connect(self._on_looked)
        asked.cleared.connect(self._on_cleared)
        asked.decided.connect(self.decided)
        asked.passed.connect(self._on_passed)
        asked.backing_out.connect(self.back_out_wanted)
        asked.proof_chosen.connect(self.proof_chosen)
        asked.mail_wanted.connect(self.mail_wanted)
        self._note = asked.note
        self._layout.addWidget(asked)

    @Slot(str, str)
    def _on_answered(self, typed: str, late_reason: str) -> None:
        self.decided.emit(partial(runs.answer_gate, typed=typed, late_reason=late_reason))

    @Slot(str)
    def _on_confirmed(self, note: str) -> None:
        self.decided.emit(partial(runs.confirm, note=note))

    @Slot(str)
    def _on_skipped(self, reason: str) -> None:
        self.decided.emit(partial(runs.skip, reason=reason))

    @Slot(str)
    def _on_cleared(self, typed: str) -> None:
        self.decided.emit(partial(runs.clear_command, typed=typed))

    @Slot(str)
    def _on_passed(self, reason: str) -> None:
        self.decided.emit(partial(runs.pass_deadline, reason=reason))

    @Slot()
    def _on_repeated(self) -> None:
        self.decided.emit(runs.repeat)

    @Slot()
    def _on_looked(self) -> None:
        self.decided.emit(runs.look_again)

    @Slot()
    def _on_resumed(self) -> None:
        self.decided.emit(runs.resume)

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


def _key(
    run: Run | None, step: StepRun | None, view: RunView | None, now: datetime, *, idle: bool
) -> tuple[object, ...]:
    """Return what the question depends on; while it stays, what is being typed stays."""
    if run is None or step is None or view is None:
        return (run and run.state,)
    is_gate = step.step.kind is StepKind.GATE
    late = _is_late(view, run, now) if is_gate else _asks_late(view, run, step, now)
    return (run.id, run.state is RunState.PAUSED, idle, step.step.id, len(step.proofs), late,
            len(run.trouble), step.state, _sent(run), view.not_runner, view.not_owner)  # fmt: skip


def _sent(run: Run) -> int:
    """How many steps go on although the run is paused."""
    paused = run.state is RunState.PAUSED
    return sum(item.state is StepState.SENT for item in run.active) if paused else 0


def _is_sent(run: Run, step: StepRun) -> bool:
    """Whether a command goes to a host; a rehearsal without a stand-in only talks it through."""
    return run.mode is RunMode.LIVE or run.host_for(step.step.host) is not None


def _goes(run: Run) -> bool:
    return run.state in (RunState.RUNNING, RunState.BACKING_OUT)


def _asks(step: StepRun) -> bool:
    return step.state is StepState.WAITING or step.state.is_trouble


def _is_late(view: RunView, run: Run, now: datetime) -> bool:
    forward = run.direction is Phase.FORWARD and run.is_live
    return forward and view.deadline is not None and now > view.deadline


def _asks_late(view: RunView, run: Run, step: StepRun, now: datetime) -> bool:
    return _is_late(view, run, now) and asks_first(step, view.deadline, now)


def _way_back(run: Run) -> tuple[StepRun, ...]:
    return tuple(item for item in run.steps if item.step.phase is Phase.BACKOUT)
