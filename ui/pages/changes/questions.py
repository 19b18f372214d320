"""The questions of an implementation review, each with its answer, a note, and who gave it."""

from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.change import Change
from app.domain.review import Finding, ReviewAnswer, Topic
from app.i18n import _, later
from app.services.review.review_words import FINDINGS, TOPICS
from app.wording import count_of
from ui.operations.changes import ChangeView
from ui.pages.changes.saving import Section, record_lock
from ui.pages.changes.words import choices
from ui.widgets.dressed import line_edit
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import Combo, Field
from ui.widgets.form import Form


class QuestionField(Field):
    """One question: the answer, and a note beside it."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.combo, self.line = Combo(), line_edit()
        for value, text in choices(FINDINGS, none="–"):
            self.combo.addItem(text, value)
        self.line.setPlaceholderText(_("Note"))
        holder = QWidget()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.combo, 2)
        layout.addWidget(self.line, 3)
        super().__init__(_(TOPICS[topic]), holder)
        self._caption.setWordWrap(True)  # a whole sentence
        holder.setFocusProxy(self.combo)
        self.combo.setAccessibleName(self.label)
        self.line.setAccessibleName(_("{question} Note").format(question=self.label))
        self.combo.activated.connect(self._on_activated)
        self.line.textEdited.connect(self.edited)

    @property
    def value(self) -> tuple[Finding | None, str]:
        """The answer, None without one, and the note."""
        chosen = self.combo.currentData()
        return (Finding(chosen) if chosen else None), self.line.text().strip()

    def set_value(self, answer: ReviewAnswer | None) -> None:
        """Show an answer."""
        self.combo.setCurrentIndex(self.combo.findData(answer.finding.value if answer else ""))
        self.line.setText(answer.note if answer else "")
        self.line.setCursorPosition(0)

    @Slot(int)
    def _on_activated(self, _position: int) -> None:
        self.edited.emit()


class QuestionsSection(Section):
    """All questions; an answer is signed by who gave it."""

    note: ClassVar[str] = later("Answered the questions of the review")

    def __init__(self) -> None:
        super().__init__()
        self.title = SectionTitle(_("Questions of the review"))
        self.questions = {topic: QuestionField(topic) for topic in Topic}
        form = Form(2)
        for topic, field in self.questions.items():
            form.add(topic.value, field)
        self.column.addWidget(self.title)
        self.column.addWidget(form)
        self.watch(*self.questions.values())

    def lock(self, change: Change) -> str:
        """Answered after the work."""
        return record_lock(change)

    def fill(self, view: ChangeView) -> None:
        """Show a change."""
        given = {item.topic: item for item in view.change.answers}
        for topic, field in self.questions.items():
            field.set_value(given.get(topic))
        told = count_of(len(given), len(Topic))
        self.title.set_note(_("{share} answered").format(share=told))

    def values(self) -> dict[str, object]:
        """Return the answers; one that was not altered keeps its signature."""
        kept = {item.topic: item for item in self.view.change.answers}
        by, at = self.stamp()
        answers = []
        for topic, field in self.questions.items():
            finding, note = field.value
            old = kept.get(topic)
            if finding is None:
                continue
            same = old is not None and (old.finding, old.note) == (finding, note)
            answers.append(
                old if old is not None and same else ReviewAnswer(topic, finding, note, by, at)
            )
        return {"answers": tuple(answers)}
