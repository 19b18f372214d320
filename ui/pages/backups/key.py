"""The vault's key: whether it is here, the printed page, trying it, changing it, unlocking."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.vault_key import KeyCondition, KeyState
from app.i18n import _
from app.services.backup.vault_keys import NewRecoveryKey, words_of
from app.wording import moment
from ui.cells import Badge, Mark
from ui.pages.backups.asking import Asking
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, icon_button
from ui.widgets.facts import KeyValues
from ui.widgets.flow import Flow
from ui.widgets.labels import Label, mono, panel_title
from ui.widgets.layout import add_layout, card, clear, column, keep_back, panel, row, scrolling

_GROUP = 5
_MARKS = {
    KeyCondition.OPEN: Mark.GOOD,
    KeyCondition.READ_ONLY: Mark.WATCH,
    KeyCondition.NO_VAULT: Mark.MISSING,
}


def _in_lines(key: str) -> str:
    """Return a key in groups of letters, as it stands on paper."""
    groups = [key[start : start + _GROUP] for start in range(0, len(key), _GROUP)]
    lines = (groups[start : start + 5] for start in range(0, len(groups), 5))
    return "\n".join(" ".join(line) for line in lines)


def _short(recipient: str) -> str:
    """Return enough of a public key to compare it with paper by eye."""
    return f"{recipient[:16]}…{recipient[-12:]}"


class KeyPanel(QWidget):
    """Explains a state of the key and offers what helps."""

    left = Signal()
    check_wanted = Signal(str)  # what was typed
    unlock_wanted = Signal(str)
    rotate_wanted = Signal(str)  # reason
    sheet_wanted = Signal(object, object)  # RecoverySheet, Path

    def __init__(self) -> None:
        super().__init__()
        self._inner = QVBoxLayout()
        self._inner.setSpacing(16)
        self.asking = Asking()
        keep_back(self, self.asking)
        self._state = KeyState(KeyCondition.NO_VAULT)
        self._zone = "UTC"
        self._new: NewRecoveryKey | None = None
        back = icon_button("arrow-left", _("Back to the set"))
        back.clicked.connect(self.left)
        head = row(back, panel_title(_("Key of the vault")), None)
        body = column(head, self._inner, None, gap=16, margins=(24, 16, 24, 24))
        self.setLayout(column(scrolling(panel(body)), gap=0))

    def show_state(self, state: KeyState, zone: str) -> None:
        """Show how the key stands; a new recovery key stays on screen until one leaves."""
        self._state, self._zone = state, zone
        clear(self._inner)
        self.asking = Asking()
        words = words_of(state)
        if self._new is not None:
            self._inner.addWidget(self._new_key(self._new))
        mark = _MARKS.get(state.condition, Mark.BAD)
        if state.condition is KeyCondition.OPEN and state.checked_at is None:
            mark = Mark.WATCH
        add_layout(self._inner, row(StateBadge(Badge(mark, words.title)), None))
        told = f"{words.sentence} {words.next}".strip()
        self._inner.addWidget(Label(told, wrap=True))
        self._inner.addWidget(Flow(self._buttons()))
        self._inner.addWidget(self.asking)
        if state.vault:
            self._inner.addWidget(KeyValues(self._facts(), label_width=140))

    def show_new(self, made: NewRecoveryKey) -> None:
        """Show a recovery key, once; `forget` takes it off the screen."""
        self._new = made

    def forget(self) -> None:
        """Take a new recovery key off the screen."""
        self._new = None

    def _new_key(self, made: NewRecoveryKey) -> QWidget:
        words = Label(
            _("Recovery key of this vault. Print it now and lock it away: it is kept nowhere."),
            wrap=True,
        )
        save = Button(_("Save the page to print"), Kind.PRIMARY, icon="printer")
        save.clicked.connect(self._on_save)
        return card(
            column(
                words,
                mono(_in_lines(made.key), wrap=True),
                row(save, None),
                margins=(14, 12, 14, 12),
                gap=10,
            )
        )

    def _buttons(self) -> list[Button]:
        check = Button(_("Check the printed key"), icon="check")
        check.clicked.connect(self._ask_check)
        unlock = Button(_("Open with the recovery key"), icon="unlock")
        unlock.clicked.connect(self._ask_unlock)
        change = Button(_("Change the keys"), icon="key")
        change.clicked.connect(self._ask_rotate)
        match self._state.condition:
            case KeyCondition.OPEN:
                return [check, change]
            case KeyCondition.READ_ONLY:
                return [change]
            case KeyCondition.NO_VAULT | KeyCondition.DAMAGED:
                return []
            case _:
                return [unlock]

    def _facts(self) -> list[tuple[str, str]]:
        state = self._state
        tried = _("never")
        if state.checked_at:
            tried = _("{at} by {who}").format(
                at=moment(state.checked_at, self._zone), who=state.checked_by
            )
        facts = [(_("Vault"), state.vault), (_("Kept in"), state.place or _("the keyring"))]
        if state.made_at is None:
            return facts
        return [
            *facts,
            (_("Made"), moment(state.made_at, self._zone)),
            (_("Printed key tried"), tried),
            (_("Earlier keys"), str(state.former)),
            (_("Public half"), _short(state.recipient)),
            (_("Of the printed key"), _short(state.recovery_recipient)),
        ]

    @Slot()
    def _on_save(self) -> None:
        if self._new is None:
            return
        name = str(Path.home() / f"recovery-key-{self._new.sheet.vault[:8]}.pdf")
        path, _kind = QFileDialog.getSaveFileName(
            self, _("Page with the recovery key"), name, _("PDF (*.pdf)")
        )
        if path:
            self.sheet_wanted.emit(self._new.sheet, Path(path))

    @Slot()
    def _ask_check(self) -> None:
        hint = _("Scan the code with a scanner that types, or type the letters.")
        box = self.asking.line(_("Key as it is printed"), hint, _("Check"), secret=True)
        box.answered.connect(self.check_wanted)

    @Slot()
    def _ask_unlock(self) -> None:
        hint = _("It is kept in the keyring of this computer, or for this session without one.")
        box = self.asking.line(_("Key as it is printed"), hint, _("Open"), secret=True)
        box.answered.connect(self.unlock_wanted)

    @Slot()
    def _ask_rotate(self) -> None:
        hint = _("Older backups keep the present key, and its printed page stays needed for them.")
        label = _("Why the keys are changed")
        box = self.asking.line(label, hint, _("Change the keys"))
        box.answered.connect(self.rotate_wanted)
