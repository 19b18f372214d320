"""What a change waits for that only time brings, and the clock that follows it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.people import same_person
from app.i18n import _
from app.services.change.transitions import Answer
from app.wording import duration
from ui.operations.changes import ChangeView

TICK_MS = 1000


def due_at(answer: Answer, view: ChangeView) -> datetime | None:
    """Return when time alone meets a condition, None where a person must act."""
    if answer.guard == "window_open":
        window = view.change.window
        return window.span.start if window and view.now < window.span.start else None
    return view.change.observed_until if answer.guard == "observed" else None


def when_text(answer: Answer, view: ChangeView) -> str:
    """Return when time brings a condition, or that a person must act."""
    at = due_at(answer, view)
    if at is None:
        return _("needs somebody else") if _is_of_others(answer, view) else _("needs you")
    return _("in {time}").format(time=rough(max(0.0, (at - view.now).total_seconds())))


def _is_of_others(answer: Answer, view: ChangeView) -> bool:
    """Whether the acting person is the one who cannot bring a condition."""
    if answer.guard in ("who", "starter"):
        return True
    if answer.guard in ("approved", "second_approval"):
        return bool(view.agreement.refusal)
    own = same_person(view.actor, view.change.implementer)
    return answer.guard == "reviewed" and own


def rough(seconds: float) -> str:
    """Write a waiting time without parts of a second, and without seconds beyond a minute."""
    return duration(int(seconds) if seconds < 60 else seconds // 60 * 60)


class Waiting(QObject):
    """Ticks while a change waits for time only, and says when the time has come."""

    ticked = Signal(object)  # ChangeView as of now
    due = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QObject) -> None:
        super().__init__(parent)
        self._now = now
        self._view: ChangeView | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def follow(self, view: ChangeView) -> None:
        """Watch the open conditions of a change."""
        self._view = view
        if any(due_at(answer, view) for answer in view.missing):
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        view, now = self._view, self._now()
        if view is None:
            return
        if any(at <= now for answer in view.missing if (at := due_at(answer, view))):
            self.due.emit()
        else:
            self.ticked.emit(replace(view, now=now))
