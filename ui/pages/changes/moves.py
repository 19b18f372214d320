"""The moves of a change: what each means, its reason asked in the page, then the verb."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.change import ChangeState
from app.i18n import _, later
from app.services.process import transition
from ui.operations import changes
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing

_CONSEQUENCES = {
    ChangeState.DRAFT: later("Approvals that were given stay in the log and no longer count."),
    ChangeState.ASSESS: later("The plan can be altered; approvals count only for the same plan."),
    ChangeState.REJECTED: later("The plan goes back to the coordinator with your comment."),
    ChangeState.CANCELED: later("The change ends here. Everything recorded stays."),
    ChangeState.REVIEW: later("The report that was printed stays; a new one is an addendum."),
}
_FINAL = (ChangeState.CANCELED, ChangeState.REJECTED)


class Moves(QObject):
    """Carries out what the head and the conditions of a change ask for."""

    started = Signal()
    """The work may begin: the change is being implemented."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._editing = editing

    def next(self) -> None:
        """Make the next move of the main path."""
        if move := self._editing.view.move:
            self.want(move.target)

    @Slot(object)
    def want(self, target: ChangeState) -> None:
        """Make a move, after its reason when it needs one."""
        change = self._editing.view.change
        step = transition(change.state, target)
        if step is None:
            return
        if not step.needs_reason and not step.by_decision:
            self._move(target)
            return
        verb = _(step.verb)
        self._editing.ask(
            Question(
                _("{verb}: {number}").format(verb=verb, number=change.number),
                _(_CONSEQUENCES.get(target, "")),
                verb,
                partial(self._move, target),
                danger=target in _FINAL,
            )
        )

    @Slot()
    def hold(self) -> None:
        """Put the change on hold after asking why, or take it off hold."""
        change = self._editing.view.change
        if change.on_hold:
            text = _("It was put on hold: {why}").format(why=change.on_hold_reason)
            heading = _("Take {number} off hold").format(number=change.number)
            self._editing.ask(Question(heading, text, _("Take off hold"), self._release))
            return
        text = _("While it is on hold nothing moves it on; it can only be canceled.")
        heading = _("Put {number} on hold").format(number=change.number)
        self._editing.ask(Question(heading, text, _("Put on hold"), self._hold))

    @Slot(str)
    def override(self, guard: str) -> None:
        """Pass a condition in the acting person's name, after asking why."""
        view = self._editing.view
        answer = next((item for item in view.answers if item.guard == guard), None)
        if answer is None:
            return
        text = _(
            "{missing}. You pass it as {name}; it is logged, and page 1 of the report names you"
            " and the reason."
        )
        self._editing.ask(
            Question(
                _("Pass the condition “{title}”").format(title=answer.title),
                text.format(missing=answer.missing, name=view.actor),
                _("Pass it"),
                partial(self._override, guard),
                danger=True,
            )
        )

    def _move(self, target: ChangeState, reason: str = "") -> None:
        context, change_id = self._editing.context, self._editing.view.change.id
        if target is ChangeState.REJECTED:
            task = changes.reject(context, change_id, reason)
        else:
            task = changes.move(context, change_id, target, reason)
        if target is ChangeState.IMPLEMENT:
            task.succeeded.connect(self._on_started)
        self._editing.do(task)

    def _hold(self, reason: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(changes.hold(self._editing.context, change_id, reason))

    def _release(self, reason: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(changes.release(self._editing.context, change_id, reason))

    def _override(self, guard: str, reason: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(changes.override(self._editing.context, change_id, guard, reason))

    @Slot()
    def _on_started(self) -> None:
        self.started.emit()
