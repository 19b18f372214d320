"""The head of a change: number, title, facts, the next move and the other ones."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.change import Change, ChangeState, ChangeType
from app.i18n import _, ngettext
from app.services.change.process import moves_of
from ui import icons
from ui.format import tip
from ui.models.changes import state_badge, type_word, window_text
from ui.operations.changes import ChangeView
from ui.pages.changes.kin import DEED_ICONS, deeds_of
from ui.pages.changes.parts import QuietIcon
from ui.pages.changes.reuse import COPY, TEMPLATE
from ui.theme import BOLD, SMALL, TITLE, tokens
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, icon_button, link, primary
from ui.widgets.dressed import popup_menu
from ui.widgets.facts import Fact, FactStrip
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.risk_badge import RiskBadge

_ICONS: dict[ChangeState | str | None, str] = {
    None: "pause",
    ChangeState.CANCELED: "ban",
    ChangeState.IMPLEMENT: "play",
    ChangeState.REVIEW: "eye",
    **DEED_ICONS,
}
RUNS = (ChangeState.IMPLEMENT, ChangeState.BACKOUT)
"""While the work runs, the run is where the next action is."""


class ChangeHead(QWidget):
    """Says which change this is and offers what can be done with it."""

    next_wanted = Signal()
    move_wanted = Signal(object)  # ChangeState
    hold_wanted = Signal()
    deed_wanted = Signal(str)  # a deed of `Kin`
    run_wanted = Signal()
    undo_wanted = Signal()
    reuse_wanted = Signal(str)  # copy or template
    folded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._view: ChangeView | None = None
        self.back = icon_button("chevron-left", _("Show the list again"), compact=True)
        self.back.hide()
        self.number = Label(tone="ink2").make_selectable()
        self.copy = QuietIcon("copy", _("Copy the number"))
        self.saved = Label(size=SMALL, tone="ink2")
        self.undo = link(_("Undo"))
        self.undo.hide()
        self.title = Label(size=TITLE, weight=BOLD, wrap=True)
        self.more = icon_button("more", _("Other moves of this change"))
        self.next, self.reason = primary(""), Label(size=SMALL, tone="ink2")
        self.early = Button(_("Start before approval"), icon="play")
        self.early.hide()
        self.facts = FactStrip()
        self._lay_out()
        self.back.clicked.connect(self.folded)
        self.copy.clicked.connect(self._on_copy)
        self.more.clicked.connect(self._on_more)
        self.next.clicked.connect(self._on_next)
        self.early.clicked.connect(partial(self._on_picked, ChangeState.IMPLEMENT))
        self.undo.clicked.connect(self.undo_wanted)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        first = row(self.back, self.number, self.copy, self.saved, self.undo, None, self.reason)
        add_layout(layout, first)
        line = row(self.title, self.more, self.early, self.next, gap=8)
        line.setStretch(0, 1)
        add_layout(layout, line)
        layout.addSpacing(8)
        layout.addWidget(self.facts)

    def show_view(self, view: ChangeView) -> None:
        """Show a change."""
        self._view = view
        change = view.change
        self.number.setText(change.number)
        self.title.setText(change.title)
        self.title.setToolTip(tip(change.title))
        self.facts.set_facts(self._facts(view))
        self._show_next(view)

    @Slot(str)
    def say(self, text: str) -> None:
        """Say how the last save went."""
        self.saved.setText(text)

    def _facts(self, view: ChangeView) -> list[Fact]:
        change = view.change
        hosts = ", ".join(view.host_name(host) for host in change.hosts)
        risk = change.risk
        badge = RiskBadge(risk.level if risk else None, risk.residual_level if risk else None)
        return [
            (_("State"), StateBadge(state_badge(change.state, on_hold=change.on_hold))),
            (_("Type"), _type_words(change)),
            (_("Risk"), badge),
            (_("Window"), window_text(change)),
            (_("Hosts"), hosts or _("none yet")),
        ]

    def _show_next(self, view: ChangeView) -> None:
        change = view.change
        self.early.setVisible(_may_begin_early(change))
        if change.state in RUNS and view.missing:
            self._offer(_("Open the run"), "")
        elif view.move is not None:
            self._offer(_(view.move.verb), self._reason(view))
        else:
            self.next.hide()
            self.reason.setText("")

    def _offer(self, verb: str, reason: str) -> None:
        self.next.setText(verb)
        self.next.block(reason)
        self.next.show()
        self.reason.setText(reason)

    def _reason(self, view: ChangeView) -> str:
        if view.change.on_hold:
            return _("on hold")
        missing = view.missing
        if not missing:
            return ""
        others = len(missing) - 1
        if not others:
            return _("needs: {what}").format(what=missing[0].title)
        return ngettext(
            "needs: {what} and {n} other", "needs: {what} and {n} others", others
        ).format(what=missing[0].title, n=others)

    def menu_items(self, view: ChangeView) -> list[tuple[str, ChangeState | str | None]]:
        """Return what the menu offers: words, and a state to go to, a deed, or None for hold."""
        change = view.change
        main = view.move.target if view.move else None
        moves = [
            (_(move.verb), move.target)
            for move in moves_of(change)
            if move.target is not main and not move.by_run
        ]
        if _may_begin_early(change):  # it has a button of its own
            moves = [item for item in moves if item[1] is not ChangeState.IMPLEMENT]
        if change.on_hold:
            moves = [item for item in moves if item[1] is ChangeState.CANCELED]
        items: list[tuple[str, ChangeState | str | None]] = list(moves)
        extra: list[tuple[str, ChangeState | str | None]] = (
            [] if change.on_hold else list(deeds_of(change))
        )
        if change.state.is_open and change.state not in RUNS:
            extra.append((_("Take off hold") if change.on_hold else _("Put on hold"), None))
        ends = [item for item in items if item[1] is ChangeState.CANCELED]
        return [item for item in items if item not in ends] + extra + ends

    @Slot()
    def _on_more(self) -> None:
        self.open_menu()

    def open_menu(self) -> None:
        """Show what else can be done with the change."""
        if self._view is None:
            return
        menu = popup_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, target in self.menu_items(self._view):
            name = _ICONS.get(target, "undo")
            action = menu.addAction(icons.icon(name, tokens().ink2), text)
            action.triggered.connect(partial(self._on_picked, target))
        menu.addSeparator()
        for what, name, text in (
            (COPY, "copy", _("Copy this change")), (TEMPLATE, "layers", _("Make a template")),
        ):  # fmt: skip
            action = menu.addAction(icons.icon(name, tokens().ink2), text)
            action.triggered.connect(partial(self._on_reuse, what))
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_picked(self, target: ChangeState | str | None, _checked: bool = False) -> None:
        self.pick(target)

    def pick(self, target: ChangeState | str | None) -> None:
        """Want what an item of the menu stands for."""
        if target is None:
            self.hold_wanted.emit()
        elif not isinstance(target, ChangeState):
            self.deed_wanted.emit(target)
        else:
            self.move_wanted.emit(target)

    def _on_reuse(self, what: str, _checked: bool = False) -> None:
        self.reuse_wanted.emit(what)

    @Slot()
    def _on_next(self) -> None:
        view = self._view
        if view is not None and view.change.state in RUNS and view.missing:
            self.run_wanted.emit()
        else:
            self.next_wanted.emit()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.number.text())
        self.say(_("Number copied"))


def _may_begin_early(change: Change) -> bool:
    """Whether an emergency waits: that the work may begin first must not be looked for."""
    waits = change.state is ChangeState.AUTHORIZE and not change.on_hold
    return waits and change.type is ChangeType.EMERGENCY


def _type_words(change: Change) -> str:
    words = type_word(change.type)
    if change.retrospective:
        return _("{type}, recorded afterwards").format(type=words)
    return words
