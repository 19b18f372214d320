"""What was like this before, suggested while a change is being written."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.risk import PastOutcome
from app.i18n import _, ngettext
from app.services.search.precedents import (
    SHARED,
    LessonHint,
    Likeness,
    Precedent,
    Precedents,
    Shared,
    done_before,
    outcome_words,
    outcomes_of,
    past_words,
    repeat_words,
    went_badly,
)
from app.wording import day
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.models.rows import RowsModel
from ui.operations.precedents import look_up
from ui.tasks import Latest
from ui.theme import MEDIUM
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.table import Rows, Table

if TYPE_CHECKING:
    from ui.context import UiContext

PAUSE_MS = 250
"""From the last key to the question."""


class PrecedentsPanel(QWidget):
    """Earlier changes, how they ended, what they taught; nothing at all while there is none."""

    opened = Signal(str)
    """The id of the earlier change that was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.precedents = Precedents()
        self._context: UiContext | None = None
        self._like: Likeness | None = None
        self._answers: Latest | None = None
        self.title = SectionTitle(_("Seen before"))
        self.repeats = Label(weight=MEDIUM, tone="watch")
        self.past = Label(tone="ink2", wrap=True)
        self.table = Table(RowsModel(_COLUMNS), rows=Rows.TWO_LINES, header=False)
        self.table.setAccessibleName(_("Earlier changes like this one"))
        self.lessons = Table(RowsModel(_LESSONS), rows=Rows.TWO_LINES, header=False)
        self.lessons.setAccessibleName(_("Lessons of other changes"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.title, self.repeats, self.table, self.lessons, self.past):
            layout.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._look)
        for table in (self.table, self.lessons):
            table.clicked.connect(partial(self._on_clicked, table))
            table.opened.connect(self._on_opened)
        self._show(Precedents())

    def ask(self, context: "UiContext", like: Likeness) -> None:
        """Look for what is like this, a moment after the last call."""
        if like == self._like:
            return
        self._like = like
        self._context = context
        if self._answers is None:
            self._answers = Latest(context.tasks, self)
            self._answers.loaded.connect(self._show)
            self._answers.failed.connect(context.messages.show_error)
        self._timer.start()

    def forget(self) -> None:
        """Show nothing and answer nothing that was asked."""
        self._timer.stop()
        self._like = None
        if self._answers is not None:
            self._answers.drop()
        self._show(Precedents())

    @Slot()
    def _look(self) -> None:
        if self._context is not None and self._answers is not None and self._like is not None:
            self._answers.start(partial(look_up, self._context.services, self._like))

    @Slot(object)
    def _show(self, found: Precedents) -> None:
        self.precedents = found
        n = len(found.found)
        like = ngettext("{n} change like this", "{n} changes like this", n).format(n=n)
        taught = len(found.lessons)
        more = ngettext("{n} more lesson", "{n} more lessons", taught).format(n=taught)
        self.title.set_note(f"{like}, {more}" if taught else like)
        self.table.set_rows(found.found)
        self.table.fit_height()
        self.table.setVisible(bool(n))
        self.lessons.set_rows(found.lessons)
        self.lessons.fit_height()
        self.lessons.setVisible(bool(found.lessons))
        self.repeats.setText(repeat_words(found.repeats))
        self.repeats.setVisible(found.repeats > 0)
        self.past.setText("\n".join(map(past_words, outcomes_of(found.past))))
        self.past.setVisible(bool(found.past))
        self.setVisible(bool(n or found.past or found.repeats or taught))

    def _on_clicked(self, table: Table, *_where: object) -> None:
        if table.current is not None:
            self._on_opened(table.current)

    @Slot(object)
    def _on_opened(self, item: Precedent | LessonHint) -> None:
        self.opened.emit(item.id)


class PastLines(Label):
    """How changes like one had ended, in lines; shown beside a judgement, never part of it."""

    def __init__(self) -> None:
        super().__init__(tone="ink2", wrap=True)
        self._found = Precedents()
        self._answers: Latest | None = None
        self.hide()

    @property
    def outcomes(self) -> tuple[PastOutcome, ...]:
        """What is shown, in the form that is kept with a risk."""
        return outcomes_of(self._found.past)

    @property
    def done_before(self) -> int | None:
        """How many changes like this worked; None when nobody counted."""
        return done_before(self._found.past)

    def ask(self, context: "UiContext", like: Likeness) -> None:
        """Ask how changes like this one ended."""
        if self._answers is None:
            self._answers = Latest(context.tasks, self)
            self._answers.loaded.connect(self._show)
            self._answers.failed.connect(context.messages.show_error)
        self._answers.start(partial(look_up, context.services, like))

    @Slot(object)
    def _show(self, found: Precedents) -> None:
        self._found = found
        lines = [past_words(item) for item in self.outcomes]
        if words := repeat_words(found.repeats):
            lines.insert(0, words)
        self.setText("\n".join(lines))
        self.setVisible(bool(lines))


def _in_common(shared: tuple[Shared, ...]) -> str:
    text = ", ".join(_(SHARED[each]) for each in shared)
    return text[:1].upper() + text[1:]


def _told(item: Precedent) -> Cell:
    shared = _in_common(item.shared)
    parts = [shared] if shared else []
    if item.incidents:
        parts.append(_("caused {names}").format(names=", ".join(item.incidents)))
    parts += [_("Lesson: {text}").format(text=text) for text in item.lessons]
    top = (Words(item.number, "ink2"), Words(item.title))
    return Cell(top, (Words(". ".join(parts), "ink2"),))


def _ended(item: Precedent) -> Cell:
    word = outcome_words(item)
    if went_badly(item):
        badge = Badge(Mark.BAD, word)
    elif not item.close_code:
        badge = Badge(Mark.LATER, word)
    else:
        badge = Badge(Mark.MIXED if "issues" in item.close_code.value else Mark.GOOD, word)
    at = day(item.at, "UTC", year=True) if item.at else ""
    return Cell((badge,), (Words(at, "ink2"),) if at else ())


_COLUMNS = (
    Column[Precedent]("", lambda item: f"{item.number} {item.title}", cell=_told),
    Column[Precedent]("", outcome_words, cell=_ended, width=190),
)


def _lesson(item: LessonHint) -> Cell:
    parts = [_in_common(item.shared)]
    if item.cause:
        parts.append(_("Cause: {text}").format(text=item.cause))
    return Cell((Words(item.text),), (Words(item.number, "ink2"), Words(". ".join(parts), "ink2")))


_LESSONS = (
    Column[LessonHint]("", lambda item: f"{item.number} {item.text}", cell=_lesson),
    Column[LessonHint](
        "", lambda _item: _("lesson"), cell=lambda _i: Cell((Badge(Mark.LATER, _("lesson")),)),
        width=190,
    ),
)  # fmt: skip
