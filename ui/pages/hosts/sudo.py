"""The password for sudo on one host: given once, held in memory until the program ends or locks."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.i18n import _
from ui.cells import Badge, Mark
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import column, panel, row


class SudoPart(QWidget):
    """Takes the password, or says that one is held and offers to forget it."""

    given = Signal(str)  # empty to forget it

    def __init__(self, *, held: bool, always: bool) -> None:
        super().__init__()
        self._always = always
        self._password = LineField(
            _("Password"),
            _("Held in memory until the program ends or locks, written nowhere, sent once."),
            secret=True,
        )
        parts = self._held() if held else self._none()
        self.setLayout(column(*parts, gap=8))

    def _none(self) -> list[QWidget]:
        hold = Button(_("Hold it for this session"))
        hold.clicked.connect(self._on_hold)
        self._password.line.returnPressed.connect(self._on_hold)
        words = (
            _("None is held: sudo must not ask, or its commands are refused.")
            if self._always
            else _("Needed only where a backup plan reads as root. None is held.")
        )
        text = Label(words, tone="ink2", wrap=True)
        return [text, self._password, panel(row(None, hold))]

    def _held(self) -> list[QWidget]:
        forget = Button(_("Forget it now"))
        forget.clicked.connect(self._on_forget)
        badge = StateBadge(Badge(Mark.GOOD, _("Held until the program ends or locks")))
        self._password.hide()
        return [panel(row(badge, None, forget)), self._password]

    @Slot()
    def _on_hold(self) -> None:
        password = self._password.line.text()  # blanks at its ends belong to it
        if not password:
            self._password.set_error(_("Enter the password that sudo asks for."))
            return
        self._password.set_value("")
        self.given.emit(password)

    @Slot()
    def _on_forget(self) -> None:
        self.given.emit("")
