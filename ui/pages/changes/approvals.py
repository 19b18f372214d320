"""Who agreed to which plan, and the two verbs of an approver."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.approval import Approval, Decision
from app.domain.change import ChangeState
from app.i18n import _
from app.services.quorum import approvals_needed, standing_approvals
from app.wording import clock, count_of, day
from ui.cells import Badge, Mark
from ui.operations import changes
from ui.operations.changes import ChangeView
from ui.pages.changes.asking import Question
from ui.pages.changes.editing import Editing
from ui.theme import SMALL
from ui.widgets.badges import StateBadge
from ui.widgets.buttons import Button, Kind, Tall, WithReason
from ui.widgets.facts import SectionTitle
from ui.widgets.labels import Label
from ui.widgets.layout import Line, clear, row


class Approvals(QWidget):
    """The decisions about a plan; each is bound to exactly the plan it was given for."""

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._share = Label(tone="ink2")
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._bound = Label(size=SMALL, tone="ink2", wrap=True)
        self.approve = Button(_("Approve"), Kind.PRIMARY, icon="check", tall=Tall.COMPACT)
        self.reject = Button(_("Reject"), Kind.DANGER, icon="x", tall=Tall.COMPACT)
        self._verbs = QWidget()
        verbs = QHBoxLayout(self._verbs)
        verbs.setContentsMargins(0, 0, 0, 0)
        left = Qt.AlignmentFlag.AlignLeft
        verbs.addWidget(WithReason(self.approve, align=left), 0, Qt.AlignmentFlag.AlignTop)
        verbs.addWidget(self.reject, 0, Qt.AlignmentFlag.AlignTop)
        verbs.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(_("Approvals"), end=self._share))
        layout.addLayout(self._list)
        layout.addWidget(self._bound)
        layout.addWidget(self._verbs)
        self.approve.clicked.connect(self._on_approve)
        self.reject.clicked.connect(self._on_reject)

    def show_view(self, view: ChangeView) -> None:
        """Show the decisions and what the acting person may do."""
        change = view.change
        standing, needed = standing_approvals(change), approvals_needed(change, view.settings)
        self._share.setText(count_of(len(standing), max(needed, len(standing))))
        clear(self._list)
        for approval in _latest(change.approvals):
            self._add(approval, view)
        if not change.approvals:
            self._list.addWidget(Label(_("Nobody has decided yet."), tone="ink2"))
        self._bound.setText(
            _("Plan {plan}, revision {n}. An edit of the plan voids its approvals.").format(
                plan=change.plan_hash[:8], n=change.revision
            )
        )
        self._verbs.setVisible(change.state is ChangeState.AUTHORIZE)
        own = view.actor == change.implementer
        has = view.actor in standing
        self.approve.block(
            _("who implements cannot approve") if own else _("you approved it") if has else ""
        )

    def _add(self, approval: Approval, view: ChangeView) -> None:
        stands = approval.plan_hash == view.change.plan_hash
        self._list.addLayout(
            row(Label(approval.approver), None, StateBadge(_badge(approval, stands)))
        )
        when = f"{day(approval.at, view.zone)} {clock(approval.at, view.zone)}"
        under = approval.comment or approval.role or ""
        words = Label(under, size=SMALL, tone="ink2", wrap=bool(approval.comment))
        line = QHBoxLayout()
        line.addWidget(words, 1)
        line.addWidget(Label(when, size=SMALL, tone="ink2"), 0, Qt.AlignmentFlag.AlignTop)
        self._list.addLayout(line)
        self._list.addWidget(Line())

    @Slot()
    def _on_approve(self) -> None:
        change = self._editing.view.change
        self._editing.ask(
            Question(
                _("Approve the plan of {number}").format(number=change.number),
                _("You approve plan {plan} as {name}. The approval holds for exactly this plan.")
                .format(plan=change.plan_hash[:8], name=self._editing.view.actor),
                _("Approve"),
                partial(self._decide, approved=True),
                label=_("Comment"),
                needed=False,
            )
        )  # fmt: skip

    @Slot()
    def _on_reject(self) -> None:
        number = self._editing.view.change.number
        self._editing.ask(
            Question(
                _("Reject the plan of {number}").format(number=number),
                _("It goes back to the coordinator with your comment."),
                _("Reject"),
                partial(self._decide, approved=False),
                label=_("Comment"),
                danger=True,
            )
        )

    def _decide(self, comment: str, *, approved: bool) -> None:
        verb = changes.approve if approved else changes.reject
        change_id = self._editing.view.change.id
        self._editing.do(verb(self._editing.context, change_id, comment))


def _latest(approvals: tuple[Approval, ...]) -> list[Approval]:
    """The newest decision of each person about each plan, newest last."""
    return list({(item.approver, item.plan_hash): item for item in approvals}.values())


def _badge(approval: Approval, stands: bool) -> Badge:
    if approval.decision is Decision.REJECTED:
        return Badge(Mark.BAD, _("Rejected"))
    if not stands:
        return Badge(Mark.STOPPED, _("Void: other plan"))
    return Badge(Mark.GOOD, _("Approved"))
