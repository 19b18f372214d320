"""What a locked window shows: a line for the passphrase, and nothing of the data."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from ui.paint import scaled
from ui.widgets.buttons import primary
from ui.widgets.fields import LineField
from ui.widgets.labels import Label, title
from ui.widgets.layout import add_layout, column, panel, row

_WIDTH = 380
_FREE_TRIES = 3
_LONGEST_S = 30


class LockPage(QWidget):
    """Asks for the passphrase, and for patience after too many wrong ones."""

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.passphrase = LineField(_("Passphrase"), secret=True)
        self.open = primary(_("Unlock"), icon="unlock")
        self.wrong = 0
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._on_patience)
        notes = (
            _("Work that has begun goes on; passwords for sudo are forgotten when it ends."),
            _("Passphrase forgotten? Delete “window-lock” of Change Desk from this computer's"
              " keyring, and start the program again."),
        )  # fmt: skip
        body = panel(
            column(
                title(_("Change Desk is locked")), self.passphrase, row(None, self.open),
                *(Label(note, tone="ink2", size=11, wrap=True) for note in notes), gap=16,
            )
        )  # fmt: skip
        body.setFixedWidth(scaled(_WIDTH))
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        add_layout(layout, row(None, body, None))
        layout.addStretch(2)
        self.open.clicked.connect(self._on_open)
        self.passphrase.line.returnPressed.connect(self._on_open)

    def refuse(self) -> None:
        """Say that it was wrong; after three, each try waits longer for the next."""
        self.wrong += 1
        self.passphrase.set_value("")
        wait_s = min(_LONGEST_S, 2 ** (self.wrong - _FREE_TRIES)) if self._is_slow else 0
        if wait_s:
            self._patience.start(1000 * wait_s)
            text = _("This is not the passphrase. Wait {n} s.").format(n=wait_s)
            self.open.block(_("wait a moment"))
        else:
            text = _("This is not the passphrase.")
            self.open.block("")
        self.passphrase.set_error(text)

    def complain(self, text: str) -> None:
        """Say why nobody knows whether it was right."""
        self.passphrase.set_error(text)
        self.open.block("")

    def clear(self) -> None:
        """Be as new."""
        self.wrong = 0
        self._patience.stop()
        self.passphrase.set_value("")
        self.passphrase.set_error("")
        self.open.block("")

    @property
    def _is_slow(self) -> bool:
        return self.wrong >= _FREE_TRIES

    @Slot()
    def _on_open(self) -> None:
        text = self.passphrase.line.text()  # blanks at its ends belong to it
        if text and not self.open.reason:
            self.open.block(_("being checked"))
            self.typed.emit(text)

    @Slot()
    def _on_patience(self) -> None:
        self.passphrase.set_error("")
        self.open.block("")
