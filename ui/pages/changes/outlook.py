"""A look at the hosts before their backup: what there is, what is left out, whether it fits."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout

from app.domain.preflight import HostOutlook
from app.i18n import _
from app.services.backup.outlook_words import host_facts, rule_fact, source_fact, verdict
from ui.operations import backups
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.tab import Part
from ui.widgets.buttons import Button
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, column

_LABEL_WIDTH = 160


class OutlookPart(Part):
    """Asks the hosts of the backup plan when that is wanted, and shows what they say."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._plan: object = None
        self.look = Button(_("Look at the hosts"), icon="eye")
        self.look.clicked.connect(self._on_look)
        self.title = SectionTitle(_("Before it is taken"), end=self.look)
        self.said = QVBoxLayout()
        self.said.setSpacing(8)
        body = column(self.title, gap=8)
        add_layout(body, self.said)
        self.setLayout(body)

    def show_view(self, view: ChangeView) -> None:
        """Follow a change; what was said about another plan goes."""
        plan = (view.change.id, view.change.backup_plan)
        self.setVisible(bool(view.change.backup_plan))
        if plan != self._plan:
            self._plan = plan
            self.show_outlooks(())

    def show_outlooks(self, found: Sequence[HostOutlook]) -> None:
        """Show what the hosts said."""
        clear(self.said)
        if not found:
            text = _("Sizes, what the rules leave out, and the room on both sides; nothing is read")
            self.said.addWidget(Label(text, tone="ink2", wrap=True))
        for one in found:
            tone = "good" if one.is_ready else "watch"
            self.said.addWidget(Label(f"{one.host_name}: {verdict(one)}", tone=tone, wrap=True))
            facts = list(host_facts(one))
            for source in one.sources:
                facts.append(source_fact(source))
                facts += [rule_fact(rule) for rule in source.left_out]
            self.said.addWidget(KeyValues(facts, label_width=_LABEL_WIDTH))

    @Slot()
    def _on_look(self) -> None:
        change = self._editing.view.change
        title = _("Looking at the hosts of {number}").format(number=change.number)
        self.look.block(_("being asked"))
        task = backups.look_ahead(self._editing.context, change.id, title)
        task.succeeded.connect(self._on_found)
        task.failed.connect(self._editing.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_found(self, found: Sequence[HostOutlook]) -> None:
        self.show_outlooks(found)

    @Slot()
    def _on_ended(self) -> None:
        self.look.block("")
