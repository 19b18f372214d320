"""Review: what the risk came to, beside what was predicted."""

from typing import ClassVar

from app.domain.change import Change, ChangeState
from app.i18n import _, later
from ui.operations.changes import ChangeView
from ui.pages.changes.saving import Section, record_lock
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import TextField
from ui.widgets.risk_badge import risk_word

_HAPPENING = (
    ChangeState.IMPLEMENT, ChangeState.TEST, ChangeState.MONITOR, ChangeState.BACKOUT,
    ChangeState.REVIEW, ChangeState.CLOSED,
)  # fmt: skip


class OutcomeSection(Section):
    """What the risk came to: written when the work is over, printed beside the prediction."""

    note: ClassVar[str] = later("Wrote what the risk came to")

    def __init__(self) -> None:
        super().__init__()
        self.happened = TextField(
            _("What actually happened"),
            _("What came true, what did not, and what nobody had thought of."),
            lines=3,
        )
        self.title = SectionTitle(_("Risk"))
        self.column.addWidget(self.title)
        self.column.addWidget(self.happened)
        self.watch(self.happened)

    def lock(self, change: Change) -> str:
        """Written after the plan is fixed."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        risk = view.change.risk
        self.happened.set_value(view.change.risk_outcome)
        words = _("{level} was predicted before controls, {rest} with them")
        self.title.set_note(
            words.format(level=risk_word(risk.level), rest=risk_word(risk.residual_level).lower())
            if risk
            else _("it was not assessed")
        )
        self.setVisible(view.change.state in _HAPPENING)

    def values(self) -> dict[str, object]:
        """Return what was written."""
        return {"risk_outcome": self.happened.value}
