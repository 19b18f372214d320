"""What changed in a plan: old beside new, folded away."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.services.change.plan_changes import PlanDifference
from app.wording import count
from ui.theme import MEDIUM, SMALL
from ui.widgets.fold import Fold
from ui.widgets.labels import Label
from ui.widgets.layout import Line, clear

MOST = 40


class Differences(QWidget):
    """Hidden while there is nothing to compare."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._found: tuple[PlanDifference, ...] = ()
        self._list: QVBoxLayout | None = None
        self.fold = Fold(title, self._make)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fold)
        self.hide()

    def show_differences(self, found: Sequence[PlanDifference] | None) -> None:
        """Show what differs; hide when nothing does."""
        self.setVisible(bool(found))
        self._found = tuple(found or ())
        words = ngettext("{n} part", "{n} parts", len(self._found))
        self.fold.set_note(words.format(n=count(len(self._found))))
        self._fill()

    def _make(self) -> QWidget:
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(4)
        self._fill()
        return holder

    def _fill(self) -> None:
        """Show what was found, once somebody has opened the fold."""
        if self._list is None:
            return
        clear(self._list)
        for item in self._found[:MOST]:
            self._list.addWidget(Label(item.part, size=SMALL, weight=MEDIUM, wrap=True))
            self._list.addWidget(
                Label(_("was: {text}").format(text=item.before), size=SMALL, tone="ink2", wrap=True)
            )
            self._list.addWidget(
                Label(_("is: {text}").format(text=item.after), size=SMALL, wrap=True)
            )
            self._list.addWidget(Line())
        if len(self._found) > MOST:
            more = _("{n} more").format(n=count(len(self._found) - MOST))
            self._list.addWidget(Label(more, size=SMALL, tone="ink2"))
