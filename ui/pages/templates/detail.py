"""One template: what it holds and locks, how it did so far, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.runbook import Phase, Step
from app.i18n import _, ngettext
from app.services.template.standing import field_words
from app.services.template.templates import TemplateRow
from app.wording import day, duration
from ui.cells import Cell, Column, Mini, Words
from ui.models.rows import RowsModel
from ui.pages.templates.recurring import RecurrenceForm
from ui.pages.templates.rows import LibraryRow, standing_badge
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, WithReason
from ui.widgets.differences import Differences
from ui.widgets.facts import KeyValues, SectionTitle
from ui.widgets.fields import LineField
from ui.widgets.flow import Flow
from ui.widgets.labels import Label, title
from ui.widgets.layout import MARGIN, card, column, panel, row, scrolling
from ui.widgets.table import Rows, Table


class TemplateDetail(QWidget):
    """Shows a row of the library; its signals say what is wanted of it."""

    begin_wanted = Signal()
    take_wanted = Signal()
    approve_wanted = Signal()
    retire_wanted = Signal(str)  # the reason
    recurrence_wanted = Signal(object)  # Recurrence or None
    missed_wanted = Signal(object)  # datetime
    edition_wanted = Signal()

    def __init__(self, edition: QWidget) -> None:
        super().__init__()
        self.name, self.badge = title(""), StateBadge()
        self.words = Label(tone="ink2", wrap=True)
        self.begin = Button(_("New change from it"), Kind.PRIMARY, icon="plus")
        self.take = Button(_("Take into the library"), icon="download")
        self.approve = Button(_("Approve this edition"), icon="check")
        self.renew = Button(_("New edition"), icon="layers")
        self.retire = Button(_("Retire"))
        self.edition = edition
        self.facts = KeyValues(label_width=120)
        self.altered = Differences("")
        self.steps = Table(RowsModel(_columns()), rows=Rows.COMPACT, row_id=lambda step: step.id)
        self.steps.setAccessibleName(_("Steps of the template"))
        self.steps_title = SectionTitle(_("Runbook"))
        self.reason = LineField(_("Why is it taken out of use"))
        self.sure, self.keep = Button(_("Retire"), Kind.DANGER), Button(_("Not now"))
        self.asking = card(
            column(self.reason, row(None, self.keep, self.sure), margins=(14, 12, 14, 12))
        )
        self.asking.hide()
        self.recurring = RecurrenceForm()
        left = Qt.AlignmentFlag.AlignLeft
        approving = WithReason(self.approve, align=left)
        buttons = Flow((self.begin, self.take, approving, self.renew, self.retire))
        inner = panel(
            column(
                row(self.name, None, self.badge), self.words, buttons, self.asking, self.edition, 8,
                self.facts,
                self.altered, 8, self.steps_title, self.steps, 8, self.recurring, None,
                gap=10, margins=(MARGIN, 16, MARGIN, 24),
            )
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(inner))
        self._connect()

    def _connect(self) -> None:
        self.begin.clicked.connect(self.begin_wanted)
        self.take.clicked.connect(self.take_wanted)
        self.approve.clicked.connect(self.approve_wanted)
        self.renew.clicked.connect(self.edition_wanted)
        self.retire.clicked.connect(self._on_retire)
        self.sure.clicked.connect(self._on_sure)
        self.keep.clicked.connect(self.asking.hide)
        self.recurring.wanted.connect(self.recurrence_wanted)
        self.recurring.missed_wanted.connect(self.missed_wanted)

    def show_row(self, shown: LibraryRow, actor: str, zone: str) -> None:
        """Show a template."""
        template, known = shown.template, shown.known
        self.name.setText(template.name)
        self.badge.set_badge(standing_badge(shown))
        self.words.setText(_sentence(shown))
        retired = bool(template.retired_by)
        self.begin.setVisible(not retired)
        self.take.setVisible(known is None)
        self.approve.setVisible(known is not None and not retired and not _stands(shown))
        self.retire.setVisible(known is not None and not retired)
        self.renew.setVisible(known is not None and not retired)
        self.edition.hide()
        self.approve.block(_approval_reason(shown, actor))
        self.asking.hide()
        self.facts.set_facts(_facts(shown, zone))
        self.altered.fold.set_title(_("Changed since edition {n}").format(n=template.edition - 1))
        self.altered.show_differences(known.altered if known else ())
        steps = template.pattern.runbook.steps
        self.steps_title.set_note(_note(steps, template.pattern.runbook.forward_estimate_s))
        self.steps.set_rows(steps)
        self.steps.fit_height()
        self.recurring.setVisible(known is not None and not retired)
        self.recurring.show_recurrence(template.recurrence, zone)

    @Slot()
    def _on_retire(self) -> None:
        self.reason.set_value("")
        self.reason.set_error("")
        self.asking.show()
        self.reason.setFocus()

    @Slot()
    def _on_sure(self) -> None:
        if not self.reason.value:
            self.reason.set_error(_("Say why in one sentence."))
            return
        self.retire_wanted.emit(self.reason.value)


def _approval_reason(shown: LibraryRow, actor: str) -> str:
    if shown.known is not None and shown.template.made_by == actor:
        return _("you made this edition")
    return ""


def _stands(shown: LibraryRow) -> bool:
    """Whether somebody stands for this edition, and nothing has failed since."""
    template, known = shown.template, shown.known
    if known is None or template.approved_at is None:
        return False
    failed = known.record.last_failed_at
    return failed is None or failed <= template.approved_at


def _sentence(shown: LibraryRow) -> str:
    known = shown.known
    if known is None:
        return f"{shown.template.note} " + _("Read every command before you use it.")
    if known.is_good:
        return _("Changes opened from it may take the standard path: {record}.").format(
            record=known.record.sentence
        )
    return f"{known.poor}."


def _facts(shown: LibraryRow, zone: str) -> list[tuple[str, str | QWidget]]:
    template, known = shown.template, shown.known
    locked = ", ".join(field_words(name) for name in template.locked) or _("nothing")
    facts: list[tuple[str, str | QWidget]] = [(_("Locked"), locked)]
    if known is None:
        return facts
    facts.append((_("Record"), _record(known)))
    made = day(template.made_at, zone, year=True) if template.made_at else ""
    facts.append((_("Edition"), _("{n}, made by {who} on {day}").format(
        n=template.edition, who=template.made_by, day=made)))  # fmt: skip
    if template.approved_by and template.approved_at:
        text = _("by {who} on {day}")
        at = day(template.approved_at, zone, year=True)
        facts.append((_("Approved"), text.format(who=template.approved_by, day=at)))
    if template.note:
        facts.append((_("Note"), template.note))
    earlier = ", ".join(str(item.edition) for item in known.editions[1:])
    if earlier:
        facts.append((_("Earlier editions"), earlier))
    if template.retired_by:
        text = _("by {who}: {why}")
        facts.append(
            (_("Retired"), text.format(who=template.retired_by, why=template.retired_reason))
        )
    return facts


def _record(known: TemplateRow) -> str:
    record = known.record
    parts = [record.sentence]
    if record.n:
        parts.append(
            _("{good} successful, {issues} with issues, {failed} failed").format(
                good=record.successful, issues=record.with_issues, failed=record.failed
            )
        )
    if record.open:
        parts.append(
            ngettext("{n} still open", "{n} still open", record.open).format(n=record.open)
        )
    return "; ".join(parts)


def _note(steps: Sequence[Step], total_s: float) -> str:
    forward = sum(step.phase is Phase.FORWARD for step in steps)
    text = _("{n} steps forward, {back} back, {time} (P50)")
    return text.format(n=forward, back=len(steps) - forward, time=duration(total_s))


def _columns() -> tuple[Column[Step], ...]:
    return (
        Column[Step](_("Step"), lambda step: step.title, cell=_step_cell),
        Column[Step](_("Command"), lambda step: step.command, mono=True, tone="ink2"),
        Column[Step](_("P50"), lambda step: duration(step.estimate_s), width=84, right=True),
    )


def _step_cell(step: Step) -> Cell:
    back = step.phase is Phase.BACKOUT
    pieces: list[Mini | Words] = [Mini("undo")] if back else []
    return Cell((*pieces, Words(step.title, "ink2" if back else "ink")))
