"""Typed confirmation: the consequence is named, and its name must be typed before it happens."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.cells import Badge, Mark
from ui.paint import line_height, scaled
from ui.theme import BOLD, MEDIUM, font
from ui.widgets.badges import StateBadge
from ui.widgets.beside import Beside
from ui.widgets.buttons import Button, Kind
from ui.widgets.dressed import line_edit
from ui.widgets.flow import Flow
from ui.widgets.labels import Label
from ui.widgets.layout import Card, add_layout, panel, row


@dataclass(frozen=True, slots=True)
class Consequence:
    """What will happen: ``replaced``, what is ``lost`` (red, with its sign), what is ``kept``."""

    heading: str
    replaced: str
    lost: str = ""
    kept: str = ""
    safety: str = ""


_FIELD = 120
"""The least width of the field, in pixels at 100 %."""


class TypedConfirmation(Card):
    """A box with the consequence, a field for the exact text, and a button locked until equal."""

    confirmed = Signal()

    def __init__(
        self,
        consequence: Consequence,
        phrase: str,
        verb: str,
        *,
        kind: Kind = Kind.DANGER,
        others: Sequence[Button] = (),
    ) -> None:
        super().__init__()
        self._phrase = phrase
        self._note = ""
        self.field = line_edit()
        self.field.setFont(font(mono=True))
        self.field.setMinimumWidth(scaled(_FIELD))
        self.field.setAccessibleName(_("Type {phrase}").format(phrase=phrase))
        self.button = Button(verb, kind)
        self._hint = Label(size=11, tone="ink2", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(4)
        for part in self._words(consequence):
            add_layout(layout, part)
        layout.addSpacing(4)
        words = row(Label(_("Type"), tone="ink2"), Label(phrase, weight=BOLD, mono=True, wrap=True))
        words.setStretch(1, 1)
        typed = Beside(panel(words), self.field, gap=8)
        buttons = Flow((*others, self.button), right=True)
        layout.addWidget(Beside(typed, buttons, gap=8, whole=True))
        layout.addWidget(self._hint)
        self.field.textChanged.connect(self._compare)
        self.field.returnPressed.connect(self._confirm)
        self.button.clicked.connect(self._confirm)
        self._compare(self.field.text())

    def set_note(self, text: str) -> None:
        """Say under the field who answers and what is logged, once the text is right."""
        self._note = text
        self._compare(self.field.text())

    @Slot(str)
    def _compare(self, text: str) -> None:
        missing = len(self._phrase) - len(text)
        if text == self._phrase:
            self.button.block("")
            self._hint.setText(self._note)
            return
        if missing > 0 and self._phrase.startswith(text):
            reason = _("Needs the whole name, {count} characters to go").format(count=missing)
        else:
            reason = _("This is not {phrase}").format(phrase=self._phrase)
        self.button.block(reason)
        self._hint.setText(reason)

    @Slot()
    def _confirm(self) -> None:
        if self.field.text() == self._phrase:
            self.confirmed.emit()

    def _words(self, consequence: Consequence) -> list[QHBoxLayout]:
        heading = Label(consequence.heading, weight=BOLD, wrap=True)
        head: QWidget = heading
        if consequence.safety:
            safety = StateBadge(Badge(Mark.LOCKED, consequence.safety), size=11)
            head = Beside(heading, panel(row(None, safety)), gap=16)
        parts = [row(head), row(Label(consequence.replaced, wrap=True), gap=0)]
        if consequence.lost:
            words = Label(consequence.lost, weight=MEDIUM, tone="bad", wrap=True)
            sign = StateBadge(Badge(Mark.WATCH, "", "bad"))
            sign.setFixedHeight(round(line_height()))
            parts.append(row(sign, words, gap=6))
            parts[-1].setAlignment(sign, Qt.AlignmentFlag.AlignTop)
            parts[-1].setStretch(1, 1)
        if consequence.kept:
            parts.append(row(Label(consequence.kept, wrap=True), gap=0))
        return parts
