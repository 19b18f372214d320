"""The keys of a change: every move and deed by name in the palette, the usual ones by a key."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from app.i18n import _
from ui.actions import Action

if TYPE_CHECKING:
    from ui.operations.changes import ChangeView
    from ui.pages.changes.page import ChangesPage

NEXT, MENU = "Ctrl+Return", "M"


class ChangeKeys(QObject):
    """Follows the change that is shown."""

    def __init__(self, page: "ChangesPage") -> None:
        super().__init__(page)
        self._page = page
        self._offered: tuple[str, ...] = ()
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, slot in ((NEXT, self._on_next), (MENU, self._on_menu)):
            shortcut = QShortcut(QKeySequence(keys), page)
            shortcut.setContext(context)
            shortcut.activated.connect(slot)
        page.context.actions.add(
            Action(
                "approval.file", _("Open an approval file"), page.approvals.ask_file, "folder-open"
            )
        )
        page.detail.shown.connect(self._on_shown)

    @Slot(object)
    def _on_shown(self, view: "ChangeView") -> None:
        """Offer by name what can be done with this change now."""
        actions, head, number = (
            self._page.context.actions,
            self._page.detail.head,
            view.change.number,
        )
        offered = []
        if view.move is not None:
            verb = _(view.move.verb)
            offered.append(Action("change.next", verb, self._on_next, "arrow-right", NEXT, number))
        other = _("Other moves of this change")
        offered.append(Action("change.menu", other, self._on_menu, "more", MENU, number))
        for position, (words, what) in enumerate(head.menu_items(view)):
            run = partial(head.pick, what)
            offered.append(
                Action(f"change.move.{position}", words, run, "arrow-right", hint=number)
            )
        actions.remove(*self._offered)
        actions.add(*offered)
        self._offered = tuple(action.id for action in offered)

    @Slot()
    def _on_next(self) -> None:
        """Record what is begun, answer the open question; without one, make the next move."""
        begun = self._page.new_form
        if begun is not None and self._page.right.currentWidget() is begun:
            begun.submit()
            return
        if self._page.detail.asking.is_open:
            self._page.detail.asking.submit()
            return
        button = self._page.detail.head.next
        if button.isVisible() and button.isEnabled():
            button.click()

    @Slot()
    def _on_menu(self) -> None:
        self._page.detail.head.open_menu()
