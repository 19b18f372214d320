"""A restore that still holds something on its host, with every way out of it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from app.domain.restore import CUT_OFF, Restore, RestoreState
from app.i18n import _
from app.services.backup.restore_settling import state_words
from app.wording import duration, moment
from ui.cells import Badge, Mark
from ui.models.backups import names_of
from ui.pages.backups.asking import Asking
from ui.theme import BOLD
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.labels import Label
from ui.widgets.layout import Card, add_layout, row

BADGES = {
    RestoreState.PREPARING: Badge(Mark.WATCH, _("Cut off before the swap")),
    RestoreState.SWAPPING: Badge(Mark.BAD, _("Cut off in the swap")),
    RestoreState.HALF: Badge(Mark.BAD, _("Half swapped")),
    RestoreState.SWAPPED: Badge(Mark.WATCH, _("To be confirmed")),
    RestoreState.UNDONE: Badge(Mark.WATCH, _("Undone, to be cleared")),
}


class SettleCard(Card):
    """Says how far a restore came, and offers what may be done in that state."""

    look_wanted = Signal(object)  # Restore
    undo_wanted = Signal(object, str)  # Restore, the host's name as typed
    clear_wanted = Signal(object, str)

    def __init__(self, restore: Restore, zone: str) -> None:
        super().__init__()
        self.restore = restore
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        title = _("Restore of {what}").format(what=names_of(restore.what))
        head = row(gap=8)
        head.addWidget(Label(title, weight=BOLD).make_eliding(), 1)
        if restore.is_running:
            head.addWidget(StateBadge(Badge(Mark.RUNNING, _("Under way"))))
        else:
            head.addWidget(StateBadge(BADGES[restore.state]))
        add_layout(layout, head)
        layout.addWidget(Label(state_words(restore), wrap=True))
        layout.addWidget(Label(self._facts(zone), tone="ink2", wrap=True))
        if restore.trouble:
            layout.addWidget(Label(restore.trouble, tone="bad", wrap=True))
        if not restore.is_running:
            add_layout(layout, row(*self._buttons(), None))
        self._asking = Asking()
        layout.addWidget(self._asking)
        self._typed: TypedConfirmation | None = None

    def _facts(self, zone: str) -> str:
        item = self.restore
        parts = [_("Begun {at} by {who}").format(at=moment(item.began_at, zone), who=item.by)]
        if item.duration_s:
            parts.append(_("took {time}").format(time=duration(item.duration_s)))
        if item.kept and item.state is RestoreState.SWAPPED:
            parts.append(_("kept as {paths}").format(paths=", ".join(item.kept[:3])))
        return "; ".join(parts)

    def _buttons(self) -> list[Button]:
        state = self.restore.state
        undo = Button(_("Undo"), icon="undo")
        undo.clicked.connect(self._ask_undo)
        if state in CUT_OFF - {RestoreState.HALF} and self.restore.moves:
            look = Button(_("Look how far it came"), icon="search")
            look.clicked.connect(self._on_look)
            if state is RestoreState.SWAPPING:
                return [look]
            return [look, self._clear_button(_("Clear up"))]
        if state is RestoreState.HALF:
            return [undo]
        if state is RestoreState.SWAPPED:
            return [self._clear_button(_("Confirm the restore")), undo]
        return [self._clear_button(_("Clear up"))]

    def _clear_button(self, text: str) -> Button:
        button = Button(text, icon="check")
        button.clicked.connect(self._ask_clear)
        return button

    @Slot()
    def _on_look(self) -> None:
        self.look_wanted.emit(self.restore)

    @Slot()
    def _ask_undo(self) -> None:
        self._ask_for(
            Consequence(
                _("Undo on {host}").format(host=self.restore.host_name),
                _("What was there before the restore comes back."),
                lost=_("What was written since the restore is no longer in use"),
                kept=_("The restored files stay beside it until you clear up."),
            ),
            _("Undo"),
        ).confirmed.connect(self._on_undo)

    @Slot()
    def _ask_clear(self) -> None:
        swapped = self.restore.state is RestoreState.SWAPPED
        lost = _("The state before the restore is removed from the host for good")
        aside = _("What was unpacked or restored beside it is removed from the host")
        self._ask_for(
            Consequence(
                _("Confirm on {host}").format(host=self.restore.host_name)
                if swapped
                else _("Clear up on {host}").format(host=self.restore.host_name),
                _("What is in place now stays."),
                lost=lost if swapped else aside,
            ),
            _("Remove"),
        ).confirmed.connect(self._on_clear)

    def _ask_for(self, consequence: Consequence, verb: str) -> TypedConfirmation:
        cancel = Button(_("Cancel"))
        cancel.clicked.connect(self._asking.leave)
        name = self.restore.host_name
        self._typed = TypedConfirmation(consequence, name, verb, others=(cancel,))
        self._asking.put(self._typed)
        self._typed.field.setFocus()
        return self._typed

    @Slot()
    def _on_undo(self) -> None:
        if self._typed:
            self.undo_wanted.emit(self.restore, self._typed.field.text())

    @Slot()
    def _on_clear(self) -> None:
        if self._typed:
            self.clear_wanted.emit(self.restore, self._typed.field.text())
