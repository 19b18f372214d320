"""What the page of lessons reads and does, each as one call on a worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.domain.change import Change
from app.services.change.changes import Desk
from app.services.review import learning
from app.services.search.rows import ActionRow, LessonRow
from app.services.search.spelling import folded
from ui.tasks import WRITES, Task

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Found:
    """A lesson or an action, with the words it is found by."""

    row: LessonRow | ActionRow
    words: str

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return self.row.id


@dataclass(frozen=True, slots=True)
class LessonsView:
    """Everything that was learned, and the day it is."""

    lessons: tuple[Found, ...]
    actions: tuple[Found, ...]
    today: date


def load_view(services: "AppServices") -> LessonsView:
    """Return lessons and actions of all changes, the newest change first."""
    found = services.queries.learned()
    return LessonsView(
        tuple(Found(row, _lesson_words(row)) for row in found.lessons),
        tuple(Found(row, _action_words(row)) for row in found.actions),
        services.clock.now().date(),
    )


def _lesson_words(row: LessonRow) -> str:
    item = row.lesson
    texts = (item.event, item.cause, item.effect, item.recommendation, *item.tags, item.by)
    return _joined((*texts, row.number, row.title, row.service))


def _action_words(row: ActionRow) -> str:
    item = row.action
    texts = (item.title, item.owner, item.dropped, item.child)
    return _joined((*texts, row.number, row.title, row.service))


def _joined(texts: Sequence[str]) -> str:
    return folded(" ".join(texts))


def finish(context: "UiContext", row: ActionRow) -> Task:
    """Mark an action done today."""
    today = context.services.clock.now().date()
    return _write(
        context,
        lambda desk: learning.finish_action(row.change, row.place, row.action, today, desk=desk),
    )


def drop(context: "UiContext", row: ActionRow, reason: str) -> Task:
    """Say why an action will not be done."""
    return _write(
        context,
        lambda desk: learning.drop_action(row.change, row.place, row.action, reason, desk=desk),
    )


def reopen(context: "UiContext", row: ActionRow) -> Task:
    """Take back that an action was done or dropped."""
    return _write(
        context, lambda desk: learning.reopen_action(row.change, row.place, row.action, desk=desk)
    )


def open_change(context: "UiContext", row: ActionRow) -> Task:
    """Open a change that does an action; the task gives the new change."""
    return _write(
        context, lambda desk: learning.open_child(row.change, row.place, row.action, desk=desk)
    )


def _write(context: "UiContext", verb: Callable[[Desk], Change]) -> Task:
    services = context.services
    return context.tasks.start(lambda _task: verb(services.desk), lane=WRITES)
