"""The one door for errors and notices; it can be used before any window exists."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import (
    AppError,
    BackupFailed,
    CommandFailed,
    ConnectionLost,
    DiskFull,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    TimedOut,
    Unreachable,
    VaultDamaged,
)
from app.i18n import _, later

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
        return _worldly(error)
    return Message(
        _("Change Desk made a mistake of its own"),
        Tone.ERROR,
        cause=f"{type(error).__name__}: {error}",
        next=_("Copy the details into a fault report, then try the step again."),
        details="".join(traceback.format_exception(error)),
    )


_STATES: tuple[tuple[type[AppError], str], ...] = (
    (Unreachable, later("Not reachable")),
    (HostKeyUnknown, later("Host key not confirmed")),
    (HostKeyChanged, later("Another host key")),
    (LoginRefused, later("Login refused")),
    (TimedOut, later("No answer in time")),
    (ConnectionLost, later("Connection lost")),
    (CommandFailed, later("Command failed")),
    (DiskFull, later("Disk full")),
    (BackupFailed, later("No backup taken")),
    (VaultDamaged, later("Vault damaged")),
)
"""A word for what hosts and disks do to us, so that it is seen before it is read."""


def _worldly(error: AppError) -> Message:
    word = next((text for kind, text in _STATES if isinstance(error, kind)), "")
    missing: tuple[str, ...] = getattr(error, "missing", ())
    under = _under(error)
    details = (*missing, under) if word else missing
    return Message(
        _(word) or error.text,
        Tone.ERROR,
        host=error.host,
        step=error.step,
        cause=error.text if word else under,
        next=error.hint,
        details="\n".join(filter(None, details)),
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


def _under(error: AppError) -> str:
    """Return what an error was raised from, in the system's words."""
    under = error.__cause__
    match under:
        case None:
            return ""
        case AppError():
            return under.text
        case OSError() if under.strerror:
            return under.strerror
        case _:
            return f"{type(under).__name__}: {under}"
