"""Where else a set lies, and copying it to another place."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.backup import BackupSet
from app.i18n import _, ngettext
from app.services.ports.vault import CopyPlace
from app.wording import bytes_size, duration, moment
from ui.changed import Topic
from ui.operations import backups
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.pages.changes.impact import host_options
from ui.widgets.buttons import Button
from ui.widgets.fields import ChoiceField, LineField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, clear, column, row

_HERE = ""


class CopyPart(QWidget):
    """The copies of one set, and the form of another one."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._item: BackupSet | None = None
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
        fields = column(self.host, self.folder, row(None, self.go), margins=(14, 12, 14, 12))
        self.form = QWidget()
        self.form.setLayout(column(card(fields)))
        self.form.hide()
        body = column(gap=8)
        add_layout(body, self._copies)
        add_layout(body, row(self.wish, None))
        body.addWidget(self.form)
        self.setLayout(body)

    def show_set(self, item: BackupSet | None, view: ChangeView | None) -> None:
        """Show the copies of a set."""
        usable = item is not None and item.is_present
        self.setVisible(usable)
        if item is None or view is None:
            return
        if self._item is None or self._item.id != item.id:
            self.form.hide()
            others = [one for one in host_options(view) if one[0] not in item.hosts]
            self.host.set_options([(_HERE, _("This computer")), *others])
        self._item = item
        clear(self._copies)
        for made in item.copies:
            said = ngettext(
                "Copy in {where}, {at}: {n} file, {size}, compared there in {time}",
                "Copy in {where}, {at}: {n} files, {size}, compared there in {time}",
                made.files,
            ).format(
                where=made.where, at=moment(made.at, view.zone), n=made.files,
                size=bytes_size(made.stored_bytes), time=duration(made.duration_s),
            )  # fmt: skip
            self._copies.addWidget(Label(said, tone="ink2", wrap=True).make_selectable())
        if not item.copies:
            text = _("It lies in the vault alone: what takes that disk takes the way back with it.")
            self._copies.addWidget(Label(text, tone="ink2", wrap=True))

    @Slot()
    def _on_wish(self) -> None:
        self.form.setVisible(self.form.isHidden())

    @Slot()
    def _on_typed(self) -> None:
        self.folder.set_error("")

    @Slot()
    def _on_go(self) -> None:
        if self._item is None:
            return
        folder = self.folder.value.strip()
        if not folder.startswith("/") and self.host.value != _HERE:
            self.folder.set_error(_("Paths on a host begin with “/”."))
            return
        if not folder:
            self.folder.set_error(_("Name the folder."))
            return
        self.folder.set_error("")
        self.go.block(_("being copied"))
        title = _("Copying the backup of {host}").format(host=self._item.host_name)
        place = CopyPlace(folder, self.host.value)
        task = backups.copy_away(self._editing.context, self._item, place, title)
        task.succeeded.connect(self._on_done)
        task.failed.connect(self._editing.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_done(self, _result: object) -> None:
        self.form.hide()
        self._editing.context.changed.announce(Topic.BACKUPS | Topic.CHANGES)

    @Slot()
    def _on_ended(self) -> None:
        self.go.block("")
        self._editing.reload_wanted.emit()
