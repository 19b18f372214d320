"""Who agreed to which plan: steps with their quorum, decisions, and the verbs of an approver."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.approval import Decision
from app.domain.change import ChangeState
from app.i18n import _
from app.services.approval.agreement import Agreement, Said
from app.services.approval.quorum import FilledStep, step_title
from app.wording import clock, count_of, day, duration
from ui.cells import Badge, Mark
from ui.operations import process
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall, WithReason, link
from ui.widgets.differences import Differences
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import Line, add_layout, clear, column, row

_LEAST_WAIT_S = 60.0
"""A shorter wait is not worth a line."""
_LEFT = Qt.AlignmentFlag.AlignLeft


class Approvals(QWidget):
    """The decisions about a plan; each is bound to exactly the plan it was given for."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._share, self._bound = Label(tone="ink2"), Label(size=SMALL, tone="ink2", wrap=True)
        self.steps, self.list = QVBoxLayout(), QVBoxLayout()
        self.since = Differences(_("Changed since it was approved"))
        self.approve = Button(_("Approve"), Kind.PRIMARY, icon="check", tall=Tall.COMPACT)
        self.reject = Button(_("Reject"), Kind.DANGER, icon="x", tall=Tall.COMPACT)
        self.again = Button(_("Ask again"), icon="refresh", tall=Tall.COMPACT)
        self.export, self.take = link(_("Request as a file")), link(_("Take an answer file over"))
        self._lay_out()
        self.approve.clicked.connect(self._on_approve)
        self.reject.clicked.connect(self._on_reject)
        self.again.clicked.connect(self._on_again)
        self.export.clicked.connect(editing.request_wanted)
        self.take.clicked.connect(editing.answer_wanted)

    def _lay_out(self) -> None:
        for part in (self.steps, self.list):
            part.setSpacing(8)
        self._verbs, self._by_file = QWidget(), QWidget()
        buttons = row(self.approve, self.reject, None, gap=8)
        self._why = Label(size=SMALL, tone="ink2", wrap=True)
        self._verbs.setLayout(column(buttons, self._why, gap=4))
        self._by_file.setLayout(column(row(self.export, None), row(self.take, None), gap=2))
        self._again = WithReason(self.again, align=_LEFT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Approvals"), end=self._share))
        add_layout(layout, self.steps)
        layout.addWidget(self._verbs)
        layout.addWidget(Line())
        add_layout(layout, self.list)
        for widget in (self.since, self._again, self._bound, self._by_file):
            layout.addWidget(widget)

    def show_view(self, view: ChangeView) -> None:
        """Show the decisions and what the acting person may do."""
        found = view.agreement
        self._share.setText(count_of(found.given, max(found.needed, found.given)))
        clear(self.steps)
        for step, people in zip(found.steps, found.people, strict=True):
            add_layout(self.steps, _step(step, people))
        clear(self.list)
        for said in found.said:
            self._add(said, view)
        if not found.said:
            self.list.addWidget(Label(_("Nobody has decided yet."), tone="ink2"))
        self.since.show_differences(found.since)
        self._bound.setText(_bound(found, view))
        self._again.setVisible(found.outdated)
        self._verbs.setVisible(found.awaits)
        self._by_file.setVisible(found.awaits)
        self.approve.block(found.refusal)
        self.reject.block(found.no_rejecting)
        self._why.setText(found.refusal)
        self._why.setVisible(bool(found.refusal))
        edited = _("the plan was edited: ask again first") if found.outdated else ""
        self.export.block(edited or ("" if found.asked else _("approval was not asked for yet")))

    def _add(self, said: Said, view: ChangeView) -> None:
        item = said.approval
        add_layout(self.list, row(Label(item.approver), None, StateBadge(_badge(said))))
        when = f"{day(item.at, view.zone)} {clock(item.at, view.zone)}"
        add_layout(
            self.list,
            row(
                Label(item.role, size=SMALL, tone="ink2"),
                None,
                Label(when, size=SMALL, tone="ink2"),
            ),
        )
        if notes := _notes(said):
            self.list.addWidget(Label(notes, size=SMALL, tone="ink2", wrap=True))
        self.list.addWidget(Line())

    @Slot()
    def _on_approve(self) -> None:
        view = self._editing.view
        plan = view.agreement.plan_hash[:8]
        text = _("You approve plan {plan} as {name}. The approval holds for exactly this plan.")
        if view.settings.move_tolerance_h:
            more = _(" Its start may move by up to {hours:g} h.")
            text += more.format(hours=view.settings.move_tolerance_h)
        self._editing.ask(
            Question(
                _("Approve the plan of {number}").format(number=view.change.number),
                text.format(plan=plan, name=view.actor),
                _("Approve"),
                partial(self._decide, approved=True),
                label=_("Comment"),
                needed=False,
            )
        )

    @Slot()
    def _on_reject(self) -> None:
        view = self._editing.view
        back = view.change.state is ChangeState.AUTHORIZE
        self._editing.ask(
            Question(
                _("Reject the plan of {number}").format(number=view.change.number),
                _("It goes back to the coordinator with your comment.")
                if back
                else _("Your decision stands in the log and in the report, with your comment."),
                _("Reject"),
                partial(self._decide, approved=False),
                label=_("Comment"),
                danger=True,
            )
        )

    def _decide(self, comment: str, *, approved: bool) -> None:
        verb = process.approve if approved else process.reject
        change_id = self._editing.view.change.id
        self._editing.do(verb(self._editing.context, change_id, comment))

    @Slot()
    def _on_again(self) -> None:
        change_id = self._editing.view.change.id
        self._editing.do(process.ask_again(self._editing.context, change_id))


def _step(step: FilledStep, people: tuple[str, ...]) -> QVBoxLayout:
    mark = Mark.GOOD if step.is_full else Mark.NEEDED if step.step.hard else Mark.MISSING
    share = count_of(len(step.approvals), step.step.quorum)
    head = row(Label(step_title(step.step)), None, StateBadge(Badge(mark, share)))
    if step.is_full:
        return column(head)
    words = ", ".join(people[:4]) + (", …" if len(people) > 4 else "")
    if not words and step.step.role.value == "service_owner":
        words = _("nobody is listed: Settings, People")
    elif not words:
        words = _("anybody who does not implement")
    return column(head, Label(words, size=SMALL, tone="ink2", wrap=True), gap=2)


def _bound(found: Agreement, view: ChangeView) -> str:
    text = _("Plan {plan}, revision {n}. An edit of the plan voids its approvals.").format(
        plan=found.plan_hash[:8], n=view.change.revision
    )
    if found.asked is None:
        return text
    at = found.asked.at
    when = f"{day(at, view.zone)} {clock(at, view.zone)}"
    return _("{text} Asked by {name}, {when}.").format(text=text, name=found.asked.by, when=when)


def _notes(said: Said) -> str:
    item, found = said.approval, []
    if said.void and item.decision is Decision.APPROVED:
        found.append(_("Void: {why}.").format(why=said.void))
    if item.comment:
        found.append(f"“{item.comment}”")
    if item.waited_s and item.waited_s >= _LEAST_WAIT_S:
        found.append(_("{time} after it was asked.").format(time=duration(item.waited_s)))
    if said.key:
        found.append(_("Signed elsewhere, key …{end}.").format(end=said.key[-8:]))
    return " ".join(found)


def _badge(said: Said) -> Badge:
    if said.approval.decision is Decision.REJECTED:
        return Badge(Mark.BAD, _("Rejected"))
    if said.void:
        return Badge(Mark.STOPPED, _("Void"))
    return Badge(Mark.GOOD, _("Approved"))
