"""Carries out what was wanted of the rules for sudo on the host that is shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.domain.host import Host
from app.i18n import _
from app.services.host.sudo_files import SudoFile
from ui.operations import hosts
from ui.pages.hosts.detail import HostDetail

if TYPE_CHECKING:
    from ui.context import UiContext


class RuleDeeds(QObject):
    """Reads the rules when asked to, and writes them where somebody says."""

    failed = Signal(object)  # exception

    def __init__(self, context: "UiContext", detail: HostDetail, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._detail = context, detail
        self._host: Host | None = None
        detail.sudo_rules_wanted.connect(self._on_rules_wanted)
        detail.sudo_file_kept.connect(self._on_file_kept)

    def set_host(self, host: Host) -> None:
        """Act on another host, or on its newer state."""
        self._host = host

    @Slot()
    def _on_rules_wanted(self) -> None:
        if self._host:
            task = hosts.sudo_files(self._context, self._host)
            task.failed.connect(self.failed)
            task.succeeded.connect(self._on_rules)

    @Slot(object)
    def _on_rules(self, found: tuple[str, Sequence[SudoFile]]) -> None:
        host, files = found
        if self._host and self._host.id == host:
            self._detail.show_sudo_files(files)

    @Slot(object)
    def _on_file_kept(self, file: SudoFile) -> None:
        path, _kind = QFileDialog.getSaveFileName(
            self._detail, _("Rules for sudo"), file.name, _("All files (*)")
        )
        if path:
            self.write_rules(file, Path(path))

    def write_rules(self, file: SudoFile, target: Path) -> None:
        """Write the rules into a file."""
        task = hosts.write_sudo_file(self._context, file, target)
        task.failed.connect(self.failed)
        task.succeeded.connect(self._on_written)

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self._context.messages.show_done(_("Saved {name}").format(name=path.name))
