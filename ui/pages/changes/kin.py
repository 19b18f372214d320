"""Deeds beside the moves: children and parents of a change, and work that was done already."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.domain.change import Change, ChangeState
from app.errors import InvalidInput
from app.i18n import _, later
from ui.operations import process
from ui.operations.zones import zone_names
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.widgets.moment_field import MomentField

CHILD, PARENT, AFTERWARDS, BEFOREHAND = "child", "parent", "afterwards", "beforehand"
_WORDS = {
    CHILD: later("Open a child change"),
    PARENT: later("Belongs to another change"),
    AFTERWARDS: later("Record work done already"),
    BEFOREHAND: later("The work is still to be done"),
}
DEED_ICONS: dict[ChangeState | str | None, str] = {
    CHILD: "git-branch",
    PARENT: "link",
    AFTERWARDS: "history",
    BEFOREHAND: "clock",
}


def deeds_of(change: Change) -> list[tuple[str, str]]:
    """Return the deeds a change offers: words and name."""
    offered = []
    if change.state is ChangeState.DRAFT:
        offered.append(BEFOREHAND if change.retrospective else AFTERWARDS)
    if change.parent is None and change.state is not ChangeState.CANCELED:
        offered.append(CHILD)
    if change.state.is_open:
        offered.append(PARENT)
    return [(_(_WORDS[name]), name) for name in offered]


class Kin(QObject):
    """Asks for what a deed needs, in the page, and carries it out."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._editing = editing

    @Slot(str)
    def want(self, deed: str) -> None:
        """Begin a deed."""
        {
            CHILD: self._ask_child,
            PARENT: self._ask_parent,
            AFTERWARDS: self._ask_afterwards,
            BEFOREHAND: self._beforehand,
        }[deed]()

    def _ask_child(self) -> None:
        number = self._editing.view.change.number
        text = _("A draft of its own on the same hosts and for the same service. {number} is not"
                 " closed before it.")  # fmt: skip
        self._editing.ask(
            Question(
                _("A change that belongs to {number}").format(number=number),
                text.format(number=number),
                _("Open it"),
                self._open_child,
                label=_("Title"),
                hint=_("What is to be done, in one line."),
            )
        )

    def _open_child(self, title: str) -> None:
        change_id = self._editing.view.change.id
        task = process.open_child(self._editing.context, change_id, title)
        task.succeeded.connect(self._on_opened)
        task.failed.connect(self._editing.failed)

    @Slot(object)
    def _on_opened(self, child: Change) -> None:
        self._editing.done(self._editing.view.change, "")
        self._editing.context.navigation.go("changes", f"{child.id}/plan")

    def _ask_parent(self) -> None:
        view = self._editing.view
        text = _("The number of the change it is a part of or follows up. Empty: of none.")
        if view.parent is not None:
            now = _("It belongs to {number} {title}.").format(
                number=view.parent.number, title=view.parent.title
            )
            text = f"{now} {text}"
        self._editing.ask(
            Question(
                _("Which change {number} belongs to").format(number=view.change.number),
                text,
                _("Keep it"),
                self._set_parent,
                label=_("Number"),
                needed=False,
                hint=_("Such as CHG-000142."),
            )
        )

    def _set_parent(self, number: str) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(process.set_parent(self._editing.context, change_id, number))

    def _ask_afterwards(self) -> None:
        view = self._editing.view
        start = MomentField(_("Work began"), zone_names())
        end = MomentField(_("Work ended"), zone_names())
        for field in (start, end):
            field.set_value(view.now, view.settings.zone)
        self._editing.ask(
            Question(
                _("Record work that was done already"),
                _("It goes from here to the review. Somebody who did not do it decides about it"
                  " afterwards, and it must be reviewed."),
                _("Record it"),
                partial(self._afterwards, start, end),
                label=_("Why it was not recorded before"),
                parts=(start, end),
            )
        )  # fmt: skip

    def _afterwards(self, start: MomentField, end: MomentField, reason: str) -> None:
        began, ended = start.value, end.value
        if began is None or ended is None:
            problem = start.problem or end.problem or _("Say when the work began and ended.")
            self._editing.failed.emit(InvalidInput(problem))
            return
        change_id, context = self._editing.view.change.id, self._editing.context
        self._editing.do(process.record_afterwards(context, change_id, reason, (began, ended)))

    def _beforehand(self) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(process.record_beforehand(self._editing.context, change_id))
