"""The window's own actions and their keys: palette, search, new, refresh, back, shortcuts."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.i18n import _
from app.wording import moment
from ui.actions import GO, PALETTE, SHORTCUTS, Action
from ui.tasks import Latest

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.services.search.rows import ChangeRow
    from ui.context import UiContext
    from ui.main_window import MainWindow
    from ui.pages import PageEntry
    from ui.shell.palette import Choice, Palette

_FOUND = 6
_NOTE = 44


class Keys(QObject):
    """Lives beside the window and answers its keys; palette and list are built when wanted."""

    def __init__(
        self, window: "MainWindow", context: "UiContext", pages: "Sequence[PageEntry]"
    ) -> None:
        super().__init__(window)
        self._window, self._context = window, context
        self._palette: Palette | None = None
        self._changes = Latest(context.tasks, self)
        self._changes.loaded.connect(self._on_found)
        self._changes.failed.connect(context.messages.show_error)
        window.rail.searched.connect(self._open_palette)
        context.actions.add(*self._own_actions(), *self._page_actions(pages))
        for keys, slot in self._bound():
            QShortcut(QKeySequence(keys), window).activated.connect(slot)

    def _own_actions(self) -> tuple[Action, ...]:
        return (
            Action(PALETTE, _("Open the command palette"), self._open_palette, "command", "Ctrl+K"),
            Action("new", _("New change"), self._new, "plus", "N"),
            Action("search", _("Search on this page"), self._search, "search", "Ctrl+F"),
            Action("reload", _("Refresh this page"), self._reload, "refresh", "F5"),
            Action("back", _("Go back"), self._context.navigation.back, "arrow-left", "Alt+Left"),
            Action(SHORTCUTS, _("List the shortcuts"), self._list_keys, "keyboard", "?"),
        )

    def _page_actions(self, pages: "Sequence[PageEntry]") -> tuple[Action, ...]:
        go = self._context.navigation.go
        return tuple(
            Action(
                f"{GO}{entry.id}", _("Go to {page}").format(page=_(entry.title)),
                partial(go, entry.id), entry.icon, f"Ctrl+{number}" if number < 10 else "",
            )
            for number, entry in enumerate(pages, start=1)
        )  # fmt: skip

    def _bound(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        own = tuple(
            (action.keys, action.run) for action in self._context.actions.all() if action.keys
        )
        return (*own, ("Esc", self._escape))

    @Slot()
    def _new(self) -> None:
        page = self._window.page
        if page is not None and not page.new_record():
            self._context.navigation.go("changes", "new")

    @Slot()
    def _search(self) -> None:
        if self._window.page is not None:
            self._window.page.focus_search()

    @Slot()
    def _reload(self) -> None:
        if self._window.page is not None:
            self._window.page.reload()

    @Slot()
    def _escape(self) -> None:
        editor = self._window.focusWidget()
        if isinstance(editor, QLineEdit | QPlainTextEdit) and not editor.isReadOnly():
            editor.clearFocus()
        elif self._window.page is not None and not self._window.page.escape():
            self._context.navigation.back()

    @Slot()
    def _open_palette(self) -> None:
        from ui.shell.palette import Palette  # noqa: PLC0415 - not before the first picture

        if self._palette is None:
            self._palette = Palette(self._window, self._context.actions.all, self._find)
        self._palette.popup()

    @Slot()
    def _list_keys(self) -> None:
        from ui.shell.shortcuts import ShortcutList  # noqa: PLC0415 - not before the first picture

        ShortcutList(self._window, self._context.actions.all()).open()

    def _find(self, text: str) -> None:
        if text:
            self._changes.start(partial(_changes, self._context.services, text))
        else:
            self._changes.drop()
            self._on_found(())

    @Slot(object)
    def _on_found(self, rows: "Sequence[ChangeRow]") -> None:
        if self._palette is not None:
            self._palette.set_found([self._choice(row) for row in rows])

    def _choice(self, row: "ChangeRow") -> "Choice":
        from ui.shell.palette import Choice  # noqa: PLC0415 - not before the first picture

        open_it = partial(self._context.navigation.go, "changes", row.id)
        from ui.models.changes import hit_words  # noqa: PLC0415 - not before the first picture

        note = hit_words(row) or (moment(row.starts_at, row.zone) if row.starts_at else "")
        note = note if len(note) <= _NOTE else f"{note[: _NOTE - 1]}…"
        return Choice(f"change.{row.id}", f"{row.number}  {row.title}", open_it, "changes", note)


def _changes(services: "AppServices", text: str) -> "Sequence[ChangeRow]":
    """Return the first changes that fit what was typed; call it on a worker thread."""
    from app.services.search.finding import look_up  # noqa: PLC0415 - not before the first picture

    return look_up(text, finder=services.finder, asker=services.asker, limit=_FOUND)
