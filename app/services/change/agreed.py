"""What an edit can no longer touch, because people agreed to it or work rests on it."""

from app.domain.approval import ApprovalRequest, Decision
from app.domain.change import Change, ChangeState
from app.domain.people import same_person
from app.domain.review import Side, TestCase
from app.errors import IllegalMove
from app.i18n import _
from app.services.approval.quorum import request_for
from app.services.change.process import way_instead

FROZEN_PLAN = (
    ChangeState.IMPLEMENT,
    ChangeState.BACKOUT,
    ChangeState.TEST,
    ChangeState.MONITOR,
    ChangeState.REVIEW,
)
"""In these states the plan stays as it was approved."""
REVIEWABLE = (ChangeState.MONITOR, ChangeState.REVIEW)
"""Where the work can be reviewed."""
_ASKED = (ChangeState.AUTHORIZE, ChangeState.SCHEDULED, *FROZEN_PLAN)


def refuse_agreed(before: Change, after: Change, actor: str) -> None:
    """Refuse an edit of what was agreed and is not, or cannot be, bound by the hash of the plan.

    Raises:
        IllegalMove: The plan of work that has begun, a test that was approved or tried, the
            service whose owner approved, a shorter time under observation, or a review in the
            name of somebody else, by who implemented it, or before there is anything to review.
    """
    _refuse_begun(before, after)
    _refuse_tests(before, after)
    _refuse_service(before, after)
    _refuse_shorter_watch(before, after)
    _refuse_borrowed_review(before, after, actor)


def _asked(change: Change) -> ApprovalRequest | None:
    """Return what approval was asked for, while somebody may rest a decision on it.

    That is from the question on until a new revision, whatever is edited meanwhile: else an edit
    could void an approval, alter what the hash does not bind, and be taken back.
    """
    approved = any(
        item.revision == change.revision and item.decision is Decision.APPROVED
        for item in change.approvals
    )
    return request_for(change) if approved or change.state in _ASKED else None


def _refuse_begun(before: Change, after: Change) -> None:
    """What runs is what was approved: from the first step on the plan stays as it is."""
    if before.state in FROZEN_PLAN and before.plan_hash != after.plan_hash:
        raise IllegalMove(
            _("The plan of {number} is fixed: the work has begun with it.").format(
                number=before.number
            ),
            hint=way_instead(ChangeState.IMPLEMENT),
        )


def _refuse_tests(before: Change, after: Change) -> None:
    """A test that was shown or tried stays what it was; waiving it has a name, and more may come.

    Cases hold their results too, so they are no part of the hash that an approval is bound to.
    """
    now, asked = {case.id: case for case in after.tests}, _asked(before)
    shown = asked.tests if asked else ()
    for case in before.tests:
        tried = case.last(Side.AFTER) is not None
        if not (tried or case.id in shown) or not _weakened(
            case, now.get(case.id), case.id in shown
        ):
            continue
        if tried:
            raise IllegalMove(
                _("The test “{title}” has a result, so it stays as it was agreed.").format(
                    title=case.title
                ),
                hint=_("Waive it, with a reason and an owner, or add another one beside it."),
            )
        raise IllegalMove(
            _("The test “{title}” was shown to those who approve.").format(title=case.title),
            hint=_("Add another one beside it, or take the change back to draft."),
        )


def _weakened(case: TestCase, now: TestCase | None, shown: bool) -> bool:
    if now is None or (case.mandatory and not now.mandatory):
        return True
    renamed = shown and case.title != now.title
    return renamed or (case.kind, case.expected) != (now.kind, now.expected)


def _refuse_service(before: Change, after: Change) -> None:
    """Whose approval counts as the owner's depends on the service."""
    if before.business_service != after.business_service and _asked(before):
        raise IllegalMove(
            _("The owner of this service is asked to approve, so it stays."),
            hint=_("Take the change back to draft first."),
        )


def _refuse_shorter_watch(before: Change, after: Change) -> None:
    """How long it is watched was shown to who approved; it may only become longer."""
    asked = before.state in _ASKED or _asked(before) is not None
    if asked and after.monitor_days < before.monitor_days:
        raise IllegalMove(
            _("{number} is watched as long as it was agreed, or longer.").format(
                number=before.number
            ),
            hint=_("Before the work it can be taken back to draft to plan it anew."),
        )


def _refuse_borrowed_review(before: Change, after: Change, actor: str) -> None:
    """A review is given by whoever acts, never by who implemented, and not before the work."""
    if not after.reviewed_by or after.reviewed_by == before.reviewed_by:
        return
    if not same_person(after.reviewed_by, actor):
        raise IllegalMove(
            _("You act as {actor}, so nobody else reviews through you.").format(actor=actor),
            hint=_("{name} reviews it.").format(name=after.reviewed_by),
        )
    if same_person(actor, after.implementer):
        raise IllegalMove(_("Who implements a change cannot review it."))
    if before.state not in REVIEWABLE:
        raise IllegalMove(
            _("{number} is reviewed once it is watched or in review.").format(number=before.number)
        )
