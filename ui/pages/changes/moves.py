"""The moves of a change: what each means, its reason asked in the page, then the verb."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.change import ChangeState
from app.i18n import _, later
from app.services.change.process import transition
from app.services.change.transitions import Transition
from ui.operations import changes, process
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.conditions import ConditionList, held
from ui.pages.changes.editing import Editing

_CONSEQUENCES: dict[ChangeState | tuple[ChangeState, ChangeState], str] = {
    ChangeState.DRAFT: later(
        "It becomes the next revision: approvals that were given stay in the log and no longer"
        " count."
    ),
    ChangeState.ASSESS: later("The plan can be altered; approvals count only for the same plan."),
    ChangeState.REJECTED: later("The plan goes back to the coordinator with your comment."),
    ChangeState.CANCELED: later("The change ends here. Everything recorded stays."),
    ChangeState.REVIEW: later("The report that was printed stays; a new one is an addendum."),
    (ChangeState.AUTHORIZE, ChangeState.IMPLEMENT): later(
        "The work begins before anybody has approved it. Somebody decides about it afterwards, it"
        " must be reviewed, and the report says so."
    ),
    (ChangeState.TEST, ChangeState.IMPLEMENT): later(
        "A test failed: the same plan is carried out again, as a run of its own."
    ),
    (ChangeState.DRAFT, ChangeState.REVIEW): later(
        "The work was done already. Somebody decides about it afterwards, and it must be reviewed."
    ),
}
_FINAL = (ChangeState.CANCELED, ChangeState.REJECTED)


class Moves(QObject):
    """Carries out what the head and the conditions of a change ask for."""

    started = Signal()
    """The work may begin: the change is being implemented."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._editing = editing
        self._target: ChangeState | None = None
        """The move whose conditions are looked at, to come back to after one was passed."""
        self._come_back = False

    def next(self) -> None:
        """Make the next move of the main path."""
        if move := self._editing.view.move:
            self.want(move.target)

    @Slot(object)
    def want(self, target: ChangeState) -> None:
        """Make a move; what it needs, and why it is made, is asked in the page first."""
        view = self._editing.view
        step = transition(view.change.state, target)
        if step is None:
            return
        missing = [answer for answer in view.answers_of(target) if not answer.met]
        asks = step.needs_reason or step.by_decision
        if not asks and not missing:
            self._move(target)
            return
        self._target = target
        self._editing.ask(self._question(step, view))

    def propose(self, target: ChangeState) -> None:
        """Ask for a move, also one that needs nothing: whoever drops a card may have slipped."""
        view = self._editing.view
        step = transition(view.change.state, target)
        if step is not None:
            self._target = target
            self._editing.ask(self._question(step, view))

    def follow(self) -> None:
        """Come back to the conditions of a move after one of them was passed."""
        if self._come_back and self._target is not None:
            self._come_back = False
            self.want(self._target)

    def _question(self, step: Transition, view: ChangeView) -> Question:
        change, verb, target = view.change, _(step.verb), step.target
        # a rejection is what meets its own condition
        answers = () if step.by_decision else view.answers_of(target)
        missing = [answer.title for answer in answers if not answer.met]
        parts: tuple[QWidget, ...] = ()
        if missing or any(answer.override for answer in answers):
            listed = ConditionList(answers, view)
            listed.override_wanted.connect(self._on_override)
            parts = (held(listed),)
        return Question(
            _("{verb}: {number}").format(verb=verb, number=change.number),
            _(_CONSEQUENCES.get((change.state, target)) or _CONSEQUENCES.get(target, "")),
            verb,
            partial(self._move, target),
            label=_("Comment") if step.by_decision else "",
            danger=target in _FINAL,
            parts=parts,
            blocked=_("needs: {what}").format(what=", ".join(missing)) if missing else "",
            silent=not (step.needs_reason or step.by_decision),
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
        """Pass a condition of the next move in the acting person's name, after asking why."""
        if move := self._editing.view.move:
            self._ask_override(guard, move.target)

    @Slot(str)
    def _on_override(self, guard: str) -> None:
        if self._target is not None:
            self._ask_override(guard, self._target)

    def _ask_override(self, guard: str, target: ChangeState) -> None:
        view = self._editing.view
        found = (item for item in view.answers_of(target) if item.guard == guard)
        answer = next(found, None)
        if answer is None:
            return
        text = _(
            "{missing}. You pass it as {name}; it is logged, and page 1 of the report names you"
            " and the reason. It lapses when the plan, the revision or this finding changes."
        )
        self._editing.ask(
            Question(
                _("Pass the condition “{title}”").format(title=answer.title),
                text.format(missing=answer.missing, name=view.actor),
                _("Pass it"),
                partial(self._override, guard, target),
                danger=True,
            )
        )

    def _move(self, target: ChangeState, reason: str = "") -> None:
        context, change_id = self._editing.context, self._editing.view.change.id
        if target is ChangeState.REJECTED:
            task = process.reject(context, change_id, reason)
        else:
            task = changes.move(context, change_id, target, reason)
        if target is ChangeState.IMPLEMENT:
            task.succeeded.connect(self._on_started)
        self._editing.do(task)

    def _hold(self, reason: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(process.hold(self._editing.context, change_id, reason))

    def _release(self, reason: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(process.release(self._editing.context, change_id, reason))

    def _override(self, guard: str, target: ChangeState, reason: str) -> None:
        change_id, context = self._editing.view.change.id, self._editing.context
        move = self._editing.view.move
        self._come_back = move is None or move.target is not target
        self._editing.do(process.override(context, change_id, guard, reason, target))

    @Slot()
    def _on_started(self) -> None:
        self.started.emit()
