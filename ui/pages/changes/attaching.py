"""Files and pasted texts as evidence: add them, look at them as text, save a copy."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.change import ChangeState
from app.domain.evidence import Attachment
from app.i18n import _
from app.wording import bytes_size, moment
from ui.operations import evidence
from ui.operations.changes import ChangeView
from ui.operations.evidence import Shown
from ui.pages.changes.editing import Editing
from ui.tasks import Latest
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.fields import Check, LineField, TextField
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, card, column, row
from ui.widgets.transcript import Said, Transcript, TranscriptLine

if TYPE_CHECKING:
    pass

_PLANNING = (ChangeState.DRAFT, ChangeState.ASSESS)


class AttachBar(QWidget):
    """Two ways in: a file of this computer, or a text that was copied somewhere."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        self.file = Button(_("Add a file"), icon="paperclip", tall=Tall.COMPACT)
        self.paste = Button(_("Paste an excerpt"), icon="file-plus", tall=Tall.COMPACT)
        self.need = Check(_("It shows the need"))
        self.name = LineField(_("What it is"), placeholder=_("error log of the order service"))
        self.text = TextField(_("Excerpt"), _("Kept as it is: take passwords out first."), lines=8)
        self.keep, self.leave = Button(_("Keep it"), Kind.PRIMARY), Button(_("Not now"))
        self.form = card(
            column(
                Label(_("Excerpt as evidence"), weight=BOLD),
                self.name,
                self.text,
                row(None, self.leave, self.keep),
                gap=12,
                margins=(16, 12, 16, 16),
            )
        )
        self.form.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        add_layout(layout, row(self.file, self.paste, self.need, None, gap=12))
        layout.addWidget(self.form)
        self.file.clicked.connect(self._on_file)
        self.paste.clicked.connect(self._on_paste)
        self.keep.clicked.connect(self._on_keep)
        self.leave.clicked.connect(self.form.hide)

    def show_view(self, view: ChangeView) -> None:
        """Follow a change; while it is planned, evidence is usually of the need."""
        if self._view is None or self._view.change.id != view.change.id:
            self.form.hide()
            self.text.set_value("")
            self.name.set_value("")
            self.need.setChecked(view.change.state in _PLANNING)
        self._view = view
        self.setVisible(view.change.state.is_open)
        self.need.setVisible(view.change.state in _PLANNING)

    def add_files(self, paths: list[Path]) -> None:
        """Keep files as evidence of the change that is shown."""
        if self._view is not None and paths:
            task = evidence.attach_files(
                self._editing.context, self._view.change.id, paths, shows_need=self._shows_need
            )
            self._editing.do(task, _("Kept"))

    @property
    def _shows_need(self) -> bool:
        planning = self._view is not None and self._view.change.state in _PLANNING
        return planning and self.need.isChecked()

    @Slot()
    def _on_file(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, _("Keep as evidence"))
        self.add_files([Path(name) for name in names])

    @Slot()
    def _on_paste(self) -> None:
        self.form.show()
        self.name.setFocus()

    @Slot()
    def _on_keep(self) -> None:
        if self._view is None:
            return
        if not self.text.value:
            self.text.set_error(_("Paste the text first."))
            self.text.setFocus()
            return
        self.text.set_error("")
        task = evidence.attach_text(
            self._editing.context, self._view.change.id, self.name.value, self.text.value,
            shows_need=self._shows_need,
        )  # fmt: skip
        self._editing.do(task, _("Kept"))
        self.form.hide()
        self.text.set_value("")
        self.name.set_value("")


class AttachmentView(QWidget):
    """One attachment: what is known of it, its beginning as text, a copy of its bytes."""

    failed = Signal(object)

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing, self._context = editing, editing.context
        self._view: ChangeView | None = None
        self._item: Attachment | None = None
        self.title = Label(weight=BOLD)
        self.facts = Label(tone="ink2", wrap=True)
        self.copy = Button(_("Save a copy"), icon="download", tall=Tall.COMPACT)
        self.remove = Button(_("Take off"), icon="trash", tall=Tall.COMPACT)
        self.text = Transcript()
        self.text.setAccessibleName(_("The beginning of the file"))
        self.text.setFixedHeight(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        add_layout(layout, row(self.title, None, self.copy, self.remove))
        layout.addWidget(self.facts)
        layout.addWidget(self.text)
        self._texts = Latest(self._context.tasks, self)
        self._texts.loaded.connect(self._on_loaded)
        self._texts.failed.connect(editing.failed)
        self.copy.clicked.connect(self._on_copy)
        self.remove.clicked.connect(self._on_remove)

    def show_item(self, view: ChangeView, sha256: str) -> None:
        """Show an attachment of a change by its hash; hide for anything else."""
        known = {item.sha256: item for item in view.change.attachments}
        item = known.get(sha256)
        self.setVisible(item is not None)
        same = item == self._item
        self._view, self._item = view, item
        if item is None or same:
            return
        self.title.setText(item.name)
        self.facts.setText(_facts(item, view.zone))
        self.remove.setVisible(view.change.state in _PLANNING)
        self.text.hide()
        services = self._context.services
        self._texts.start(lambda: evidence.show(services, item))

    @Slot(object)
    def _on_loaded(self, shown: Shown) -> None:
        if shown.item != self._item:
            return
        lines = [TranscriptLine(text) for text in shown.lines]
        if shown.cut:
            lines.append(TranscriptLine(_("Only the beginning is shown."), "", Said.NOTE))
        if not shown.lines:
            lines = [TranscriptLine(_("This is no text, so it is not shown."), "", Said.NOTE)]
        self.text.set_lines(lines)
        self.text.verticalScrollBar().setValue(0)
        self.text.show()

    @Slot()
    def _on_copy(self) -> None:
        if item := self._item:
            path, _kind = QFileDialog.getSaveFileName(self, _("Save a copy"), item.name)
            if path:
                self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write the attachment that is shown to a file."""
        if self._item is not None:
            task = evidence.save_copy(self._context, self._item, path)
            task.succeeded.connect(self._on_saved)
            task.failed.connect(self._editing.failed)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self._context.messages.show_done(_("Saved as {path}").format(path=path))

    @Slot()
    def _on_remove(self) -> None:
        if self._item is not None and self._view is not None:
            task = evidence.detach(self._context, self._view.change.id, self._item.sha256)
            self._editing.do(task, _("Taken off"))


def _facts(item: Attachment, zone: str) -> str:
    text = _("{size}, {mime}, kept {moment} by {name}, from {source}").format(
        size=bytes_size(item.size),
        mime=item.mime,
        moment=moment(item.captured_at, zone),
        name=item.captured_by,
        source=item.source,
    )
    return f"{item.about}: {text}" if item.about and item.about != item.name else text
