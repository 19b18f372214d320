"""Whether the gain lasts: the same measures again, 7, 30 and 90 days after the work."""

from datetime import datetime

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QVBoxLayout

from app.domain.benefit import BenefitDate, Due, Lasting, benefit_dates
from app.i18n import _
from app.services.reminders import is_measured_again
from app.services.review_words import DUES, LASTING
from app.wording import day, number
from ui.cells import Badge, Cell, Column, Mark, Words
from ui.changed import Topic
from ui.models.rows import RowsModel
from ui.operations import review
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.pages.changes.tab import Part
from ui.tasks import Task
from ui.widgets.buttons import Button, Tall, WithReason
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import add_layout, row
from ui.widgets.table import Rows, Table

_STATES = {
    Due.DONE: Mark.DONE,
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
        self.leave = Button(_("Leave out"), tall=Tall.COMPACT)
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
        add_layout(layout, row(WithReason(self.measure), WithReason(self.leave), None))
        self.table.picked.connect(self._on_picked)
        self.measure.clicked.connect(self._on_measure)
        self.leave.clicked.connect(self._on_leave)

    def show_view(self, view: ChangeView) -> None:
        """Show the days of a change."""
        self._view = view
        change = view.change
        counts = is_measured_again(change)
        dates: tuple[BenefitDate, ...] = ()
        if counts and change.work_end is not None:
            checks = change.benefit_checks
            dates = benefit_dates(change.work_end, change.benefit_days, checks, view.now)
        self._note.setText(
            _("The same queries again, held against before the work. Reminders stand on Home.")
            if counts
            else _("Dates come with the end of the work, when it was measured and not backed out.")
        )
        self.table.setVisible(bool(dates))
        self.table.set_rows(dates)
        self.table.fit_height()
        for button in (self.measure, self.leave):
            button.setVisible(bool(dates))
        if dates and self.table.current is None:
            due = next((d for d in dates if d.check is None), dates[-1])
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
        return Cell((Words(_found_text(item)),), (Words(self._by(item.check.at, item), "ink2"),))

    def _by(self, at: datetime, item: BenefitDate) -> str:
        name = item.check.by if item.check else ""
        return _("{day}, {name}").format(day=day(at, self._zone(), year=True), name=name)

    @Slot(object)
    def _on_picked(self, item: BenefitDate | None) -> None:
        check = item.check if item else None
        self._found.setText("\n".join(f.sentence for f in check.findings) if check else "")
        self._found.setVisible(bool(check and check.findings))
        done = _("this day is done") if check else ""
        self.leave.block(done)
        self.measure.block(_("being measured") if self._running else done)

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

    def ended(self) -> None:
        """Offer the next one."""
        self._running = False
        self._on_picked(self.table.current)
        self._editing.context.changed.announce(Topic.METRICS | Topic.CHANGES, self)

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
    if item.check is not None and item.check.lasting is not None:
        return Badge(_FOUND[item.check.lasting], _(LASTING[item.check.lasting]))
    return Badge(_STATES[item.state], _(DUES[item.state]))


def _found_text(item: BenefitDate) -> str:
    check = item.check
    if check is None:
        return "–"
    if check.skipped:
        return check.skipped
    return "; ".join(
        _("{metric}: {before}, then {after}, now {level}").format(
            metric=finding.metric,
            before=number(finding.before, finding.unit),
            after=number(finding.after, finding.unit),
            level=number(finding.level, finding.unit),
        )
        for finding in check.findings
    )
