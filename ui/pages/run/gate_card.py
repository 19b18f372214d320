"""A gate: the evidence of this moment, and the words that open it."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.run import StepRun
from app.i18n import _
from app.services.run.gate_facts import FactState, GateFact
from app.wording import clock
from ui.cells import Badge, Mark
from ui.format import visible
from ui.paint import scaled
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.fields import LineField
from ui.widgets.flow import Flow, height_at
from ui.widgets.labels import Label
from ui.widgets.layout import GAP, column, panel

_MARKS = {
    FactState.GOOD: Mark.GOOD,
    FactState.WATCH: Mark.WATCH,
    FactState.BAD: Mark.BAD,
    FactState.MISSING: Mark.MISSING,
}

_ABOUT = 170
"""The least room, in pixels at 100 %, for what a fact is about beside its state and its figure."""


class GateFacts(Flow):
    """One line for each fact: its state, what it is about, its figure.

    Where that has no room in one line, what it is about goes below the other two.
    """

    def __init__(self) -> None:
        self._facts: tuple[GateFact, ...] = ()
        self._rows: list[tuple[QWidget, QWidget, QWidget]] = []
        super().__init__(line_gap=8)

    def set_facts(self, facts: Sequence[GateFact]) -> None:
        """Show other facts; nothing is built anew while they stay."""
        if self._facts == tuple(facts):
            return
        self._facts = tuple(facts)
        self._rows = [
            (
                StateBadge(Badge(_MARKS[fact.state], fact.word)),
                _told(fact),
                _figure(fact),
            )
            for fact in facts
        ]
        self.set_items([part for row in self._rows for part in row])

    def minimumSizeHint(self) -> QSize:
        """As narrow as a state and its figure stand beside each other."""
        return QSize(sum(self._ends()) + GAP, 0)

    def _ends(self) -> tuple[int, int]:
        """Return the widths of the widest state and of the widest figure."""
        badges = (badge.sizeHint().width() for badge, _about, _figure in self._rows)
        figures = (figure.sizeHint().width() for _badge, _about, figure in self._rows)
        return max(badges, default=0), max(figures, default=0)

    def _places(self, width: int) -> Iterator[tuple[QWidget, QRect]]:
        """Yield every part with its place."""
        left, right = self._ends()
        room = width - left - right - 2 * GAP
        below = room < scaled(_ABOUT)
        y = 0
        for badge, about, figure in self._rows:
            high = max(badge.sizeHint().height(), figure.sizeHint().height())
            if below:
                area = QRect(0, y + high, width, height_at(about, width))
            else:
                high = max(high, height_at(about, room))
                area = QRect(left + GAP, y, room, high)
            yield badge, QRect(0, y, badge.sizeHint().width(), high)
            yield about, area
            yield figure, QRect(width - right, y, right, high)
            y = area.bottom() + 1 + self._line_gap


def _figure(fact: GateFact) -> Label:
    figure = Label(fact.figure, tone="ink2")
    figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return figure


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
