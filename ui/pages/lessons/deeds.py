"""Carries out what is wanted of an action, and tells everybody."""

from PySide6.QtCore import QObject, Slot

from app.domain.change import Change
from app.services.search.rows import ActionRow
from ui.changed import Topic
from ui.operations import lessons
from ui.pages.lessons.detail import LessonDetail
from ui.tasks import Task
from ui.widgets.page import Page


class ActionDeeds(QObject):
    """One verb at a time; the page reads again when it is done."""

    def __init__(self, detail: LessonDetail, page: Page) -> None:
        super().__init__(page)
        self._page, self._context = page, page.context
        detail.done_wanted.connect(self._on_done)
        detail.reopen_wanted.connect(self._on_reopen)
        detail.drop_wanted.connect(self._on_drop)
        detail.open_wanted.connect(self._on_open)

    @Slot(object)
    def _on_done(self, shown: ActionRow) -> None:
        self._follow(lessons.finish(self._context, shown))

    @Slot(object)
    def _on_reopen(self, shown: ActionRow) -> None:
        self._follow(lessons.reopen(self._context, shown))

    @Slot(object, str)
    def _on_drop(self, shown: ActionRow, why: str) -> None:
        self._follow(lessons.drop(self._context, shown, why))

    @Slot(object)
    def _on_open(self, shown: ActionRow) -> None:
        task = lessons.open_change(self._context, shown)
        task.succeeded.connect(self._on_made)
        self._follow(task)

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._on_written)
        task.failed.connect(self._page.show_error)

    @Slot(object)
    def _on_made(self, child: Change) -> None:
        self._context.navigation.go("changes", child.id)

    @Slot(object)
    def _on_written(self, _change: object) -> None:
        self._context.changed.announce(Topic.CHANGES, self._page)
        self._page.reload()
