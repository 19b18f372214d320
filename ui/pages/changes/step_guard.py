"""A destructive command is kept only once the words for it were typed."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.errors import InvalidInput
from app.i18n import _
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.layout import clear

Words = tuple[str, str]
"""A command, and the name of the host it goes to."""


class CommandGuard(QWidget):
    """Hidden until a command destroys something that nobody has confirmed for its host."""

    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.typed: TypedConfirmation | None = None
        self._known: set[Words] = set()
        self._asked: Words | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 6, 0, 0)
        self.hide()

    def begin(self, kept: Words) -> None:
        """Take a step as it is kept: its command was confirmed when it came into the runbook."""
        self._known = {kept}
        self.follow(kept, ())

    def follow(self, words: Words, dangers: tuple[str, ...]) -> None:
        """Ask for the words while a command needs them; what is being typed stays."""
        asked = words if dangers and words not in self._known else None
        if asked == self._asked:
            return
        self._asked, self.typed = asked, None
        clear(self._layout)
        self.setVisible(asked is not None)
        if asked is None:
            return
        what = _(" and ").join(dangers)
        consequence = Consequence(
            _("Keep a destructive command"),
            _("It is not saved yet. Change the command, or type the words to keep it."),
            lost=_("It {what}").format(what=what),
        )
        self.typed = TypedConfirmation(consequence, f"KEEP {asked[1]}".strip(), _("Keep it"))
        self.typed.confirmed.connect(self._on_confirmed)
        self._layout.addWidget(self.typed)

    def refusal(self, words: Words, dangers: tuple[str, ...]) -> InvalidInput | None:
        """Return why a command cannot be saved yet, None when it can."""
        if not dangers or words in self._known:
            return None
        return InvalidInput(_("Destructive: it is saved once its words are typed below."))

    @Slot()
    def _on_confirmed(self) -> None:
        if self._asked is not None:
            self._known.add(self._asked)
            self.follow(self._asked, ())
            self.confirmed.emit()
