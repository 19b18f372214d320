"""What users say: send the questions out, bring answers in, read what they come to."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.analysis.survey import summarise
from app.domain.feedback import Channel, Response, Survey
from app.errors import InvalidInput
from app.i18n import _, ngettext
from app.services.review.feedback import FormKind
from app.services.review.feedback_read import Read
from app.services.review.feedback_words import feedback_sentences
from app.services.review.review_words import CHANNELS
from app.wording import count, count_of, day_words, moment
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.models.rows import RowsModel
from ui.operations import review
from ui.operations.changes import ChangeView
from ui.operations.review import Draft
from ui.pages.changes.answer_form import AnswerPart
from ui.pages.changes.editing import Editing
from ui.pages.changes.saving import number_of, record_lock
from ui.pages.changes.tab import Part
from ui.pages.changes.words import choices, word
from ui.tasks import Task
from ui.theme import BOLD
from ui.widgets.buttons import Button, Kind, Tall
from ui.widgets.facts import SectionTitle
from ui.widgets.fields import ChoiceField, LineField, TextField
from ui.widgets.flow import Flow
from ui.widgets.form import Form
from ui.widgets.labels import Label
from ui.widgets.layout import card, column, row
from ui.widgets.table import Rows, Table

_SHOWN, _ROW_PX = 8, 34


class FeedbackPart(Part):
    """Rounds of asking, what they come to, and the answers of the picked one."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        self.title = SectionTitle(_("User feedback"))
        self.summary = Label(wrap=True)
        self.rounds = Table(RowsModel(self._columns()))
        self.rounds.setAccessibleName(_("Rounds of asking"))
        self.answers = Table(RowsModel(_answer_columns()), rows=Rows.NORMAL, row_id=id)
        self.answers.setAccessibleName(_("Answers"))
        self.bring = Button(_("Import CSV"), icon="upload", tall=Tall.COMPACT)
        self.paste = Button(_("Paste answers"), icon="file-plus", tall=Tall.COMPACT)
        self.nobody = Button(_("Nobody answered"), icon="circle-dashed", tall=Tall.COMPACT)
        self.forms = {
            FormKind.HTML: Button(_("Form as a page"), icon="download", tall=Tall.COMPACT),
            FormKind.CSV: Button(_("as a table"), tall=Tall.COMPACT),
            FormKind.TEXT: Button(_("as a text"), tall=Tall.COMPACT),
        }
        self.pasting, self.preview, self.answer = PastePart(), PreviewPart(), AnswerPart()
        self.pasting.hide()
        self.preview.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._ways = Flow((self.bring, self.paste, self.nobody, *self.forms.values()))
        for widget in (self.title, self.summary, self.rounds, self.answers):
            layout.addWidget(widget)
        layout.addWidget(self.answer)
        layout.addWidget(self._ways)
        layout.addWidget(self.pasting)
        layout.addWidget(self.preview)
        self._connect()

    def _connect(self) -> None:
        self.rounds.picked.connect(self._on_picked)
        self.answers.picked.connect(self._on_answer_picked)
        self.answers.opened.connect(self.answer.ask_correction)
        self.answer.kept.connect(self._on_answer)
        self.bring.clicked.connect(self._on_bring)
        self.paste.clicked.connect(self._on_paste)
        self.nobody.clicked.connect(self._on_nobody)
        self.pasting.look.clicked.connect(self._on_look)
        self.pasting.leave.clicked.connect(self.pasting.hide)
        self.preview.keep.clicked.connect(self._on_keep)
        self.preview.leave.clicked.connect(self.preview.hide)
        for kind, button in self.forms.items():
            button.clicked.connect(partial(self._ask, kind))

    def show_view(self, view: ChangeView) -> None:
        """Show what users said about a change."""
        if self._view is None or self._view.change.id != view.change.id:
            for part in (self.pasting, self.preview, self.answer.card):
                part.hide()
        self._view = view
        lines = feedback_sentences(summarise(view.surveys))
        nothing = _("Nobody was asked yet. Send the form, then bring the answers in.")
        self.summary.setText(" ".join(lines) or nothing)
        self.summary.set_tone("ink" if lines else "ink2")
        self.rounds.setVisible(bool(view.surveys))
        self.rounds.set_rows(view.surveys)
        self.rounds.fit_height()
        locked = bool(record_lock(view.change))
        for button in (self.bring, self.paste, self.nobody, *self.forms.values()):
            button.setVisible(not locked)
        if view.surveys and self.rounds.current is None:
            self.rounds.select(view.surveys[0].id, quiet=True)
        self._on_picked(self.rounds.current if view.surveys else None)

    def import_file(self, path: Path) -> None:
        """Read a file of answers and show what would be kept."""
        self._follow(review.read_answers(self._editing.context, path))

    def save_form(self, kind: FormKind, path: Path) -> None:
        """Write the questions to a file."""
        if self._view is not None:
            task = review.write_form(self._editing.context, self._view.change, kind, path)
            task.failed.connect(self._editing.failed)
            task.succeeded.connect(self._on_written)

    def _follow(self, task: Task) -> None:
        task.succeeded.connect(self._on_read)
        task.failed.connect(self._editing.failed)

    def _columns(self) -> tuple[Column[Survey], ...]:
        return (
            Column[Survey](_("Asked by"), lambda item: word(CHANNELS, item.channel), width=120),
            Column[Survey](_("Answers"), _answered, width=110),
            Column[Survey](_("From"), lambda item: item.source or "–"),
            Column[Survey](_("Brought in"), self._when, width=280, tone="ink2"),
        )

    def _when(self, item: Survey) -> str:
        zone = self._view.zone if self._view else "UTC"
        return _("{moment} by {name}").format(moment=moment(item.taken_at, zone), name=item.by)

    @Slot(object)
    def _on_picked(self, survey: Survey | None) -> None:
        answers = survey.responses if survey else ()
        self.answers.setVisible(bool(answers))
        self.answers.set_rows(answers)
        self.answers.setFixedHeight(_ROW_PX * (min(_SHOWN, len(answers)) + 1))
        self._on_answer_picked()

    @Slot()
    def _on_answer_picked(self) -> None:
        locked = self._view is None or bool(record_lock(self._view.change))
        self.answer.follow(self.rounds.current, self.answers.current, locked=locked)

    @Slot(str, int, object)
    def _on_answer(self, survey: str, place: int, answer: Response) -> None:
        if self._view is not None:
            context, change = self._editing.context, self._view.change
            task = review.keep_answer(context, change.id, survey, place, answer)
            task.succeeded.connect(self.answer.card.hide)
            self._editing.do(task, _("Answer kept"))

    @Slot()
    def _on_bring(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("Answers"), "", "CSV (*.csv *.txt)")
        if name:
            self.import_file(Path(name))

    @Slot()
    def _on_paste(self) -> None:
        self.preview.hide()
        self.pasting.show()
        self.pasting.text.setFocus()

    @Slot()
    def _on_nobody(self) -> None:
        self.pasting.hide()
        self.preview.show_draft(review.no_answers())
        self.preview.invited.setFocus()

    @Slot()
    def _on_look(self) -> None:
        self._follow(review.read_text(self._editing.context, self.pasting.text.value))

    @Slot(object)
    def _on_read(self, draft: Draft) -> None:
        self.pasting.hide()
        self.preview.show_draft(draft)

    @Slot()
    def _on_keep(self) -> None:
        draft = self.preview.read()
        if draft is None or self._view is None:
            return
        task = review.keep_answers(self._editing.context, self._view.change.id, draft)
        task.succeeded.connect(self._on_kept)
        self._editing.do(task, _("Answers kept"))

    @Slot(object)
    def _on_kept(self, _change: object) -> None:
        self.preview.hide()
        self.pasting.text.set_value("")

    def _ask(self, kind: FormKind, _checked: bool = False) -> None:
        if self._view is not None:
            name = f"{self._view.change.number}-feedback.{kind.value}"
            path, _kind = QFileDialog.getSaveFileName(self, _("Save the form"), name)
            if path:
                self.save_form(kind, Path(path))

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self._editing.context.messages.show_done(_("Saved as {path}").format(path=path))


def _answered(item: Survey) -> str:
    n = len(item.responses)
    return count(n) if item.invited is None else count_of(n, item.invited)


def _answer_columns() -> tuple[Column[Response], ...]:
    return (
        Column[Response](
            _("Rating"), lambda item: "–" if item.rating is None else f"{item.rating} / 5", width=70
        ),
        Column[Response](_("Role"), lambda item: item.role or "–", width=130, tone="ink2"),
        Column[Response](_("What was said"), lambda item: item.text or "–"),
        Column[Response](
            _("Day"), lambda item: day_words(item.said_on) if item.said_on else "–", width=140,
            tone="ink2",
        ),
    )  # fmt: skip


class PastePart(QWidget):
    """A field for answers that were copied from somewhere."""

    def __init__(self) -> None:
        super().__init__()
        hint = _("One answer in a line, such as “4 | faster than before”, or filled-in text forms.")
        self.text = TextField(_("Answers"), hint, lines=6)
        self.look = Button(_("Look at them"), Kind.SECONDARY, tall=Tall.COMPACT)
        self.leave = Button(_("Not now"), tall=Tall.COMPACT)
        buttons = row(None, self.leave, self.look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(column(self.text, buttons, gap=12, margins=(16, 12, 16, 16))))


class PreviewPart(QWidget):
    """What was read, row by row, before it is kept; rows that do not count say why."""

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self.heading = Label(weight=BOLD)
        self.table = Table(RowsModel(_read_columns()), row_id=lambda item: item.line)
        self.table.setAccessibleName(_("Answers that were read"))
        self.channel = ChoiceField(_("How they were asked"), choices(CHANNELS))
        self.invited = LineField(_("How many were invited"), _("Empty if nobody counted"))
        self.keep = Button(_("Keep what counts"), Kind.PRIMARY, tall=Tall.COMPACT)
        self.leave = Button(_("Not now"), tall=Tall.COMPACT)
        form = Form(2)
        form.add("channel", self.channel)
        form.add("invited", self.invited)
        inner = column(
            self.heading, self.table, form, row(None, self.leave, self.keep), gap=12,
            margins=(16, 12, 16, 16),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(inner))

    def show_draft(self, draft: Draft) -> None:
        """Show what was read."""
        self._draft = draft
        good, bad = len(draft.preview.good), len(draft.preview.bad)
        text = ngettext("{n} answer counts", "{n} answers count", good).format(n=count(good))
        if bad:
            text += ngettext(", {n} row does not", ", {n} rows do not", bad).format(n=count(bad))
        nobody = draft == review.no_answers()
        told = f"{draft.round.source}: {text}"
        self.heading.setText(_("A round that nobody answered") if nobody else told)
        self.table.setVisible(not nobody)
        self.keep.setText(_("Keep the round") if nobody else _("Keep what counts"))
        self.channel.set_value(draft.round.channel.value)
        rows = sorted(draft.preview.rows, key=lambda item: not item.reason)
        self.table.set_rows(rows)
        self.table.setFixedHeight(_ROW_PX * (min(_SHOWN, len(rows)) + 1))
        self.keep.block("" if good or nobody else _("nothing counts"))
        self.show()

    def read(self) -> Draft | None:
        """Return the answers with how they were asked for; None when a number is wrong."""
        if self._draft is None:
            return None
        self.invited.set_error("")
        try:
            invited = number_of(self.invited, self.invited.value)
        except InvalidInput:
            return None
        if not invited and self._draft == review.no_answers():
            self.invited.set_error(_("Say how many were invited."))
            return None
        channel = Channel(self.channel.value)
        return review.with_round(self._draft, channel, None if invited is None else int(invited))


def _read_columns() -> tuple[Column[Read], ...]:
    return (
        Column[Read](_("Line"), lambda item: count(item.line), width=56, right=True, tone="ink2"),
        Column[Read](
            _("Rating"), lambda item: str(item.response.rating or "–"), width=60, right=True
        ),
        Column[Read](_("Role"), lambda item: item.response.role or "–", width=110, tone="ink2"),
        Column[Read](_("What was said"), lambda item: item.response.text or "–"),
        Column[Read](
            _("State"), _read_state, cell=_read_cell, width=270,
        ),
    )  # fmt: skip


def _read_state(item: Read) -> str:
    return item.reason or item.remark or _("counts")


def _read_cell(item: Read) -> Cell:
    if item.reason:
        return Cell((Badge(Mark.WATCH, item.reason),))
    if item.remark:
        return Cell((Badge(Mark.GOOD, _("counts")), Words(item.remark, "ink2")))
    return Cell((Badge(Mark.GOOD, _("counts")),))
