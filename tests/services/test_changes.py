"""A change walks through the process; guards say what is missing; every step is logged."""

from dataclasses import replace

import pytest

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState, ChangeType, Stage
from app.domain.review import CloseCode
from app.errors import Conflict, GuardRefused, IllegalMove, InvalidInput
from app.services.approval.approvals import decide
from app.services.change.changes import (
    Desk,
    edit_change,
    move_change,
    open_change,
    readiness,
    set_hold,
)
from app.services.change.overrides import override_guard
from app.services.entries import write_entry
from tests.examples import DB, checked, identified, planned
from tests.fakes import MemoryStore, SetClock


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore({"hosts": {DB.id: DB}})


@pytest.fixture
def desk(store: MemoryStore) -> Desk:
    return Desk(store.unit_of_work, SetClock(), "Nomsa")


def acting(desk: Desk, name: str) -> Desk:
    return replace(desk, actor=name)


def assessed(desk: Desk) -> Change:
    change = open_change("Upgrade the orders database", desk=desk)
    edit_change(change.id, identified, desk=desk)
    return move_change(change.id, ChangeState.ASSESS, desk=desk)


def asked(desk: Desk) -> Change:
    change = assessed(desk)
    edit_change(change.id, planned, desk=desk)
    return move_change(change.id, ChangeState.AUTHORIZE, desk=desk)


def test_new_change_is_a_draft_with_a_number_and_one_log_entry(
    store: MemoryStore, desk: Desk
) -> None:
    change = open_change("  Upgrade the orders database ", desk=desk)
    assert (change.number, change.title) == ("CHG-000001", "Upgrade the orders database")
    assert change.state is ChangeState.DRAFT
    assert store.kinds_logged() == ["change.opened"]


def test_an_edit_keeps_the_rules_of_a_title(store: MemoryStore, desk: Desk) -> None:
    change = open_change("Upgrade\n the\tdatabase\x1b[31m", desk=desk)
    assert change.title == "Upgrade  the database[31m"
    for title in ("", " \n", "x" * 161):
        with pytest.raises(InvalidInput, match="1 to 160"):
            edit_change(change.id, lambda c, new=title: replace(c, title=new), desk=desk)
    same = edit_change(change.id, lambda c: replace(c, title=" Größe 数据库\0 "), desk=desk)
    assert same.title == "Größe 数据库"


@pytest.mark.parametrize("title", ["", "   ", "x" * 161])
def test_title_must_be_there_and_short(store: MemoryStore, desk: Desk, title: str) -> None:
    with pytest.raises(InvalidInput):
        open_change(title, desk=desk)
    assert store.log == []


def test_draft_says_everything_it_lacks_at_once(desk: Desk) -> None:
    change = open_change("Upgrade", desk=desk)
    with pytest.raises(GuardRefused) as refusal:
        move_change(change.id, ChangeState.ASSESS, desk=desk)
    named = {line.split(":")[0] for line in refusal.value.missing}
    assert named == {
        "Need category",
        "Description",
        "Requester",
        "Evidence of the need",
        "Affected hosts",
    }


def test_no_evidence_needs_a_reason_and_then_passes(desk: Desk) -> None:
    change = open_change("Upgrade", desk=desk)
    bare = replace(identified(change), need=replace(identified(change).need, evidence=()))
    edit_change(change.id, lambda _: replace(bare, version=change.version), desk=desk)
    with pytest.raises(GuardRefused, match="no reason why there is none"):
        move_change(change.id, ChangeState.ASSESS, desk=desk)
    edit_change(
        change.id,
        lambda c: replace(c, need=replace(c.need, no_evidence_reason="Vendor's word")),
        desk=desk,
    )
    assert move_change(change.id, ChangeState.ASSESS, desk=desk).stage is Stage.COMMUNICATE


def test_refused_move_leaves_no_trace(store: MemoryStore, desk: Desk) -> None:
    change = open_change("Upgrade", desk=desk)
    before = list(store.log)
    with pytest.raises(GuardRefused):
        move_change(change.id, ChangeState.ASSESS, desk=desk)
    assert store.log == before
    assert store.kinds["changes"][change.id].state is ChangeState.DRAFT


def test_move_that_does_not_exist_is_refused_by_name(desk: Desk) -> None:
    change = open_change("Upgrade", desk=desk)
    with pytest.raises(IllegalMove, match=r"no way from there to “closed”"):
        move_change(change.id, ChangeState.CLOSED, desk=desk)


def test_implementer_cannot_approve(desk: Desk) -> None:
    change = asked(desk)
    with pytest.raises(IllegalMove, match="cannot approve"):
        decide(change.id, Decision.APPROVED, desk=acting(desk, "Sipho"))
    with pytest.raises(GuardRefused, match="Nobody but the implementer"):
        move_change(change.id, ChangeState.SCHEDULED, desk=desk)


def test_rejection_needs_a_comment(desk: Desk) -> None:
    change = asked(desk)
    with pytest.raises(IllegalMove, match="needs a comment"):
        decide(change.id, Decision.REJECTED, desk=acting(desk, "Pieter"))


def test_edit_of_the_plan_voids_the_approval_visibly(store: MemoryStore, desk: Desk) -> None:
    change = asked(desk)
    decide(change.id, Decision.APPROVED, desk=acting(desk, "Pieter"))
    edit_change(change.id, lambda c: replace(c, backout_plan="Another way"), desk=desk)
    assert "earlier approvals no longer count" in store.log[-1].text
    with pytest.raises(GuardRefused, match="not the one that was approved"):
        move_change(change.id, ChangeState.SCHEDULED, desk=desk)


def test_note_beside_the_plan_keeps_the_approval(desk: Desk) -> None:
    change = asked(desk)
    decide(change.id, Decision.APPROVED, desk=acting(desk, "Pieter"))
    edit_change(change.id, lambda c: replace(c, close_notes="Remember the cake"), desk=desk)
    moved = move_change(change.id, ChangeState.SCHEDULED, desk=desk)
    assert moved.state is ChangeState.SCHEDULED


def test_approval_taken_back_counts_no_longer(desk: Desk) -> None:
    change = asked(desk)
    decide(change.id, Decision.APPROVED, desk=acting(desk, "Pieter"))
    move_change(change.id, ChangeState.SCHEDULED, desk=desk)
    decide(change.id, Decision.REJECTED, desk=acting(desk, "Pieter"), comment="Saw the plan again")
    with pytest.raises(GuardRefused, match="Approval"):
        move_change(change.id, ChangeState.IMPLEMENT, desk=desk)


def test_rejected_change_comes_back_as_the_next_revision(desk: Desk) -> None:
    change = asked(desk)
    with pytest.raises(GuardRefused, match="Nobody has rejected"):
        move_change(change.id, ChangeState.REJECTED, desk=desk, reason="Not in December")
    rejected = decide(
        change.id, Decision.REJECTED, desk=acting(desk, "Pieter"), comment="Not in December"
    )
    assert rejected.state is ChangeState.REJECTED
    assert move_change(change.id, ChangeState.DRAFT, desk=desk, reason="January").revision == 2


def test_held_change_moves_nowhere_but_to_canceled(desk: Desk) -> None:
    change = assessed(desk)
    set_hold(change.id, "Vendor is silent", desk=desk)
    with pytest.raises(IllegalMove, match="Vendor is silent"):
        move_change(change.id, ChangeState.DRAFT, desk=desk, reason="back")
    canceled = move_change(change.id, ChangeState.CANCELED, desk=desk, reason="given up")
    assert canceled.closed_at is not None


def test_implementing_needs_backup_check_and_baseline(desk: Desk) -> None:
    change = asked(desk)
    decide(change.id, Decision.APPROVED, desk=acting(desk, "Pieter"))
    move_change(change.id, ChangeState.SCHEDULED, desk=desk)
    move = readiness(change.id, desk=desk)
    assert move is not None
    missing = {answer.guard for answer in move[1] if not answer.met}
    assert missing == {"backup", "checked", "baseline"}


def test_only_an_approver_may_go_without_a_backup(store: MemoryStore, desk: Desk) -> None:
    change = asked(desk)
    decide(change.id, Decision.APPROVED, desk=acting(desk, "Pieter"))
    move_change(change.id, ChangeState.SCHEDULED, desk=desk)
    with pytest.raises(IllegalMove, match="does not implement"):
        override_guard(change.id, "backup", desk=acting(desk, "Sipho"), reason="no time")
    with pytest.raises(IllegalMove, match="needs a reason"):
        override_guard(change.id, "backup", desk=acting(desk, "Pieter"), reason=" ")
    with pytest.raises(IllegalMove, match="Only an approver"):
        override_guard(change.id, "backup", desk=desk, reason="The vendor has a snapshot")
    with pytest.raises(IllegalMove, match="cannot be overridden"):
        override_guard(change.id, "approved", desk=desk, reason="I am the boss")
    store.kinds["health"] = {"h1": checked(change)}
    for guard, who in (("backup", "Pieter"), ("baseline", "Nomsa")):
        override_guard(change.id, guard, desk=acting(desk, who), reason="Vendor's snapshot exists")
    moved = move_change(change.id, ChangeState.IMPLEMENT, desk=desk)
    assert [override.guard for override in moved.overrides] == ["backup", "baseline"]
    assert all(override.used_at == desk.clock.now() for override in moved.overrides)


def test_window_that_has_not_opened_holds_the_start(desk: Desk) -> None:
    change = asked(desk)
    decide(change.id, Decision.APPROVED, desk=acting(desk, "Pieter"))
    move_change(change.id, ChangeState.SCHEDULED, desk=desk)
    clock = desk.clock
    assert isinstance(clock, SetClock)
    clock.pass_by(hours=-5)
    with pytest.raises(GuardRefused, match="has not opened yet"):
        move_change(change.id, ChangeState.IMPLEMENT, desk=desk)


def test_emergency_goes_straight_to_approval_with_a_justification(desk: Desk) -> None:
    change = open_change("Stop the leak", desk=desk)
    edit_change(change.id, lambda c: replace(identified(c), type=ChangeType.EMERGENCY), desk=desk)
    with pytest.raises(GuardRefused, match="Justification"):
        move_change(change.id, ChangeState.AUTHORIZE, desk=desk)
    edit_change(change.id, lambda c: replace(c, justification="Data leaks now"), desk=desk)
    assert move_change(change.id, ChangeState.AUTHORIZE, desk=desk).stage is Stage.AGREE


def test_edit_cannot_touch_what_verbs_own(desk: Desk) -> None:
    change = open_change("Upgrade", desk=desk)
    with pytest.raises(IllegalMove, match="state"):
        edit_change(change.id, lambda c: replace(c, state=ChangeState.CLOSED), desk=desk)
    moved = assessed(desk)
    with pytest.raises(IllegalMove, match="type is fixed"):
        edit_change(moved.id, lambda c: replace(c, type=ChangeType.EMERGENCY), desk=desk)


def test_edit_of_an_old_copy_is_a_conflict(desk: Desk) -> None:
    old = open_change("Upgrade", desk=desk)
    edit_change(old.id, lambda c: replace(c, description="new"), desk=desk)
    stale = replace(old, description="from another window")
    with pytest.raises((Conflict, IllegalMove)):
        edit_change(old.id, lambda _: stale, desk=desk)


def test_same_host_at_the_same_time_is_a_conflict_that_can_be_overridden(desk: Desk) -> None:
    asked(desk)
    second = assessed(desk)
    edit_change(second.id, planned, desk=desk)
    with pytest.raises(GuardRefused, match="CHG-000001"):
        move_change(second.id, ChangeState.AUTHORIZE, desk=desk)
    override_guard(second.id, "conflict", desk=desk, reason="Both teams agreed")
    assert move_change(second.id, ChangeState.AUTHORIZE, desk=desk).state is ChangeState.AUTHORIZE


def test_closing_needs_a_review_by_another(store: MemoryStore, desk: Desk) -> None:
    change = open_change("Upgrade", desk=desk)
    in_review = replace(
        store.kinds["changes"][change.id],
        state=ChangeState.REVIEW,
        implementer="Sipho",
        close_code=CloseCode.SUCCESSFUL,
        close_notes="Went well",
        no_lessons=True,
        reviewed_by="Sipho",
    )
    store.kinds["changes"][change.id] = in_review
    with pytest.raises(GuardRefused, match="reviewer is the implementer"):
        move_change(change.id, ChangeState.CLOSED, desk=desk)
    store.kinds["changes"][change.id] = replace(in_review, reviewed_by="Ayesha")
    with pytest.raises(GuardRefused, match="Nobody has written into the log"):
        move_change(change.id, ChangeState.CLOSED, desk=desk)
    write_entry(change.id, "Upgraded db-01 to 16.4", desk=desk)
    closed = move_change(change.id, ChangeState.CLOSED, desk=desk)
    assert closed.closed_at == desk.clock.now()
