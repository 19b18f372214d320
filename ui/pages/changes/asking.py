"""One question inside the page: what will happen, why, and the verb. Never a window of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind
from ui.widgets.fields import LineField
from ui.widgets.labels import Label
from ui.widgets.layout import card, clear, column, keep_back, row


@dataclass(frozen=True)
class Question:
    """What is asked; ``answer`` is called with the reason that was typed."""

    heading: str
    text: str
    verb: str
    answer: Callable[[str], object]
    label: str = ""
    needed: bool = True
    """Whether an empty reason is refused."""
    danger: bool = False
    hint: str = ""
    parts: tuple[QWidget, ...] = ()
    """What stands between the text and the reason, such as conditions or further fields."""
    blocked: str = ""
    """Why the verb cannot be used yet."""
    silent: bool = False
    """Whether no reason is asked for."""


class Asking(QWidget):
    """Shows one question at a time; Escape takes it away."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._question: Question | None = None
        self.reason, self.why_blocked = LineField(""), Label("")
        keep_back(self, self.reason, self.why_blocked)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether a question is shown."""
        return self._question is not None

    def ask(self, question: Question) -> None:
        """Show a question in place of the one before."""
        clear(self._layout)
        self._question = question
        hint = question.hint or _("Goes into the log with your name.")
        self.reason = LineField(question.label or _("Why"), hint)
        self.reason.line.returnPressed.connect(self.submit)
        kind = Kind.DANGER if question.danger else Kind.PRIMARY
        self.confirm, self.cancel = Button(question.verb, kind), Button(_("Not now"))
        self.confirm.clicked.connect(self.submit)
        self.cancel.clicked.connect(self.close_question)
        self.confirm.block(question.blocked)
        self.why_blocked = Label(question.blocked, tone="ink2", wrap=True)
        deeds = row(self.why_blocked, self.cancel, self.confirm)
        deeds.setStretch(0, 1)
        words = [Label(question.heading, weight=BOLD, wrap=True)]
        if question.text:
            words.append(Label(question.text, tone="ink2", wrap=True))
        asked = () if question.silent or question.blocked else (self.reason,)
        parts = column(
            *words,
            *question.parts,
            *asked,
            deeds,
            gap=8,
            margins=(16, 12, 16, 12),
        )
        shown = card(parts)
        if not asked:
            keep_back(shown, self.reason)
        self._layout.addWidget(shown)
        self.show()
        self._focus(question, asked=bool(asked))

    def _focus(self, question: Question, *, asked: bool) -> None:
        if question.parts:
            question.parts[0].setFocus()
        elif asked:
            self.reason.setFocus()
        else:
            (self.cancel if question.blocked else self.confirm).setFocus()

    @Slot()
    def close_question(self) -> None:
        """Take the question away."""
        self._question = None
        clear(self._layout)
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape answers “not now”."""
        if event.key() == Qt.Key.Key_Escape and self.is_open:
            self.close_question()
        else:
            super().keyPressEvent(event)

    @Slot()
    def submit(self) -> None:
        """Answer with the verb, as its button does; a missing reason is asked for."""
        question = self._question
        if question is None or question.blocked:
            return
        typed = self.reason.value
        if question.needed and not question.silent and not typed:
            self.reason.set_error(_("Say why in one sentence."))
            self.reason.setFocus()
            return
        self.close_question()
        question.answer(typed)
