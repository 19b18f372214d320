"""Plan: the outage, and the plans that are text: implementation, back-out, test, communication."""

from typing import ClassVar

from PySide6.QtCore import Slot

from app.i18n import _, later
from ui.operations.changes import ChangeView
from ui.pages.changes.impact import plain
from ui.pages.changes.saving import Section, number_of
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField, TextField
from ui.widgets.form import Form

_ANSWERS = {"yes": True, "no": False, "": None}


class PlansSection(Section):
    """Whether users notice, who is told, and how it is tested and taken back."""

    note: ClassVar[str] = later("Edited the plans")

    def __init__(self) -> None:
        super().__init__()
        options = [("", _("not said")), ("yes", _("Yes, users notice")), ("no", _("No outage"))]
        self.outage = ChoiceField(_("Outage"), options)
        self.downtime = LineField(_("Planned downtime, minutes"))
        self.communication = TextField(
            _("Communication plan"), _("Needed with an outage: who is told before, during, after.")
        )
        self.implementation = TextField(
            _("Implementation plan"), _("In words; the steps themselves are the runbook."), lines=4
        )
        self.backout = TextField(_("Back-out plan"), _("When to turn back, and who decides."))
        self.test = TextField(_("Test plan"), _("What must be seen to work afterwards."))
        form = Form(2)
        form.add("outage", self.outage)
        form.add("downtime", self.downtime)
        for name in ("communication", "implementation", "backout", "test"):
            form.add(name, getattr(self, name), wide=True)
        self.column.addWidget(SectionTitle(_("Plans")))
        self.column.addWidget(form)
        self.watch(
            self.outage, self.downtime, self.communication, self.implementation, self.backout,
            self.test,
        )  # fmt: skip
        self.outage.edited.connect(self._follow_outage)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        change = view.change
        self.outage.set_value({True: "yes", False: "no", None: ""}[change.outage])
        self.downtime.set_value(plain(change.planned_downtime_min))
        self.communication.set_value(change.communication_plan)
        self.implementation.set_value(change.implementation_plan)
        self.backout.set_value(change.backout_plan)
        self.test.set_value(change.test_plan)
        self._follow_outage()

    def values(self) -> dict[str, object]:
        """Return the plans as typed."""
        outage = _ANSWERS[self.outage.value]
        downtime = number_of(self.downtime, self.downtime.value) if outage else None
        return {
            "outage": outage,
            "planned_downtime_min": downtime,
            "communication_plan": self.communication.value,
            "implementation_plan": self.implementation.value,
            "backout_plan": self.backout.value,
            "test_plan": self.test.value,
        }

    @Slot()
    def _follow_outage(self) -> None:
        self.downtime.setVisible(self.outage.value == "yes")
