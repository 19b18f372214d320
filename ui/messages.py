"""The one door for errors and notices; it can be used before any window exists."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import AppError
from app.i18n import _

log = logging.getLogger(__name__)


class Tone(StrEnum):
    """How a message looks; the values are colour tokens."""

    ERROR = "bad"
    WARNING = "watch"
    DONE = "good"
    NOTE = "unknown"


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button on a message."""

    text: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, where, why, and what to do next; every text is shown literally."""

    state: str
    tone: Tone = Tone.NOTE
    host: str = ""
    step: str = ""
    cause: str = ""
    present: str = ""
    """In which state things are now."""
    next: str = ""
    details: str = ""
    actions: tuple[MessageAction, ...] = ()

    def as_text(self) -> str:
        """Return all of it as plain lines, to be copied."""
        pairs = (
            ("", self.state),
            (_("Host"), self.host),
            (_("Step"), self.step),
            (_("Cause"), self.cause),
            (_("State"), self.present),
            (_("Next"), self.next),
        )
        lines = [f"{label}: {text}" if label else text for label, text in pairs if text]
        return "\n".join([*lines, *([self.details] if self.details else [])])


def message_of(error: BaseException) -> Message:
    """Turn an exception into words: the world's errors as they say it, ours with a trace."""
    if isinstance(error, AppError):
        missing: tuple[str, ...] = getattr(error, "missing", ())
        return Message(
            error.text,
            Tone.ERROR,
            host=error.host,
            step=error.step,
            cause=_cause(error),
            next=error.hint,
            details="\n".join(missing),
        )
    return Message(
        _("Change Desk made a mistake of its own"),
        Tone.ERROR,
        cause=f"{type(error).__name__}: {error}",
        next=_("Copy the details into a fault report, then try the step again."),
        details="".join(traceback.format_exception(error)),
    )


class Messages(QObject):
    """Receives messages from anywhere on the UI thread; whoever shows them connects to `posted`."""

    posted = Signal(object)  # Message
    LIMIT = 50

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: list[Message] = []

    @property
    def kept(self) -> tuple[Message, ...]:
        """The last messages, oldest first; a window that comes later shows them."""
        return tuple(self._kept)

    def post(self, message: Message) -> None:
        """Keep and show a message."""
        self._kept = [*self._kept[1 - self.LIMIT :], message]
        self.posted.emit(message)

    @Slot(object)
    def show_error(self, error: BaseException) -> None:
        """Show an exception in words; one of ours also goes to the log with its trace."""
        if not isinstance(error, AppError):
            log.error("unexpected error", exc_info=error)
        self.post(message_of(error))

    def show_done(self, text: str) -> None:
        """Say in one sentence that something was done."""
        self.post(Message(text, Tone.DONE))


def _cause(error: AppError) -> str:
    under = error.__cause__
    if under is None:
        return ""
    return under.text if isinstance(under, AppError) else f"{type(under).__name__}: {under}"
