"""Looking into a set: opens its tree on a worker, and reads what is looked at."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.backup import BackupSet
from app.domain.restore import EntryPage
from app.i18n import _
from app.services.ports.vault import Catalogue
from ui.operations import restores
from ui.pages.backups.deeds import Deeds
from ui.pages.backups.desk import SetDesk
from ui.pages.backups.inside import InsidePanel
from ui.tasks import Task

if TYPE_CHECKING:
    from ui.context import UiContext


class Inside(Deeds):
    """Keeps the tree of one set open for as long as somebody looks at it."""

    left = Signal()
    restore_wanted = Signal(object)  # RestoreWish

    def __init__(self, context: "UiContext", desk: SetDesk, parent: QObject) -> None:
        super().__init__(context, parent)
        self._desk = desk
        self.panel = InsidePanel()
        self._opening: Task | None = None
        self._reads = 0
        self.panel.left.connect(self.left)
        self.panel.children_wanted.connect(self._on_children)
        self.panel.search_wanted.connect(self._on_search)
        self.panel.unpack_wanted.connect(desk.unpack)
        self.panel.restore_wanted.connect(self.restore_wanted)

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._opening is not None or self._reads > 0

    def open(self, item: BackupSet) -> None:
        """Read the index of a set and show its tree."""
        self.close()
        name = self._desk.part.name
        self.panel.show_reading(item, name)
        title = _("Reading what is inside the set of {host}").format(host=name)
        what = restores.Part(item, host=self._desk.part.host)
        self._opening = restores.browse(self._context, what, title)
        self._opening.succeeded.connect(self._on_opened)
        self._opening.failed.connect(self._on_failed)

    def close(self) -> None:
        """Let go of the tree; one that is still being read is closed as soon as it comes."""
        if self._opening is not None:
            self._opening.succeeded.disconnect(self._on_opened)
            self._opening.succeeded.connect(_close_late)
            self._opening.cancel()
            self._opening = None
        self.panel.close_catalogue()

    @Slot(object)
    def _on_opened(self, catalogue: Catalogue) -> None:
        self._opening = None
        self.panel.show_catalogue(catalogue)

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self._opening = None
        self.failed.emit(error)
        self.left.emit()

    @Slot(int, int)
    def _on_children(self, parent: int, after: int) -> None:
        if (catalogue := self.panel.catalogue) is None:
            return
        task = self._read(restores.children(self._context, catalogue, parent, after))
        task.succeeded.connect(self._on_read)

    @Slot(str)
    def _on_search(self, text: str) -> None:
        if (catalogue := self.panel.catalogue) is not None:
            task = self._read(restores.search(self._context, catalogue, text))
            task.succeeded.connect(self._on_found)

    def _read(self, task: Task) -> Task:
        self._reads += 1
        task.ended.connect(self._on_read_ended)
        return task

    @Slot()
    def _on_read_ended(self) -> None:
        self._reads -= 1

    @Slot(object)
    def _on_read(self, answer: tuple[int, EntryPage]) -> None:
        self.panel.put(*answer)

    @Slot(object)
    def _on_found(self, answer: tuple[str, EntryPage]) -> None:
        self.panel.show_found(*answer)


def _close_late(catalogue: Catalogue) -> None:
    catalogue.close()
