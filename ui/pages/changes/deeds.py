"""What is done on the hosts beside the run: taking and proving backups, checking health."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from app.domain.change import ChangeState
from app.domain.health import Phase
from app.i18n import _
from app.services.backup.backups import sets_of_plan
from ui.changed import Topic
from ui.operations import backups, health
from ui.operations.changes import ChangeView
from ui.pages.changes.editing import Editing
from ui.tasks import Task
from ui.widgets.buttons import Button, WithReason
from ui.widgets.layout import row

_OVER = (ChangeState.CLOSED, ChangeState.CANCELED)
_AFTER_WORK = (
    ChangeState.TEST,
    ChangeState.MONITOR,
    ChangeState.BACKOUT,
    ChangeState.REVIEW,
)


class HostDeeds(QWidget):
    """Two buttons; each is blocked with a reason while it makes no sense."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self.editing = editing
        self._running: set[Button] = set()
        self.back_up = Button(_("Back up and prove"), icon="archive")
        self.check = Button(_("Check the hosts"), icon="activity")
        self.back_up.clicked.connect(self._on_back_up)
        self.check.clicked.connect(self._on_check)
        left = Qt.AlignmentFlag.AlignLeft
        deeds = (WithReason(button, align=left) for button in (self.back_up, self.check))
        self.setLayout(row(*deeds, None))

    def show_view(self, view: ChangeView) -> None:
        """Follow a change."""
        change = view.change
        self.setVisible(change.state not in _OVER)
        if self.back_up not in self._running:
            nothing = "" if change.backup_plan else _("nothing is planned to be captured")
            if change.backup_plan and not sets_of_plan(change):
                nothing = _("the plan leaves all to other systems")
            self.back_up.block(nothing)
        if self.check not in self._running:
            self.check.block("" if change.hosts else _("no host is affected yet"))

    @Slot()
    def _on_back_up(self) -> None:
        change = self.editing.view.change
        title = _("Backup for {number}").format(number=change.number)
        task = backups.back_up_change(self.editing.context, change.id, title)
        self._follow(task, self.back_up, _("being taken"), Topic.BACKUPS)

    @Slot()
    def _on_check(self) -> None:
        change = self.editing.view.change
        phase = Phase.AFTER if change.state in _AFTER_WORK else Phase.BEFORE
        title = _("Health check for {number}").format(number=change.number)
        task = health.check_change(self.editing.context, change.id, phase, title)
        self._follow(task, self.check, _("being checked"), Topic.HEALTH)

    def _follow(self, task: Task, button: Button, words: str, topic: Topic) -> None:
        self._running.add(button)
        button.block(words)
        _Following(task, self, button, topic)

    def ended(self, button: Button) -> None:
        """Offer a deed again."""
        self._running.discard(button)
        button.block("")
        self.editing.reload_wanted.emit()


class _Following(QObject):
    """One deed on its way; it goes with its task."""

    def __init__(self, task: Task, deeds: HostDeeds, button: Button, topic: Topic) -> None:
        super().__init__(task)
        self._deeds, self._button, self._topic = deeds, button, topic
        task.succeeded.connect(self._on_done)
        task.failed.connect(deeds.editing.failed)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_done(self, _result: object) -> None:
        self._deeds.editing.context.changed.announce(self._topic | Topic.CHANGES)

    @Slot()
    def _on_ended(self) -> None:
        self._deeds.ended(self._button)
