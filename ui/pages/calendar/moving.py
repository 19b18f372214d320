"""Moves a change: look first, ask, write, and offer the way back. Never a silent move."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.change import Change
from app.domain.window import Window
from app.i18n import _
from app.services.schedule.scheduling import Move
from app.services.schedule.slots import SlotAnswer
from app.wording import clock_span
from ui.changed import Topic
from ui.messages import Message, MessageAction, Tone
from ui.operations import calendar as operations
from ui.pages.calendar.move_bar import MoveBar
from ui.tasks import Latest

if TYPE_CHECKING:
    from ui.context import UiContext


class Mover(QObject):
    """One question at a time, shown in its bar."""

    asked = Signal(str, object)  # id of a change, the window it would have
    settled = Signal()
    """The question is gone, whatever the answer was."""
    moved = Signal(object)  # the change at its new time
    posted = Signal(object)  # Message
    failed = Signal(object)

    def __init__(self, context: "UiContext", page: QObject, bar: MoveBar) -> None:
        super().__init__(page)
        self._context, self._page, self._bar = context, page, bar
        self._zone = "UTC"
        self._move: Move | None = None
        self._reasons: tuple[str, ...] = ()
        self._looks = Latest(context.tasks, self)
        self._looks.loaded.connect(self._on_looked)
        self._looks.failed.connect(self.failed)
        self._slots = Latest(context.tasks, self)
        self._slots.loaded.connect(self._on_slot)
        self._slots.failed.connect(self.failed)
        self._slot_of = ""
        bar.confirmed.connect(self.confirm)
        bar.left.connect(self.leave)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._looks.busy or self._slots.busy

    @property
    def is_asking(self) -> bool:
        """Whether a question is open."""
        return self._move is not None

    def set_zone(self, zone: str) -> None:
        """Say times in this zone."""
        self._zone = zone

    def ask(self, change_id: str, window: Window, reasons: tuple[str, ...] = ()) -> None:
        """Look what a move would bring, and ask."""
        self._reasons = reasons
        services = self._context.services
        self._looks.start(partial(operations.preview_move, services, change_id, window))

    def find_slot(self, change_id: str) -> None:
        """Look for the next free slot, and ask about that."""
        self._slot_of = change_id
        self._slots.start(partial(operations.find_slot, self._context.services, change_id))

    @Slot()
    def confirm(self) -> None:
        """Write the move."""
        if self._move is None or self._move.refused:
            return
        move, self._move = self._move, None
        self._bar.hide()
        self._write(move.change, move.window, back=False)

    @Slot()
    def leave(self) -> None:
        """Leave everything as it is."""
        self._move = None
        self._looks.drop()
        self._bar.hide()
        self.settled.emit()

    def _write(self, change: Change, window: Window, *, back: bool) -> None:
        task = operations.move_change(self._context, change.id, window)
        task.succeeded.connect(partial(self._on_moved, change, back))
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_looked(self, move: Move) -> None:
        self._move = move
        self._bar.show_move(move, self._zone, self._reasons)
        self.asked.emit(move.change.id, move.window)

    @Slot(object)
    def _on_slot(self, answer: SlotAnswer) -> None:
        if answer.slot is None:
            self.posted.emit(
                Message(
                    _("No slot is free"),
                    Tone.WARNING,
                    cause=answer.lines[0],
                    next=answer.lines[-1] if len(answer.lines) > 1 else "",
                    details="\n".join(answer.lines),
                )
            )
            return
        passed = " ".join(answer.lines[len(answer.fits) :])
        self.ask(self._slot_of, answer.slot, tuple(filter(None, (*answer.fits, passed))))

    def _on_moved(self, before: Change, back: bool, after: Change) -> None:
        self._context.changed.announce(Topic.CHANGES, self._page, after.id)
        self.moved.emit(after)
        self.settled.emit()
        window = after.window
        if window is None:
            return
        when = clock_span(window.span.start, window.span.end, self._zone)
        words = _("Moved {number} back to {when}") if back else _("Moved {number} to {when}")
        undo: tuple[MessageAction, ...] = ()
        if not back and before.window is not None:
            again = partial(self._write, after, before.window, back=True)
            undo = (MessageAction(_("Undo"), again),)
        text = words.format(number=after.number, when=when)
        self.posted.emit(Message(text, Tone.DONE, actions=undo))

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self.settled.emit()
        self.failed.emit(error)
