"""The proofs of a manual step: their names, photos small, and a button to add one."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.evidence import Attachment
from app.domain.run import StepRun
from app.i18n import _
from app.services.run.proofs import is_picture
from app.wording import bytes_size
from ui.format import visible
from ui.tasks import Task
from ui.theme import SMALL
from ui.widgets.buttons import Button, Tall
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.picture import Picture, decode

if TYPE_CHECKING:
    from ui.context import UiContext


class Proofs(QWidget):
    """What shows that a step was done."""

    chosen = Signal(object)  # Path

    def __init__(self, context: "UiContext", item: StepRun) -> None:
        super().__init__()
        self._context = context
        add = Button(_("Add a file or photo"), icon="paperclip", tall=Tall.COMPACT)
        add.clicked.connect(self._on_add)
        needed = item.step.proof and not item.proofs
        note = _("Needed before the step is done") if needed else _("Kept as evidence")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        add_layout(layout, row(add, Label(note, tone="watch" if needed else "ink2"), None))
        self._pictures = QHBoxLayout()
        add_layout(layout, self._pictures)
        for proof in item.proofs:
            text = f"{visible(proof.name)}, {bytes_size(proof.size)}, SHA-256 {proof.sha256[:12]}…"
            layout.addWidget(Label(text, size=SMALL, tone="ink2", wrap=True))
            self._load(proof)

    def _load(self, proof: Attachment) -> None:
        picture = Picture()
        self._pictures.addWidget(picture)
        files = self._context.services.files

        def work() -> QImage | None:
            data = files.get(proof.sha256)
            return decode(data, is_picture(data))

        _Loading(self, picture, proof.name).follow(self._context.tasks.load(work))

    @Slot()
    def _on_add(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("Add a file or photo"))
        if path:
            self.chosen.emit(Path(path))


class _Loading(QObject):
    """One photo on its way from the evidence to the screen."""

    def __init__(self, parent: QWidget, picture: Picture, name: str) -> None:
        super().__init__(parent)
        self._picture, self._name = picture, name

    def follow(self, task: Task) -> None:
        """Show what the task brings; a file that is no picture shows nothing."""
        task.succeeded.connect(self._on_loaded)

    @Slot(object)
    def _on_loaded(self, image: QImage | None) -> None:
        self._picture.set_image(image, _("Photo {name}").format(name=visible(self._name)))
