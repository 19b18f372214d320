"""A gate: the evidence of this moment, and the words that open it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.domain.run import StepRun
from app.i18n import _
from app.services.run.gate_facts import FactState, GateFact
from app.wording import clock
from ui.cells import Badge, Mark
from ui.format import visible
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import clear, column, panel

_MARKS = {
    FactState.GOOD: Mark.GOOD,
    FactState.WATCH: Mark.WATCH,
    FactState.BAD: Mark.BAD,
    FactState.MISSING: Mark.MISSING,
}


class GateFacts(QWidget):
    """One line for each fact: its state, what it is about, its figure."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._shown: tuple[GateFact, ...] = ()

    def set_facts(self, facts: Sequence[GateFact]) -> None:
        """Show other facts; nothing is built anew while they stay."""
        if self._shown == tuple(facts):
            return
        self._shown = tuple(facts)
        clear(self._grid)
        for line, fact in enumerate(facts):
            self._grid.addWidget(StateBadge(Badge(_MARKS[fact.state], fact.word)), line, 0)
            self._grid.addWidget(_told(fact), line, 1)
            figure = Label(fact.figure, tone="ink2")
            self._grid.addWidget(figure, line, 2, Qt.AlignmentFlag.AlignRight)


def _told(fact: GateFact) -> QWidget:
    """Return what a fact is about, and below it the ids of the records behind it."""
    text = Label(visible(fact.text), wrap=True)
    if not fact.evidence:
        return text
    ids = Label(visible(" · ".join(fact.evidence)), size=SMALL, tone="ink2", wrap=True)
    ids.make_selectable()
    return panel(column(text, ids, gap=0))


class GateCard(QWidget):
    """Shows one gate; ``no_go`` asks to back out."""

    answered = Signal(str, str)  # what was typed, why so late
    no_go = Signal()

    def __init__(
        self, item: StepRun, why_not: str, *, late: bool, backs_out: bool, not_runner: str = ""
    ) -> None:
        super().__init__()
        step = item.step
        self.facts = GateFacts()
        self.reason = LineField(
            _("Why go on all the same"),
            _("A roll-back could no longer end inside the window. Becomes a deviation."),
        )
        no_go = Button(_("No-go, back out"))
        no_go.clicked.connect(self.no_go)
        no_go.block(not_runner)
        consequence = Consequence(
            step.title,
            step.instructions or _("After “go” the next steps are sent to the hosts."),
            lost=_("Point of no return") if step.point_of_no_return else "",
        )
        others = (no_go,) if backs_out else ()
        self.typed = TypedConfirmation(
            consequence, step.answer, _("Go"), kind=Kind.PRIMARY, others=others
        )
        self.typed.confirmed.connect(self._on_confirmed)
        self.until = Label(size=SMALL, tone="ink2", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for widget in (self.facts, self.reason, self.typed, self.until):
            layout.addWidget(widget)
        if not_runner and backs_out:
            text = _("No-go: {why}").format(why=not_runner)
            layout.addWidget(Label(text, size=SMALL, tone="ink2", wrap=True))
        self.reason.setVisible(late)  # not before it has a parent: it would be a window of its own
        if why_not:
            self.typed.field.setEnabled(False)
            self.typed.set_note(why_not)
        else:
            self.typed.set_note(_("Answered by you, and logged."))
        self._why_not = why_not
        self._late = late

    def show_until(self, item: StepRun, zone: str, who: str) -> None:
        """Say when the gate stops unanswered, and who answers."""
        if item.started_at is None:
            return
        stops = item.started_at.timestamp() + item.step.limit_s
        at = clock(item.started_at.fromtimestamp(stops, item.started_at.tzinfo), zone)
        text = _("No answer by {time} stops the gate; silence never passes it.").format(time=at)
        self.until.setText(f"{self._why_not} {text}".strip() if self._why_not else f"{who} {text}")

    @Slot()
    def _on_confirmed(self) -> None:
        if self._why_not:
            return
        if self._late and not self.reason.value:
            self.reason.set_error(_("Say why, or back out."))
            self.reason.setFocus()
            return
        self.answered.emit(self.typed.field.text(), self.reason.value)
