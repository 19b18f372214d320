"""The controls of a risk, each with the part of the plan it rests on and how that stands."""

from app.domain.risk import Control
from app.errors import InvalidInput
from app.i18n import _
from app.services.risks import ControlState, control_links, control_states
from ui.cells import Column
from ui.operations.changes import ChangeView
from ui.pages.changes.records import Line, RecordForm, RecordList, Records, Stamp, line_column
from ui.pages.changes.saving import refuse
from ui.widgets.fields import ChoiceField, LineField


class ControlForm(RecordForm):
    """One control, and the part of the plan that carries it."""

    def __init__(self) -> None:
        super().__init__()
        self.text = LineField(_("Control"), placeholder=_("What makes it less likely, or less bad"))
        self.link = ChoiceField(_("Rests on"))
        self.add("text", self.text)
        self.add("link", self.link)

    def prepare(self, view: ChangeView) -> None:
        """Offer the parts of this plan."""
        self.link.set_options([("", _("nothing in the plan")), *control_links(view.change)])

    def fill(self, record: Control) -> None:
        """Show a control; one whose part is gone rests on nothing."""
        self.text.set_value(record.text)
        self.link.set_value("")
        self.link.set_value(record.link)

    def read(self, record: Control) -> Control:
        """Return the control as typed."""
        if not self.text.value:
            raise refuse(self.text, InvalidInput(_("Say what the control is.")))
        return Control(self.text.value, self.link.value)


class ControlList(RecordList):
    """The table of controls; it follows the plan around them."""

    def __init__(self) -> None:
        self._view: ChangeView | None = None
        super().__init__(
            Records(
                _("Controls"),
                _("control"),
                _("No control yet. What makes it less likely, or less bad?"),
                (
                    line_column(_("Control"), lambda item: item.text),
                    Column[Line](_("Rests on"), self._rests_on, width=220, tone="ink2"),
                    Column[Line](_("State"), self._stands, width=150, tone="ink2"),
                ),
                lambda: Control(""),
            ),
            ControlForm,
        )

    def prepare(self, view: ChangeView, stamp: Stamp) -> None:
        """Follow the change around the controls."""
        self._view = view
        super().prepare(view, stamp)

    def _rests_on(self, line: Line) -> str:
        return self._state(line).rests_on or _("nothing in the plan")

    def _stands(self, line: Line) -> str:
        return self._state(line).state

    def _state(self, line: Line) -> ControlState:
        if self._view is None:
            return ControlState(line.item.text)
        run = next(iter(self._view.runs), None)
        (state,) = control_states((line.item,), self._view.change, self._view.backups, run)
        return state
