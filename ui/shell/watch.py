"""Looks each minute, off the UI thread, for what came due while the window stays open."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.i18n import _
from app.services.presence import slept
from ui.changed import Topic
from ui.messages import Message, MessageAction, Tone
from ui.operations.backups import run_scheduled
from ui.tasks import WRITES

if TYPE_CHECKING:
    from app.domain.backup_schedule import BackupAttempt
    from app.domain.run import Run, StepRun
    from app.services.backup.backup_schedule import DueBackup
    from app.services.catching_up import KeptUp
    from app.services.facade import AppServices
    from ui.context import UiContext

LOOK_MS = 60_000


class Watch(QObject):
    """Compares the clock on the wall with the one that stops in sleep, and looks.

    The timer fires on the UI thread, which is never busy for long: a gap was the computer's.
    """

    def __init__(
        self,
        context: "UiContext",
        parent: QObject,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._context, self._monotonic = context, monotonic
        self._seen = (context.services.clock.now(), monotonic())
        self._asleep_until: datetime | None = None
        self._looking = False
        self._complaint = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)

    @Slot()
    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Look now, unless the last look is still under way."""
        services = self._context.services
        wall, mono = services.clock.now(), self._monotonic()
        if slept((wall - self._seen[0]).total_seconds(), mono - self._seen[1]):
            self._asleep_until = wall
        self._seen = (wall, mono)
        if self._looking:
            return
        self._looking = True
        task = self._context.tasks.start(
            lambda _task: _keep_up(services, self._asleep_until), lane=WRITES
        )
        task.succeeded.connect(self._on_found)
        task.failed.connect(self._on_failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_found(self, found: "KeptUp") -> None:
        self._complaint = ""
        for change, run in found.missed:
            show = partial(self._context.navigation.go, "changes", change.id)
            text = _("{number} was missed: its window has passed, and nothing was run")
            self._context.messages.post(
                Message(
                    text.format(number=change.number),
                    Tone.WARNING,
                    cause=run.cause,
                    next=_("Give it another window, or cancel it."),
                    actions=(MessageAction(_("Open the change"), show),),
                )
            )
        for stopped, gate in found.gates:
            self._say_stopped(stopped, gate)
        for due in found.backups:
            _Scheduled(self._context, due, self)
        if found.missed or found.drafts or found.gates:
            self._context.changed.announce(Topic.CHANGES | Topic.RUNS, by=self)

    def _say_stopped(self, run: "Run", gate: "StepRun") -> None:
        """Say it wherever the person is: the run page need not be open."""
        show = partial(self._context.navigation.go, "run", run.id)
        self._context.messages.post(
            Message(
                _("“{title}” was stopped: nobody answered in time").format(title=gate.step.title),
                Tone.WARNING,
                cause=_("Nothing is sent while it is stopped."),
                next=_("Open the gate again, or back out."),
                actions=(MessageAction(_("Open the run"), show),),
            )
        )

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        """Say a failure once, not each minute."""
        if str(error) != self._complaint:
            self._complaint = str(error)
            self._context.messages.show_error(error)

    @Slot()
    def _on_ended(self) -> None:
        self._looking = False


class _Scheduled(QObject):
    """One scheduled backup on its way; says how it ended when it is not good."""

    def __init__(self, context: "UiContext", due: "DueBackup", parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._due = context, due
        task = run_scheduled(context, due)
        task.succeeded.connect(self._on_ended)
        task.failed.connect(context.messages.show_error)
        task.ended.connect(self.deleteLater)

    @Slot(object)
    def _on_ended(self, attempt: "BackupAttempt | None") -> None:
        if attempt is None:
            return
        self._context.changed.announce(Topic.BACKUPS | Topic.CHANGES, by=self)
        if attempt.ok:
            return
        show = partial(self._context.navigation.go, "changes", self._due.change)
        text = _("{number}: the scheduled backup is not there").format(number=self._due.number)
        self._context.messages.post(
            Message(
                text,
                Tone.WARNING,
                cause=attempt.outcome,
                next=_("It is tried again in 15 minutes, as long as the window has not opened."),
                actions=(MessageAction(_("Open the change"), show),),
            )
        )


def _keep_up(services: "AppServices", asleep_until: datetime | None) -> "KeptUp":
    from app.services.catching_up import keep_up  # noqa: PLC0415 - not before the first look

    return keep_up(services, asleep_until)
