"""The lock of the window: its passphrase, chosen, changed or given up."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.errors import InvalidInput
from app.i18n import _
from app.services.window_lock import WrongPassphrase
from ui.cells import Badge, Mark
from ui.operations import window_lock
from ui.pages.settings.groups import Group, pair
from ui.tasks import Latest, Task
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import LineField
from ui.widgets.layout import row

if TYPE_CHECKING:
    from ui.context import UiContext


class LockPart(Group):
    """What it takes to open a locked window; the time that locks it is a setting like others."""

    failed = Signal(object)

    def __init__(self, context: "UiContext") -> None:
        super().__init__(
            _("Window lock"),
            _("Hides everything when you leave your desk. Your login to this computer guards the"
              " data; passwords for sudo are forgotten with the lock."),
        )  # fmt: skip
        self._context = context
        self.state = StateBadge()
        self.current = LineField(_("Passphrase in use"), secret=True)
        self.fresh = LineField(
            _("New passphrase"),
            _("8 characters or more; only a slow hash of it is kept, in the keyring."),
            secret=True,
        )
        self.again = LineField(_("The new one again"), secret=True)
        self.choose = Button(_("Choose this passphrase"))
        self.give_up = Button(_("Give it up"), Kind.DANGER)
        self.add(row(self.state, None), self.current, pair(self.fresh, self.again))
        self.add(row(self.choose, self.give_up, None))
        self._known = Latest(context.tasks, self)
        self._known.loaded.connect(self._on_known)
        self._known.failed.connect(self._on_unknown)
        self.choose.clicked.connect(self._on_choose)
        self.give_up.clicked.connect(self._on_give_up)
        self.again.line.returnPressed.connect(self._on_choose)
        self._show(chosen=False)

    @property
    def ready(self) -> bool:
        """Whether it shows how things are."""
        return not self._known.busy

    def reload(self) -> None:
        """Look whether there is a passphrase."""
        self._known.start(window_lock.is_chosen(self._context))

    @Slot(object)
    def _on_known(self, chosen: bool) -> None:
        self._show(chosen=chosen)

    @Slot(object)
    def _on_unknown(self, _error: object) -> None:
        self.state.set_badge(Badge(Mark.UNKNOWN, _("The keyring does not answer")))

    def _show(self, *, chosen: bool) -> None:
        words = _("Locked with Ctrl+L, and after the time below") if chosen else _("Never locked")
        self.state.set_badge(Badge(Mark.LOCKED if chosen else Mark.UNKNOWN, words))
        self.current.setVisible(chosen)
        self.give_up.setVisible(chosen)
        self.choose.setText(_("Change it") if chosen else _("Choose this passphrase"))

    @Slot()
    def _on_choose(self) -> None:
        fresh, again = self.fresh.line.text(), self.again.line.text()
        self.again.set_error("" if fresh == again else _("The two differ."))
        if fresh == again:
            self._follow(window_lock.choose(self._context, fresh, self.current.line.text()))

    @Slot()
    def _on_give_up(self) -> None:
        self._follow(window_lock.give_up(self._context, self.current.line.text()))

    def _follow(self, task: Task) -> None:
        self.choose.block(_("being kept"))
        task.succeeded.connect(self._on_done)
        task.failed.connect(self._on_refused)
        task.ended.connect(self._on_ended)

    @Slot()
    def _on_done(self) -> None:
        for field in (self.current, self.fresh, self.again):
            field.set_value("")
            field.set_error("")
        self.reload()

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, InvalidInput):
            self.failed.emit(error)
            return
        wrong = isinstance(error, WrongPassphrase)
        text = " ".join(part for part in (error.text, error.hint) if part)
        self.current.set_error(text if wrong else "")
        self.fresh.set_error("" if wrong else text)

    @Slot()
    def _on_ended(self) -> None:
        self.choose.block("")
