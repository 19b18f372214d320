"""Lock the window: nothing of the data in sight until the passphrase is typed.

Work that has begun goes on. Once none is left, what is held in memory is forgotten: passwords for
sudo and the key of an open vault. Without a chosen passphrase nothing is hidden, but those are
forgotten all the same when nobody has touched anything for as long.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.i18n import _
from ui.actions import Action
from ui.changed import Happened, Topic
from ui.messages import Message, MessageAction, Tone, message_of

if TYPE_CHECKING:
    from ui.context import UiContext
    from ui.main_window import MainWindow
    from ui.shell.lock_page import LockPage
    from ui.shell.memory import Memory

LOOK_MS = 5_000
_SEEN = "input-seen"
_INPUT = frozenset(
    {
        QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel, QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
    }
)  # fmt: skip


class WindowLock(QObject):
    """Locks on its key, after too long without input, and where the last window was locked.

    Whether there is a passphrase is asked of the keyring each time, on a worker.
    """

    def __init__(
        self,
        application: QApplication,
        window: "MainWindow",
        context: "UiContext",
        memory: "Memory",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(window)
        self._window, self._context, self._memory = window, context, memory
        self._monotonic, self._touched_s, self._limit_s = monotonic, monotonic(), 0.0
        self._noticed = self._owes = False
        self._page: LockPage | None = None
        self._keys: list[QShortcut] = []
        self._away: list[QWidget] = []
        self._focus: QWidget | None = None
        self.locked = False
        context.actions.add(Action("lock", _("Lock the window"), self.lock, "lock", "Ctrl+L"))
        context.changed.happened.connect(self._on_changed)
        application.focusWindowChanged.connect(self._on_window)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)
        self._on_window(QGuiApplication.focusWindow())
        self._read_limit()
        if memory.locked:  # only a keyring that holds no passphrase any more opens it by itself
            self._cover()
            self._ask(self._on_begun, self._on_not_known)

    @property
    def page(self) -> "LockPage":
        """What is shown while the window is locked."""
        if self._page is None:
            from ui.shell.lock_page import LockPage  # noqa: PLC0415 - built when first locked

            self._page = LockPage()
            self._page.typed.connect(self._on_typed)
        return self._page

    @Slot()
    def lock(self) -> None:
        """Lock now, or say what it takes."""
        if not self.locked:
            self._ask(self._on_wanted, self._context.messages.show_error)

    @Slot()
    def look(self) -> None:
        """Lock after too long without input, and forget what is left to forget."""
        if self.locked:
            self._put_others_away()
        if self._owes and not self._context.tasks.busy:
            from ui.operations.window_lock import forget_held  # noqa: PLC0415 - see below

            self._owes = False
            forget_held(self._context).succeeded.connect(self._on_forgotten)
        idle_s = self._monotonic() - self._touched_s
        if not self.locked and not self._noticed and 0 < self._limit_s <= idle_s:
            self._noticed = self._owes = True
            self._ask(self._on_idle, lambda _error: None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note every touch of a window; nothing is kept from it."""
        if event.type() in _INPUT:
            self._touched_s, self._noticed = self._monotonic(), False
        return super().eventFilter(watched, event)

    def _ask(self, then: Callable[[bool], object], failed: Callable[[Exception], object]) -> None:
        from ui.operations.window_lock import is_chosen  # noqa: PLC0415 - not before it is needed

        task = self._context.tasks.load(is_chosen(self._context))
        task.succeeded.connect(then)
        task.failed.connect(failed)

    @Slot(bool)
    def _on_wanted(self, chosen: bool) -> None:
        if chosen:
            self._cover()
            return
        show = partial(self._context.navigation.go, "settings")
        self._context.messages.post(
            Message(
                _("The window cannot be locked yet"), Tone.WARNING,
                cause=_("No passphrase is chosen that would open it again."),
                actions=(MessageAction(_("Choose one in the settings"), show),),
            )
        )  # fmt: skip

    @Slot(bool)
    def _on_idle(self, chosen: bool) -> None:
        if chosen and self._noticed:
            self._cover()

    @Slot(bool)
    def _on_begun(self, chosen: bool) -> None:
        if not chosen:
            self._uncover()

    @Slot(object)
    def _on_not_known(self, error: Exception) -> None:
        message = message_of(error)
        self.page.complain(" ".join(part for part in (message.state, message.next) if part))

    @Slot(str)
    def _on_typed(self, passphrase: str) -> None:
        from ui.operations.window_lock import opens  # noqa: PLC0415 - see above

        task = opens(self._context, passphrase)
        task.succeeded.connect(self._on_tried)
        task.failed.connect(self._on_not_known)

    @Slot(object)
    def _on_tried(self, fits: bool) -> None:
        if not fits:
            self.page.refuse()
            return
        if wrong := self.page.wrong:
            from ui.operations.window_lock import note_refused  # noqa: PLC0415 - see above

            note_refused(self._context, wrong)
        self._uncover()

    def _cover(self) -> None:
        if self.locked:
            return
        self.locked = self._owes = True
        self._memory.keep_locked(locked=True)
        self._focus = QApplication.focusWidget()
        self._keys = [one for one in self._window.findChildren(QShortcut) if one.isEnabled()]
        for key in self._keys:
            key.setEnabled(False)
        self._put_others_away()
        self._window.cover(self.page)
        self.page.passphrase.line.setFocus()

    def _uncover(self) -> None:
        self.locked = False
        self._touched_s = self._monotonic()
        self._memory.keep_locked(locked=False)
        self.page.clear()
        self._window.uncover(self.page)
        for key in filter(isValid, self._keys):
            key.setEnabled(True)
        for widget in filter(isValid, self._away):
            widget.show()
        if self._focus is not None and isValid(self._focus):
            self._focus.setFocus()
        self._keys, self._away, self._focus = [], [], None

    def _put_others_away(self) -> None:
        """Hide dialogs and lists, also those that work opens while nobody may look."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self._window and widget.isVisible():
                self._away.append(widget)
                widget.hide()

    @Slot()
    def _on_forgotten(self) -> None:
        self._context.changed.announce(Topic.HOSTS, self)

    @Slot(object)
    def _on_window(self, window: QWindow | None) -> None:
        if window is None:
            return
        if not window.property(_SEEN):
            window.setProperty(_SEEN, True)
            window.installEventFilter(self)
        if self.locked:
            self._put_others_away()

    @Slot(object)
    def _on_changed(self, happened: Happened) -> None:
        if happened.concerns(Topic.SETTINGS):
            self._read_limit()

    def _read_limit(self) -> None:
        services = self._context.services
        task = self._context.tasks.load(lambda: 60 * services.settings.lock_after_min)
        task.succeeded.connect(self._on_limit)

    @Slot(object)
    def _on_limit(self, limit_s: float) -> None:
        self._limit_s = limit_s
