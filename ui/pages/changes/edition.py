"""Whether a change becomes a template of its own or the next edition of one, and what is new."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.template import Template
from app.i18n import _
from app.services.template.editions import NextEdition
from ui.operations import templates
from ui.tasks import Latest
from ui.widgets.differences import Differences
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import column, panel, scrolling

if TYPE_CHECKING:
    from ui.context import UiContext


_FOLDED, _OPEN = 28, 150


class EditionChoice(QWidget):
    """Hidden while there is no template; the one a change was opened from is chosen already."""

    chosen = Signal(object)  # Template or None
    failed = Signal(object)  # an exception

    def __init__(self, context: "UiContext", change_id: str) -> None:
        super().__init__()
        self._offers: dict[str, NextEdition] = {}
        self.choice = ChoiceField(_("It becomes"))
        self.note = LineField(_("What this edition does differently"))
        self.same = Label(tone="ink2", wrap=True)
        self.differences = Differences("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        inner = panel(column(self.differences, None), fill="raised")
        self._room = scrolling(inner)
        inner.setObjectName("changed")  # it stands on a card, not on the page
        self.differences.fold.head.toggled.connect(self._give_room)
        for part in (self.choice, self.note, self.same, self._room):
            layout.addWidget(part)
        self.hide()
        self.choice.edited.connect(self._follow)
        self._editions = Latest(context.tasks, self)
        self._editions.loaded.connect(self._show)
        self._editions.failed.connect(self.failed)
        self._editions.start(partial(templates.editions, context.services, change_id))

    @property
    def template(self) -> Template | None:
        """The edition that the next one follows; None for a template of its own."""
        offer = self._offers.get(self.choice.value)
        return offer.template if offer else None

    def complain(self) -> bool:
        """Ask at its field for the note that a next edition needs; return whether it lacks."""
        lacks = self.template is not None and not self.note.value
        self.note.set_error(_("Say it in one sentence for whoever approves it.") if lacks else "")
        return lacks

    @Slot()
    def _give_room(self) -> None:
        """Keep the form short: what changed scrolls in a place of its own."""
        self._room.setFixedHeight(_OPEN if self.differences.fold.is_open else _FOLDED)

    @Slot(object)
    def _show(self, found: Sequence[NextEdition]) -> None:
        if not found:
            return
        self._offers = {offer.template.family: offer for offer in found}
        words = _("edition {n} of “{name}”")
        options = [
            (key, words.format(n=offer.template.edition + 1, name=offer.template.name))
            for key, offer in self._offers.items()
        ]
        self.choice.set_options([("", _("a template of its own")), *options])
        self.choice.set_value(next((o.template.family for o in found if o.is_origin), ""))
        self.show()
        self._follow()

    @Slot()
    def _follow(self) -> None:
        offer = self._offers.get(self.choice.value)
        self.note.setVisible(offer is not None)
        self.note.set_error("")
        altered = offer.altered if offer else ()
        edition = offer.template.edition if offer else 0
        self.same.setVisible(offer is not None and not altered)
        self.same.setText(_("Nothing differs from edition {n}.").format(n=edition))
        self.differences.fold.set_title(_("Changed since edition {n}").format(n=edition))
        self.differences.show_differences(altered)
        self._room.setVisible(bool(altered))
        self._give_room()
        self.chosen.emit(self.template)
