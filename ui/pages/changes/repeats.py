"""Whether the gain lasts: the same measures again, 7, 30 and 90 days after the work."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from app.domain.benefit import BenefitDate, BenefitFinding, Due, Lasting
from app.domain.metric import Metric
from app.i18n import _
from app.services.metric.benefit_files import DayOutlook
from app.services.metric.benefits import files_left, live_left
from app.services.metric.imports import FileImport
from app.services.review.reminders import repeats_of
from app.services.review.review_words import DUES, LASTING
from app.wording import day, number
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import review
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.pages.changes.repeat_days import RepeatDays
from ui.pages.changes.repeat_file import RepeatFile
from ui.pages.changes.tab import Part
from ui.tasks import Task
from ui.widgets.buttons import Button, Tall, WithReason
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows, Table

_STATES = {
    Due.DONE: Mark.DONE,
    Due.PARTLY: Mark.NEEDED,
    Due.SKIPPED: Mark.STOPPED,
    Due.WAITING: Mark.LATER,
    Due.DUE: Mark.NEEDED,
    Due.MISSED: Mark.WATCH,
}
_FOUND = {
    Lasting.WORSE: Mark.BAD,
    Lasting.GONE: Mark.BAD,
    Lasting.PARTLY: Mark.MIXED,
    Lasting.CANNOT_TELL: Mark.UNKNOWN,
    Lasting.LASTED: Mark.GOOD,
    Lasting.UNCHANGED: Mark.SAME,
}


class RepeatsPart(Part):
    """The agreed days, what was found on each, and the way to measure now."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._view: ChangeView | None = None
        self._running = False
        self.measure = Button(_("Measure again now"), icon="activity", tall=Tall.COMPACT)
        self.bring = Button(_("Bring a file"), icon="upload", tall=Tall.COMPACT)
        self.leave = Button(_("Leave out"), tall=Tall.COMPACT)
        self.file = RepeatFile()
        self.days = RepeatDays()
        self.table = Table(
            RowsModel(self._columns()), rows=Rows.TWO_LINES, row_id=lambda item: item.days
        )
        self.table.setAccessibleName(_("Measured again"))
        self._note = Label(tone="ink2", wrap=True)
        self._found = Label(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Does the gain last?")))
        layout.addWidget(self._note)
        layout.addWidget(self.table)
        layout.addWidget(self._found)
        left = Qt.AlignmentFlag.AlignLeft
        told = [WithReason(b, align=left) for b in (self.measure, self.bring, self.leave)]
        buttons = row(*told, None)
        for button in told:  # a reason below one must not push the others down
            buttons.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        add_layout(layout, buttons)
        layout.addWidget(self.file)
        layout.addWidget(self.days)
        self.file.hide()
        self.days.agreed.connect(self._on_agreed)
        self.table.picked.connect(self._on_picked)
        self.measure.clicked.connect(self._on_measure)
        self.bring.clicked.connect(self._on_bring)
        self.leave.clicked.connect(self._on_leave)
        self.file.looked.connect(self._on_look)
        self.file.kept.connect(self._on_keep)
        self.file.closed.connect(self.file.hide)

    def show_view(self, view: ChangeView) -> None:
        """Show the days of a change."""
        if self._view is not None and self._view.change.id != view.change.id:
            self.file.hide()
        self._view = view
        self.days.show_change(view.change)
        repeats = repeats_of(view.change)
        dates = repeats.dates(view.now) if repeats else ()
        self._note.setText(
            _("The same queries again, or the file of the same hours, held against before the"
              " work. Reminders stand on Home.")
            if repeats
            else _("Dates come with the end of the work, when it was measured and not backed out.")
        )  # fmt: skip
        self.table.setVisible(bool(dates))
        self.table.set_rows(dates)
        self.table.fit_height()
        for button in (self.measure, self.bring, self.leave):
            button.setVisible(bool(dates))
        if dates and self.table.current is None:
            due = next((d for d in dates if d.check is None or d.left), dates[-1])
            self.table.select(due.days, quiet=True)
        self._on_picked(self.table.current if dates else None)

    def _columns(self) -> tuple[Column[BenefitDate], ...]:
        return (
            Column[BenefitDate](
                _("After"), lambda item: _("{n} days").format(n=item.days), width=80
            ),
            Column[BenefitDate](_("Due"), self._due, width=148, tone="ink2"),
            Column[BenefitDate](
                _("State"), lambda item: state_badge(item).word,
                cell=lambda item: Cell((state_badge(item),)), width=150,
            ),
            Column[BenefitDate](_("What was found"), _found_text, cell=self._found_cell),
        )  # fmt: skip

    def _zone(self) -> str:
        return self._view.zone if self._view else "UTC"

    def _due(self, item: BenefitDate) -> str:
        return day(item.due_at, self._zone(), year=True)

    def _found_cell(self, item: BenefitDate) -> Cell:
        if item.check is None:
            return Cell((Words("–", "ink2"),))
        return Cell((Words(_found_text(item)),), (Words(self._by(item), "ink2"),))

    def _by(self, item: BenefitDate) -> str:
        if item.check is None:
            return ""
        text = _("{day}, {name}").format(
            day=day(item.check.at, self._zone(), year=True), name=item.check.by
        )
        names = ", ".join(metric.name for metric in self._metrics(item.left))
        if names:
            return _("{text}. Still to measure: {names}").format(text=text, names=names)
        if item.check.findings and item.check.skipped:
            return _("{text}. The rest is left out: {why}").format(
                text=text, why=item.check.skipped
            )
        return text

    def _metrics(self, wanted: tuple[str, ...]) -> list[Metric]:
        if self._view is None:
            return []
        return [item for item in self._view.change.metrics if item.id in wanted]

    @Slot(object)
    def _on_picked(self, item: BenefitDate | None) -> None:
        check = item.check if item else None
        self._found.setText("\n".join(f.sentence for f in check.findings) if check else "")
        self._found.setVisible(bool(check and check.findings))
        if item is None or self._view is None:
            return
        change = self._view.change
        done = "" if item.left else _("this day is done")
        early = _("not before this day") if item.state is Due.WAITING else ""
        running = _("being measured") if self._running else ""
        live, files = live_left(change, item.days), files_left(change, item.days)
        self.leave.block(done)
        self.measure.block(
            running or done or early or ("" if live else _("what is left comes from files"))
        )
        self.bring.block(done or early or ("" if files else _("nothing left comes from a file")))
        if done:
            self.file.hide()

    @Slot()
    def _on_measure(self) -> None:
        item: BenefitDate | None = self.table.current
        if item is None or self._view is None:
            return
        change = self._view.change
        title = _("Measuring {number} again").format(number=change.number)
        self._running = True
        task = review.measure_again(self._editing.context, change, item.days, title)
        _Measuring(self, task)
        self._editing.do(task, _("Measured again"))
        self._on_picked(item)

    @Slot()
    def _on_bring(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(
            self, _("Samples of the later window"), "",
            _("Samples (*.csv *.tsv *.txt *.json *.xlsx)"),
        )  # fmt: skip
        if path:
            self.bring_file(Path(path))

    def bring_file(self, path: Path) -> None:
        """Look at a file for the picked day; nothing is kept yet."""
        item: BenefitDate | None = self.table.current
        if item is None or self._view is None:
            return
        change = self._view.change
        left = files_left(change, item.days)
        if left:
            self._on_look(FileImport(change.id, left[0], path))

    @Slot(object)
    def _on_look(self, wanted: FileImport) -> None:
        item: BenefitDate | None = self.table.current
        if item is not None:
            task = review.look_for_day(self._editing.context, wanted, item.days)
            task.succeeded.connect(self._on_looked)
            task.failed.connect(self._editing.failed)

    @Slot(object)
    def _on_looked(self, outlook: DayOutlook) -> None:
        if self._view is None or outlook.outlook.wanted.change != self._view.change.id:
            return
        left = files_left(self._view.change, outlook.days)
        self.file.show_outlook(outlook, self._metrics(left), self._zone())
        self.file.show()

    @Slot(object)
    def _on_keep(self, wanted: FileImport) -> None:
        item: BenefitDate | None = self.table.current
        if item is None:
            return
        task = review.bring_file(self._editing.context, wanted, item.days)
        task.succeeded.connect(self._on_kept)
        self._editing.do(task, _("Measured again"))

    @Slot(object)
    def _on_kept(self, _change: object) -> None:
        self.file.hide()
        self._editing.context.changed.announce(Topic.METRICS | Topic.CHANGES, self)

    def ended(self) -> None:
        """Offer the next one."""
        self._running = False
        self._on_picked(self.table.current)
        self._editing.context.changed.announce(Topic.METRICS | Topic.CHANGES, self)

    @Slot(object)
    def _on_agreed(self, days: tuple[int, ...]) -> None:
        if self._view is not None:
            task = review.agree_days(self._editing.context, self._view.change.id, days)
            self._editing.do(task, _("Saved"))

    @Slot()
    def _on_leave(self) -> None:
        item: BenefitDate | None = self.table.current
        if item is None or self._view is None:
            return
        change_id, days = self._view.change.id, item.days
        self._editing.ask(
            Question(
                _("Leave out the measure after {n} days").format(n=days),
                _("The report says that nobody looked, and why."),
                _("Leave it out"),
                lambda reason: self._editing.do(
                    review.leave_out(self._editing.context, change_id, days, reason),
                    _("Left out"),
                ),
            )
        )


class _Measuring(QObject):
    """A measurement on its way; it goes with its task."""

    def __init__(self, part: RepeatsPart, task: Task) -> None:
        super().__init__(task)
        self._part = part
        task.ended.connect(self._on_ended)

    @Slot()
    def _on_ended(self) -> None:
        self._part.ended()


def state_badge(item: BenefitDate) -> Badge:
    """Return how a day stands: what was found, or whether it is due."""
    if item.state is Due.DONE and item.check is not None and item.check.lasting is not None:
        return Badge(_FOUND[item.check.lasting], _(LASTING[item.check.lasting]))
    return Badge(_STATES[item.state], _(DUES[item.state]))


def _found_text(item: BenefitDate) -> str:
    check = item.check
    if check is None:
        return "–"
    if check.lasting is None:
        return check.skipped
    return "; ".join(map(_finding_text, check.findings))


def _finding_text(finding: BenefitFinding) -> str:
    text = (
        _("{metric}: {before}, now {level}")  # nobody had judged it right after the work
        if finding.after is None
        else _("{metric}: {before}, then {after}, now {level}")
    )
    return text.format(
        metric=finding.metric,
        before=number(finding.before, finding.unit),
        after=number(finding.after, finding.unit),
        level=number(finding.level, finding.unit),
    )
