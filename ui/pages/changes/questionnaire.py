"""The questions that suggest likelihood and impact, folded until somebody wants them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.risk import Grade, RiskAnswer, RiskMethod, suggested
from app.domain.risk_questions import QUESTIONS, Axis, Question
from app.i18n import _
from app.wording import count_of
from ui.pages.changes.parts import set_read_only
from ui.pages.changes.words import GRADES, word
from ui.widgets.buttons import Button, Tall
from ui.widgets.fields import ChoiceField
from ui.widgets.fold import Fold
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import column, keep_back, panel, row


class Questionnaire(QWidget):
    """Eleven questions; says what the answers suggest and offers to take that over."""

    edited = Signal()
    taken = Signal(object, object)  # Grade of likelihood, Grade of impact
    prefill_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, ChoiceField] = {}
        self._answers: dict[str, RiskAnswer] = {}
        self._method, self._locked = RiskMethod(), False
        self.fold = Fold(_("Questionnaire"), self._build)
        self.told = Label(tone="ink2", wrap=True)
        self.take = Button(_("Take over as inherent risk"), tall=Tall.COMPACT)
        self.prefill = Button(_("Answer from the record"), icon="list-checks", tall=Tall.COMPACT)
        keep_back(self, self.told, self.take, self.prefill)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fold)
        self.take.clicked.connect(self._on_take)
        self.prefill.clicked.connect(self.prefill_wanted)

    @property
    def value(self) -> tuple[RiskAnswer, ...]:
        """The answers, in the order of the questions."""
        return tuple(self._answers[item.id] for item in QUESTIONS if item.id in self._answers)

    def set_value(self, answers: Sequence[RiskAnswer], method: RiskMethod) -> None:
        """Show answers; does not count as an edit."""
        self._method = method
        self._answers = {item.question: item for item in answers}
        for key, field in self.fields.items():
            given = self._answers.get(key)
            field.set_value(str(given.value) if given else "")
        self._tell()

    def add_answers(self, answers: Sequence[RiskAnswer]) -> None:
        """Fill questions that have no answer yet."""
        known = {item.question: item for item in answers} | self._answers
        if known != self._answers:
            self.set_value(tuple(known.values()), self._method)
            self.edited.emit()

    def set_locked(self, *, locked: bool) -> None:
        """Allow reading only, or editing again."""
        self._locked = locked
        for field in self.fields.values():
            set_read_only(field, locked=locked)
        if self.fields:  # shown before they have a parent, buttons would be windows of their own
            self.prefill.setVisible(not locked)
        self._tell()

    def suggestion(self) -> tuple[Grade | None, Grade | None]:
        """Return what the answers suggest for likelihood and impact."""
        likelihood, impact = (suggested(self.value, axis, self._method) for axis in Axis)
        return likelihood, impact

    def _build(self) -> QWidget:
        form = Form(2)
        for item in QUESTIONS:
            field = ChoiceField(_(item.text), _options(item))
            self.fields[item.id] = field
            form.add(item.id, field)
            field.edited.connect(partial(self._on_edited, item.id))
        head = row(self.told, self.prefill, self.take)
        head.setStretch(0, 1)
        whole = panel(column(head, form, gap=12, margins=(22, 0, 0, 0)))
        self.set_value(self.value, self._method)
        self.set_locked(locked=self._locked)
        return whole

    def _tell(self) -> None:
        likelihood, impact = self.suggestion()
        share = count_of(len(self._answers), len(QUESTIONS))
        parts = [_("{share} answered").format(share=share)]
        if likelihood:
            parts.append(_("likelihood {grade}").format(grade=word(GRADES, likelihood).lower()))
        if impact:
            parts.append(_("impact {grade}").format(grade=word(GRADES, impact).lower()))
        self.fold.set_note(", ".join(parts))
        whole = likelihood is not None and impact is not None
        self.told.setText(
            _("The answers suggest {what}. It remains your judgement.").format(
                what=", ".join(parts[1:])
            )
            if whole
            else _("Each answer counts 0 to 4 points times its weight. Answered wholly, they"
                   " suggest likelihood and impact.")
        )  # fmt: skip
        if self.fields:
            self.take.setVisible(whole and not self._locked)

    def _on_edited(self, key: str) -> None:
        chosen = self.fields[key].value
        if chosen:
            self._answers[key] = RiskAnswer(key, int(chosen), self._method.weight(key))
        else:
            self._answers.pop(key, None)
        self._tell()
        self.edited.emit()

    @Slot()
    def _on_take(self) -> None:
        self.taken.emit(*self.suggestion())


def _options(item: Question) -> list[tuple[str, str]]:
    return [("", _("not answered")), *((str(each.value), _(each.text)) for each in item.choices)]
