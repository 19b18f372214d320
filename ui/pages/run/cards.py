"""The other questions of a run: by hand, a notification, a destructive command, trouble."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.run import StepRun, StepState
from app.domain.runbook import OnFail, StepKind
from app.i18n import _
from app.services.run.commands import dangers
from ui.cells import Badge, Mark
from ui.format import visible
from ui.pages.run.proofs import Proofs
from ui.theme import BOLD, SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind
from ui.widgets.confirm import Consequence, TypedConfirmation
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import Item, card, column, row

if TYPE_CHECKING:
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class Lacks:
    """Why the acting person may not decide about a step, and why not about the run.

    Both are "" where they may.
    """

    owner: str = ""
    runner: str = ""


class Card(QWidget):
    """A question with its answers; subclasses connect what they offer."""

    confirmed = Signal(str)  # the note
    skipped = Signal(str)  # the reason
    repeated = Signal()
    looked = Signal()
    cleared = Signal(str)  # what was typed
    passed = Signal(str)  # why to go on so late
    backing_out = Signal()
    proof_chosen = Signal(object)  # Path
    mail_wanted = Signal()
    decided = Signal(object)  # makes a verb from the run and the step: whatever else can be chosen

    def __init__(self) -> None:
        super().__init__()
        self.note: LineField | None = None
        self._deeds: list[Button] = []
        self._ways_back: list[Button] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)

    def hold(self, lacks: Lacks) -> None:
        """Let those who may not decide read the question, and say under it who may."""
        for buttons, reason in ((self._deeds, lacks.owner), (self._ways_back, lacks.runner)):
            for button in buttons if reason else ():
                button.block(reason)
        if self.note is not None and lacks.owner:
            self.note.setEnabled(False)
        told = lacks.owner
        if not told and lacks.runner and self._ways_back:
            told = f"{self._ways_back[0].text()}: {lacks.runner}"
        if told:
            self._layout.addWidget(Label(told, size=SMALL, tone="ink2", wrap=True))

    def _fill(self, *items: Item) -> None:
        self._layout.addWidget(card(column(*items, gap=10, margins=(14, 12, 14, 12))))

    def _skip_button(self) -> Button:
        skip = self._deed(Button(_("Skip")))
        skip.clicked.connect(self._on_skip)
        return skip

    def _button(self, text: str, kind: Kind, icon: str) -> Button:
        made = self._deed(Button(text, kind, icon=icon))
        made.clicked.connect(self._on_done)
        return made

    def _deed(self, button: Button) -> Button:
        """Keep a button that decides about the step, so that it can be held."""
        self._deeds.append(button)
        return button

    def _back_button(self, text: str, kind: Kind = Kind.DANGER, icon: str = "undo") -> Button:
        back = Button(text, kind, icon=icon)
        back.clicked.connect(self.backing_out)
        self._ways_back.append(back)
        return back

    @Slot()
    def _on_done(self) -> None:
        self.confirmed.emit(self.note.value if self.note else "")

    @Slot()
    def _on_skip(self) -> None:
        if self.note and not self.note.value:
            self.note.set_error(_("A skipped step needs a reason."))
            self.note.setFocus()
        elif self.note:
            self.skipped.emit(self.note.value)


class ManualCard(Card):
    """A step that a person does; in a rehearsal also what would be sent."""

    def __init__(self, context: "UiContext", item: StepRun) -> None:
        super().__init__()
        step = item.step
        self.note = LineField(_("What you saw"), _("Kept with the step."))
        self.proofs = Proofs(context, item)
        self.proofs.chosen.connect(self.proof_chosen)
        done = self._button(_("Done"), Kind.PRIMARY, "check")
        if step.proof and not item.proofs:
            done.block(_("needs a file or a photo"))
        words: list[Item] = [Label(step.title, weight=BOLD, wrap=True)]
        if step.instructions:
            words.append(Label(step.instructions, tone="ink2", wrap=True))
        if step.kind is StepKind.COMMAND:
            words.append(Label(_("Walked through: nothing is sent."), tone="ink2", wrap=True))
            words.append(Label(visible(step.command), mono=True, wrap=True).make_selectable())
        self._fill(*words, self.proofs, self.note, row(None, self._skip_button(), done))


class NotifyCard(Card):
    """A message that a person sends, and who was told."""

    def __init__(self, item: StepRun) -> None:
        super().__init__()
        step = item.step
        self._text = step.instructions or step.title
        self.note = LineField(_("Who was told"), _("Kept with the step, with your name and time."))
        self.note.set_value(step.recipients)
        copy = Button(_("Copy the text"), icon="copy")
        save = Button(_("Save as mail file"), icon="download")
        copy.clicked.connect(self._on_copy)
        save.clicked.connect(self.mail_wanted)
        told = self._button(_("They were told"), Kind.PRIMARY, "check")
        self._fill(
            Label(step.title, weight=BOLD, wrap=True),
            Label(_("To: {names}").format(names=step.recipients or "–"), tone="ink2", wrap=True),
            Label(self._text, wrap=True).make_selectable(),
            row(copy, save, None),
            self.note,
            row(None, self._skip_button(), told),
        )

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)

    @Slot()
    def _on_done(self) -> None:
        if self.note and not self.note.value:
            self.note.set_error(_("Say who was told."))
            self.note.setFocus()
        elif self.note:
            self.confirmed.emit(_("Told: {names}").format(names=self.note.value))


class LateCard(Card):
    """A step without a way back, after the latest start of a roll-back: it waits for a reason."""

    def __init__(self, item: StepRun, was: str, *, backs_out: bool) -> None:
        super().__init__()
        self.note = LineField(
            _("Why go on all the same"),
            _("A roll-back could no longer end inside the window. Becomes a deviation."),
        )
        ways_back: list[Item] = []
        if backs_out:
            ways_back.append(self._back_button(_("No-go, back out"), Kind.SECONDARY, ""))
        sign = StateBadge(Badge(Mark.WATCH, _("Point of no return"), "bad"))
        text = _("The latest start of a roll-back was at {time}. Nothing has been sent.")
        head = row(Label(item.step.title, weight=BOLD, wrap=True), sign, gap=16)
        head.setStretch(0, 1)
        self._fill(
            head,
            Label(text.format(time=was), wrap=True),
            self.note,
            row(
                None, self._skip_button(), *ways_back, self._button(_("Go on"), Kind.DANGER, "play")
            ),
        )

    @Slot()
    def _on_done(self) -> None:
        if self.note and not self.note.value:
            self.note.set_error(_("Say why, or back out."))
            self.note.setFocus()
        elif self.note:
            self.passed.emit(self.note.value)


class DangerCard(Card):
    """A command that destroys something waits for its words."""

    def __init__(self, item: StepRun, phrase: str, host: str) -> None:
        super().__init__()
        step = item.step
        what = _(" and ").join(dangers(step.command))
        text = _("The next command {what}. Host: {host}.")
        consequence = Consequence(
            step.title,
            text.format(what=what, host=host or _("none")),
            lost=_("Destructive command"),
        )
        self.typed = TypedConfirmation(
            consequence, phrase, _("Send it"), others=(self._skip_button(),)
        )
        self.typed.set_note(_("Sent once, in your name."))
        self.typed.confirmed.connect(self._on_confirmed)
        self.note = LineField(_("Why, if it is skipped"))
        self._layout.addWidget(Label(visible(step.command), mono=True, wrap=True).make_selectable())
        self._layout.addWidget(self.typed)
        self._layout.addWidget(self.note)

    def hold(self, lacks: Lacks) -> None:
        """Take no words from those who may not send it."""
        super().hold(lacks)
        self.typed.setEnabled(not lacks.owner)

    @Slot()
    def _on_confirmed(self) -> None:
        self.cleared.emit(self.typed.field.text())


class TroubleCard(Card):
    """A step that failed, was stopped, or whose outcome nobody knows."""

    def __init__(self, item: StepRun, *, backs_out: bool) -> None:
        super().__init__()
        step, unknown = item.step, item.state is StepState.UNKNOWN
        gate = step.kind is StepKind.GATE
        words = _("Outcome unknown") if unknown else _("Did not succeed")
        badge = StateBadge(Badge(Mark.UNKNOWN if unknown else Mark.BAD, words))
        hint = _("Needed to skip; kept with the step.")
        self.note = None if gate else LineField(_("How you know, or why"), hint)
        ways_back: list[Item] = []
        if backs_out:
            ways_back.append(self._back_button(_("Back out")))
        first = backs_out and (gate or step.on_fail is OnFail.BACK_OUT)
        text = _("Open the gate again") if gate else _("Send again")
        again = self._deed(Button(text, icon="refresh"))
        if unknown and not step.idempotent:
            again.block(_("Twice may do harm"))
        again.clicked.connect(self.repeated)
        others: list[Item] = [] if gate else [
            self._skip_button(), self._button(_("It was done"), Kind.SECONDARY, "check")
        ]  # fmt: skip
        buttons: list[Item] = (
            [*ways_back, None, *others, again] if first else [None, *others, again, *ways_back]
        )
        head: list[Item] = [badge, None]
        if unknown and item.job:
            look = self._deed(Button(_("Look on the host"), Kind.PRIMARY, icon="search"))
            look.clicked.connect(self.looked)
            head.append(look)
        self._fill(
            row(*head),
            Label(step.title, weight=BOLD, wrap=True),
            Label(visible(item.outcome), wrap=True).make_selectable(),
            Label(_advice(item, gate=gate, first=first), tone="ink2", wrap=True),
            *([self.note] if self.note else []),
            row(*buttons),
        )


def _advice(item: StepRun, *, gate: bool, first: bool) -> str:
    if gate:
        return _("Nobody answered in time, so nothing was sent. Back out, or open it again.")
    if item.state is StepState.UNKNOWN and item.job:
        return _("The host keeps it by itself: looking there sends nothing again.")
    if item.state is StepState.UNKNOWN:
        return _(
            "Look on the host first: the command may have run. Nothing is sent again by itself."
        )
    if first:
        return _("Nothing else was sent. The plan says to back out when this step fails.")
    return _("Nothing else was sent. Decide how to go on.")
