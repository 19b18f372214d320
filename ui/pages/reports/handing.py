"""Hands changes over, and opens what others handed over, in the place of the reports."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.errors import SecretsInside
from app.i18n import _
from app.services.dossier_reading import Dossier
from ui.changed import Topic
from ui.messages import MessageAction, Tone, message_of
from ui.operations import dossiers
from ui.pages.reports.dossier import DossierPanel
from ui.widgets.dressed import popup_menu

if TYPE_CHECKING:
    from ui.pages.reports.page import ReportsPage

_FILES = "Zip (*.zip)"


class HandingOver(QObject):
    """Belongs to the button beside the choice of the change."""

    def __init__(self, page: "ReportsPage") -> None:
        super().__init__(page)
        self._page, self._context = page, page.context
        self._under: QWidget | None = None
        self._panel: DossierPanel | None = None
        self._path = Path()
        page.more.clicked.connect(self._on_more)

    @property
    def panel(self) -> DossierPanel:
        """The view of a dossier, made when it is first wanted."""
        if self._panel is None:
            self._panel = DossierPanel(self._context)
            self._panel.closed.connect(self.close)
            self._panel.failed.connect(self._page.show_error)
            self._page.stack.addWidget(self._panel)
        return self._panel

    @property
    def is_open(self) -> bool:
        """Whether a dossier is shown."""
        return self._panel is not None and self._page.stack.currentWidget() is self._panel

    def show_under(self, widget: QWidget) -> None:
        """Show the reports, unless a dossier is looked at."""
        self._under = widget
        if not self.is_open:
            self._page.stack.setCurrentWidget(widget)

    @Slot()
    def close(self) -> bool:
        """Show the reports again; return whether a dossier was shown."""
        was = self.is_open
        if was and self._under is not None:
            self._page.stack.setCurrentWidget(self._under)
        return was

    def menu(self) -> QMenu:
        """Return what can be done with dossiers."""
        menu = popup_menu(self._page)
        change = self._page.change
        if change is not None:
            text = _("Hand {number} over as a dossier").format(number=change.number)
            menu.addAction(text).triggered.connect(self._on_export)
        menu.addAction(_("Open a dossier")).triggered.connect(self._on_open)
        return menu

    @Slot()
    def _on_more(self) -> None:
        menu, button = self.menu(), self._page.more
        menu.exec(button.mapToGlobal(button.rect().bottomLeft()))
        menu.deleteLater()

    @Slot()
    def _on_export(self) -> None:
        change = self._page.change
        if change is not None:
            name = f"{change.number}-dossier.zip"
            path, _kind = QFileDialog.getSaveFileName(self._page, _("Dossier"), name, _FILES)
            if path:
                self.export_to(Path(path))

    def export_to(self, path: Path, accepted: tuple[str, ...] = ()) -> None:
        """Hand the change over as a file; ``accepted`` names members seen to hold secrets."""
        change = self._page.change
        if change is not None:
            self._path = path
            task = dossiers.export(self._context, change, path, accepted)
            task.succeeded.connect(self._on_exported)
            task.failed.connect(self._on_refused)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        """Say why; what only looks like a secret goes once somebody has seen the names."""
        if not isinstance(error, SecretsInside):
            self._page.show_error(error)
            return
        go = partial(self._as_it_is, error.names)
        message = replace(
            message_of(error),
            tone=Tone.WARNING,
            present=_("Nothing was handed over."),
            details="\n".join(error.names),
            actions=(MessageAction(_("Hand over as it is"), go),),
        )
        self._page.banners.show_message(message)

    def _as_it_is(self, seen: tuple[str, ...]) -> None:
        self._page.banners.clear()
        self.export_to(self._path, seen)

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        self._context.changed.announce(Topic.CHANGES, self._page)
        self._context.messages.show_done(_("Saved as {path}").format(path=path))

    @Slot()
    def _on_open(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self._page, _("Open a dossier"), "", _FILES)
        if path:
            self.open_file(Path(path))

    def open_file(self, path: Path) -> None:
        """Check a dossier and show it."""
        task = dossiers.read(self._context, path)
        task.succeeded.connect(self._on_read)
        task.failed.connect(self._page.show_error)

    @Slot(object)
    def _on_read(self, dossier: Dossier) -> None:
        self.panel.show_dossier(dossier)
        self._page.stack.setCurrentWidget(self.panel)
