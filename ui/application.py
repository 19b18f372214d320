"""Builds the application: look, tools, window; opens the store behind the first picture."""

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.errors import DatabaseDamaged
from app.i18n import _, language
from app.paths import NAME
from app.tasks import TaskContext
from ui.actions import Actions
from ui.changed import Changed, Topic
from ui.context import Tools, UiContext
from ui.garbage import GarbageCollector
from ui.main_window import MainWindow
from ui.messages import Message, MessageAction, Messages, Tone, message_of
from ui.navigation import Navigation
from ui.pages import PAGES, PageEntry
from ui.shell.examples import ExampleWays, Ways
from ui.shell.facts import ShellFacts, shell_facts
from ui.shell.memory import Memory
from ui.shell.preload import Preloader, all_pieces
from ui.tasks import WRITES, TaskRunner
from ui.theme import Theme

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.shell.lock import WindowLock
    from ui.shell.watch import Watch

OpenServices = Callable[[TaskContext], "AppServices"]
Recover = Callable[[TaskContext], str]
"""Puts a damaged database aside and returns, in one sentence, what took its place."""
_FACTS_MS = 30_000
_BEHIND_MS = 400
"""After the first page was asked for: it is painted by then, and nobody has done anything yet."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a window is started: where the data are, and how the services are opened."""

    data: Path
    open_services: OpenServices
    pages: Sequence[PageEntry] = PAGES
    remember: bool = True
    """Whether sizes, place and look are kept for the next start."""
    recover: Recover | None = None
    """What is offered when the database is damaged; None offers nothing."""
    examples: Ways | None = None
    """How one gets to the examples and away from them; None offers neither."""
    opening: str = ""
    """What the status bar says, with Cancel, while the services are opened; "" says nothing."""


class Desktop(QObject):
    """The running program: the window and the services behind it."""

    ready = Signal()
    _crashed = Signal(object)  # an exception from any thread

    def __init__(self, application: QApplication, start: Start) -> None:
        super().__init__(application)
        self._application, self.start = application, start
        self.services: AppServices | None = None
        self.watch: Watch | None = None
        self.lock: WindowLock | None = None
        self._recovered = ""
        self.memory = Memory(start.data, keep=start.remember)
        theme = Theme(application, self.memory.mode, self.memory.scale)
        self.tools = Tools(
            TaskRunner(self), Messages(self), Changed(self), Navigation(self), Actions(self), theme
        )
        self._garbage = GarbageCollector(self)
        self.window = MainWindow(self.tools, start.pages, self.memory, self.now)
        self._examples = ExampleWays(self.tools, self.window, start.examples)
        self._preloader = Preloader(self.tools.tasks, self.window.at_rest, self)
        self._preloader.ended.connect(self._catch_up)
        self._crashed.connect(self.tools.messages.show_error, Qt.ConnectionType.QueuedConnection)
        theme.switched.connect(self._on_switched)
        self._facts_timer = QTimer(self)
        self._facts_timer.timeout.connect(self.look_at_facts)
        application.aboutToQuit.connect(self.stop)
        application.commitDataRequest.connect(self.window.closing.give_way)

    def now(self) -> datetime:
        """Return the time by the services' clock, by the computer's before there are any."""
        return self.services.clock.now() if self.services else datetime.now(UTC)

    def install_hooks(self) -> None:
        """Bring every unexpected exception, of any thread, to the user's eyes."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def run(self) -> None:
        """Show the window; the store is opened after the first picture."""
        self.window.show()
        self._later(0, self.open_store)
        self.tools.tasks.load(self.window.first_page.load)

    @Slot()
    def open_store(self) -> None:
        """Open the services on a worker thread."""
        task = self.tools.tasks.start(self.start.open_services, title=self.start.opening)
        task.progressed.connect(self.window.waiting.show_progress)
        task.succeeded.connect(self._on_open)
        task.failed.connect(self._on_closed)
        task.cancelled.connect(self.window.close)

    @Slot()
    def recover(self) -> None:
        """Put a damaged database aside, take the last good copy, and open that."""
        if self.start.recover is not None:
            self.window.waiting.clear()
            task = self.tools.tasks.start(self.start.recover, title=_("Recovering the database"))
            task.succeeded.connect(self._on_recovered)
            task.failed.connect(self._on_closed)

    @Slot()
    def look_at_facts(self) -> None:
        """Refresh what the status bar says."""
        services = self.services
        if services is not None:
            self.tools.tasks.load(lambda: shell_facts(services)).succeeded.connect(self._on_facts)

    @Slot()
    def stop(self) -> None:
        """End all work and close the store."""
        self._facts_timer.stop()
        if self.watch is not None:
            self.watch.stop()
        self._preloader.stop()
        self.tools.tasks.shutdown()
        self._garbage.stop()
        if self.services is not None:
            self.services.close()
            self.services = None

    @Slot(object)
    def _on_closed(self, error: BaseException) -> None:
        """Say why there are no pages, and offer the way on from a damaged database."""
        message = message_of(error)
        if isinstance(error, DatabaseDamaged) and self.start.recover is not None:
            choice = MessageAction(_("Put it aside and take the last good copy"), self.recover)
            message = replace(message, actions=(choice,))
        self.tools.messages.post(message)

    @Slot(object)
    def _on_recovered(self, sentence: str) -> None:
        self._recovered = sentence
        self.open_store()

    @Slot(object)
    def _on_open(self, services: "AppServices") -> None:
        from ui.shell.keys import Keys  # noqa: PLC0415 - it imports what the first picture can do without
        from ui.shell.lock import WindowLock  # noqa: PLC0415 - see above

        self.services = services
        context = self.tools.with_services(services)
        self._examples.offer(example=services.example)
        self.lock = WindowLock(self._application, self.window, context, self.memory)
        Keys(self.window, context, self.start.pages)
        self.window.attach(context)
        for warning in services.warnings:
            self.tools.messages.post(Message(warning, Tone.WARNING))
        self._say_what_was_cut_off(context)
        self.tools.changed.happened.connect(self.look_at_facts)
        self._facts_timer.start(_FACTS_MS)
        self.look_at_facts()
        self.ready.emit()
        # What is caught up afterwards has less to load then, and is less in the way.
        begin = partial(self._preloader.start, all_pieces(self.start.pages, services))
        self._later(_BEHIND_MS, begin)

    def _say_what_was_cut_off(self, context: "UiContext") -> None:
        if self._recovered:
            self.tools.messages.post(Message(self._recovered, Tone.WARNING))
        for run in context.services.recovered:
            from ui.shell.cut_off import cut_off_message  # noqa: PLC0415 - seldom needed

            show = partial(context.navigation.go, "run", run.id)
            self.tools.messages.post(cut_off_message(run, show))

    @Slot()
    def _catch_up(self) -> None:
        """Make up for the time the program was closed, behind the first page."""
        if self.services is not None:
            task = self.tools.tasks.start(partial(_catch_up, self.services), lane=WRITES)
            task.succeeded.connect(self._on_caught_up)
            task.failed.connect(self.tools.messages.show_error)
            task.ended.connect(self._settle_in)

    @Slot(object)
    def _on_caught_up(self, found: "CaughtUp") -> None:
        for warning in found.warnings:
            self.tools.messages.post(Message(warning, Tone.WARNING))
        if found.wrote:
            self.tools.changed.announce(Topic.EVERYTHING, by=self)

    @Slot()
    def _settle_in(self) -> None:
        """Keep watch from now on, and let the garbage be collected of what is new."""
        if self.services is not None:
            from ui.shell.watch import Watch  # noqa: PLC0415 - not before the first picture

            self.watch = Watch(self.tools.with_services(self.services), self)
            self._garbage.begin()

    @Slot(object)
    def _on_facts(self, facts: ShellFacts) -> None:
        self.window.status.show_facts(facts)

    @Slot()
    def _on_switched(self) -> None:
        self.memory.keep_look(self.tools.theme.mode, self.tools.theme.scale)

    def _later(self, delay_ms: int, slot: Callable[[], object]) -> None:
        timer = QTimer(self)  # a child of ours: it cannot outlive us, as a static one could
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        timer.start(delay_ms)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        else:
            self._crashed.emit(error.with_traceback(trace))

    def _on_thread_exception(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._crashed.emit(told.exc_value)


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What there is to warn of after a start, and whether anything was written."""

    warnings: tuple[str, ...]
    wrote: bool


def _catch_up(services: "AppServices", _context: TaskContext) -> CaughtUp:
    before = services.first.log_head()
    warnings = services.catch_up()
    return CaughtUp(warnings, services.first.log_head() != before)


def build_application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the Qt application with the names and the language of this program."""
    QLocale.setDefault(QLocale(language()) if language() != "en" else QLocale("en_GB"))
    application = QApplication([NAME, *arguments])
    application.setApplicationName("changedesk")
    application.setApplicationDisplayName(NAME)
    application.setDesktopFileName("changedesk")
    return application


def run_window(start: Start) -> int:
    """Show the window until it is closed; return the exit code."""
    application = build_application()
    desktop = Desktop(application, start)
    desktop.install_hooks()
    desktop.run()
    return application.exec()
