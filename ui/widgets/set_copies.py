"""Where else a backup set lies, and the form that asks for another copy."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet
from app.i18n import _, ngettext
from app.services.ports.vault import CopyPlace
from app.wording import bytes_size, duration, moment
from ui.widgets.buttons import Button, WithReason
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, clear, column, row

_HERE = ""


class SetCopies(QWidget):
    """The copies of one set, and the form of another one."""

    wanted = Signal(object)  # CopyPlace

    def __init__(self) -> None:
        super().__init__()
        self._copies = QVBoxLayout()
        self._copies.setSpacing(4)
        self.wish = Button(_("Copy to another place"), icon="copy")
        self.wish.clicked.connect(self._on_wish)
        self.host = ChoiceField(_("Where"))
        self.folder = LineField(
            _("Folder"),
            _("It must be there: another disk, or a folder of the host. SFTP alone is enough."),
        )
        self.go = Button(_("Copy and compare"))
        self.go.clicked.connect(self._on_go)
        self.folder.edited.connect(self._on_typed)
        self.folder.line.returnPressed.connect(self._on_go)
        fields = column(
            self.host, self.folder, row(None, WithReason(self.go)), margins=(14, 12, 14, 12)
        )
        self.form = QWidget()
        self.form.setLayout(column(card(fields)))
        self.form.hide()
        body = column(gap=8)
        add_layout(body, self._copies)
        add_layout(body, row(self.wish, None))
        body.addWidget(self.form)
        self.setLayout(body)

    def offer(self, item: BackupSet, hosts: Sequence[tuple[str, str]]) -> None:
        """Offer this computer and every host, but those that a copy would be lost with."""
        self.form.hide()
        others = [one for one in hosts if one[0] not in item.hosts]
        self.host.set_options([(_HERE, _("This computer")), *others])

    def show_copies(self, item: BackupSet, zone: str) -> None:
        """List where the set lies already."""
        clear(self._copies)
        for made in item.copies:
            said = ngettext(
                "Copy in {where}, {at}: {n} file, {size}, compared there in {time}",
                "Copy in {where}, {at}: {n} files, {size}, compared there in {time}",
                made.files,
            ).format(
                where=made.where, at=moment(made.at, zone), n=made.files,
                size=bytes_size(made.stored_bytes), time=duration(made.duration_s),
            )  # fmt: skip
            if made.is_lost:
                lost = _("{copy}. The record of it is missing from the vault: look there yourself.")
                said = lost.format(copy=said)
            tone = "bad" if made.is_lost else "ink2"
            self._copies.addWidget(Label(said, tone=tone, wrap=True).make_selectable())
        if not item.copies:
            text = _("It lies in the vault alone: what takes that disk takes the way back with it.")
            self._copies.addWidget(Label(text, tone="ink2", wrap=True))

    def set_copying(self, *, copying: bool) -> None:
        """Say whether a copy is being made; only one is at a time."""
        self.go.block(_("A copy is being made; one at a time") if copying else "")

    @Slot()
    def _on_wish(self) -> None:
        self.form.setVisible(self.form.isHidden())

    @Slot()
    def _on_typed(self) -> None:
        self.folder.set_error("")

    @Slot()
    def _on_go(self) -> None:
        if not self.go.isEnabled():
            return
        folder = self.folder.value.strip()
        if not folder.startswith("/") and self.host.value != _HERE:
            self.folder.set_error(_("Paths on a host begin with “/”."))
            return
        if not folder:
            self.folder.set_error(_("Name the folder."))
            return
        self.folder.set_error("")
        self.wanted.emit(CopyPlace(folder, self.host.value))
