"""Puts the board into the page: it follows the filters, and its drops become questions."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.domain.change import ChangeState
from ui.changed import Happened, Topic
from ui.operations.changes import ChangeView
from ui.pages.changes.board import Board
from ui.pages.changes.list_head import View

if TYPE_CHECKING:
    from ui.pages.changes.page import ChangesPage


class Boarding(QObject):
    """Belongs to the changes page; the board is made when it is first looked at."""

    def __init__(self, page: "ChangesPage") -> None:
        super().__init__(page)
        self._page, self._list = page, page.list
        self._board: Board | None = None
        self._proposed: tuple[str, ChangeState] | None = None
        page.list.view_changed.connect(self._on_view)
        page.list.search.started.connect(self._on_started)
        page.detail.shown.connect(self._on_shown)
        page.detail.head.folded.connect(self._on_back)
        page.context.changed.happened.connect(self._on_happened)

    @property
    def board(self) -> Board:
        """The board, made when it is first wanted."""
        if self._board is None:
            self._board = Board(self._page.context, self._list.marks)
            self._board.opened.connect(self._list.opened)
            self._board.moved.connect(self.propose)
            self._board.failed.connect(self._page.show_error)
            self._list.views.set_board(self._board)
        return self._board

    @property
    def ready(self) -> bool:
        """Whether the board, if it is looked at, is filled."""
        return self._board is None or self._board.ready

    @Slot(str, object)
    def propose(self, change_id: str, target: ChangeState) -> None:
        """Show a change and ask for its move: what it needs is said there, nothing is done yet."""
        self._proposed = (change_id, target)
        self._page.open(change_id)

    @Slot(object)
    def _on_shown(self, view: ChangeView) -> None:
        if self._proposed is not None and self._proposed[0] == view.change.id:
            target, self._proposed = self._proposed[1], None
            self._page.detail.moves.propose(target)

    @Slot(object)
    def _on_view(self, view: View) -> None:
        if view is View.BOARD:
            self.board.start(self._list.search.wanted)
            self._list.show_fitting()

    @Slot()
    def _on_back(self) -> None:
        if self._list.view is View.BOARD:
            self.board.focus_first()

    @Slot()
    def _on_started(self) -> None:
        if self._list.view is View.BOARD:
            self.board.start(self._list.search.wanted)

    @Slot(object)
    def _on_happened(self, happened: Happened) -> None:
        if self._list.view is View.BOARD and happened.concerns(Topic.CHANGES):
            self.board.start(self._list.search.wanted)
