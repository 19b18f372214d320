"""The change this one belongs to, and those that belong to it."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change
from app.i18n import _, ngettext
from app.wording import count
from ui.models.changes import state_badge
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import link
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, clear, row

MOST = 12


class Related(QWidget):
    """Hidden for a change that stands alone; a click goes there."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._title, self._list = SectionTitle(""), QVBoxLayout()
        self._list.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        add_layout(layout, self._list)
        self.hide()

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self.setVisible(view.parent is not None or bool(view.children))
        clear(self._list)
        if view.parent is not None:
            self._title.set_text(_("Belongs to"))
            self._add(view.parent)
            return
        n = len(view.children)
        over = sum(not child.state.is_open for child in view.children)
        self._title.set_text(
            ngettext("{n} child change", "{n} child changes", n).format(n=count(n))
        )
        self._title.set_note(_("{n} over").format(n=count(over)))
        for child in view.children[:MOST]:
            self._add(child)
        if n > MOST:
            self._list.addWidget(Label(_("{n} more").format(n=count(n - MOST)), size=SMALL))

    def _add(self, change: Change) -> None:
        go = link(change.number)
        go.setAccessibleName(f"{change.number} {change.title}")
        go.clicked.connect(partial(self._go, change.id))
        state = StateBadge(state_badge(change.state, on_hold=change.on_hold))
        add_layout(self._list, row(go, None, state))
        self._list.addWidget(Label(change.title, size=SMALL, tone="ink2", wrap=True))

    def _go(self, change_id: str, _checked: bool = False) -> None:
        self._editing.context.navigation.go("changes", change_id)
