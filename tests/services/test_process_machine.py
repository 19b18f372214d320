"""Random walks through the process: whatever people do, the invariants hold."""

import json
from collections import Counter
from dataclasses import asdict, replace

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState, ChangeType
from app.services.approval.quorum import standing_approvals, standing_rejections
from app.services.change.origins import origin_of
from app.services.change.process import TRANSITIONS
from app.services.template.standing import lacks_for_standard
from tests.services.process_walk import RUNNING, WorkingWalk

S = ChangeState


MADE: Counter[tuple[ChangeState, ChangeState]] = Counter()
"""How often each move was made in the walks of one test."""


class Process(WorkingWalk):
    """The walks, watched."""

    @invariant()
    def the_log_alone_tells_the_state(self) -> None:
        """Exactly one state, and every move in one transaction with its entry."""
        if not hasattr(self, "store"):
            return
        state = S.DRAFT.value
        for event in self.store.log:
            if event.kind == "change.moved" and event.change == self.change:
                data = dict(event.data)
                assert data["from"] == state
                state = data["to"]
        assert self.now().state.value == state

    @invariant()
    def every_move_is_counted(self) -> None:
        """Also those that the run and the verbs of decisions make."""
        if not hasattr(self, "store"):
            return
        for event in self.store.log[self.seen :]:
            if event.kind == "change.moved" and event.change == self.change:
                data = dict(event.data)
                MADE[S(data["from"]), S(data["to"])] += 1
        self.seen = len(self.store.log)

    @invariant()
    def approval_is_derived_from_its_records(self) -> None:
        """The last decision of each person about this plan counts, and nobody's own work."""
        if not hasattr(self, "store"):
            return
        change, latest = self.now(), {}
        for item in change.approvals:
            if (item.plan_hash, item.revision) == (change.plan_hash, change.revision):
                latest[item.approver] = item.decision
        approved = {name for name, said in latest.items() if said is Decision.APPROVED}
        assert set(standing_approvals(change)) == approved - {change.implementer}
        assert "approved" not in json.loads(json.dumps(asdict(change), default=str))

    @invariant()
    def work_rests_on_its_approval(self) -> None:
        """What is being carried out was approved, or is an emergency that is decided about."""
        if not hasattr(self, "store"):
            return
        last = self.store.log[-1]
        change = self.now()
        if last.kind == "change.moved" and last.change == self.change:
            source, target = (dict(last.data)[end] for end in ("from", "to"))
            if (source, target) == ("scheduled", "implement"):
                by_template = change.type is ChangeType.STANDARD and not self.lacks(change)
                assert by_template or set(standing_approvals(change)) - {self.mover}
            if (source, target) == ("authorize", "scheduled"):
                assert standing_approvals(change), "silence never approves"
            if (source, target) == ("authorize", "implement"):
                assert change.type is ChangeType.EMERGENCY
            if target == "closed" and (change.type is ChangeType.EMERGENCY or change.retrospective):
                assert standing_approvals(change) or standing_rejections(change)
        if change.state in RUNNING:
            self.started_plan = self.started_plan or change.plan_hash
            assert change.plan_hash == self.started_plan
        elif change.state is not S.BACKOUT:
            self.started_plan = ""

    def lacks(self, change: Change) -> str:
        with self.desk("Nomsa").new_uow() as uow:
            return lacks_for_standard(change, origin_of(change, uow))

    @invariant()
    def what_is_held_or_ended_has_its_reason(self) -> None:
        """While held only *Cancel* goes, and no way back or out is taken without a word."""
        if not hasattr(self, "store"):
            return
        change, last = self.now(), self.store.log[-1]
        if last.kind == "change.moved" and last.change == self.change:
            data = dict(last.data)
            assert data["to"] == "canceled" or not change.on_hold
            if data["to"] in ("canceled", "draft", "rejected", "backout"):
                assert data["reason"].strip()
        assert bool(change.on_hold_reason) is change.on_hold

    @invariant()
    def what_is_closed_was_reviewed_by_another(self) -> None:
        if not hasattr(self, "store") or self.now().state is not S.CLOSED:
            return
        change = self.now()
        assert change.close_code is not None
        assert change.close_notes
        assert change.lessons or change.no_lessons
        assert all(task.state.is_over for task in change.tasks)
        assert change.reviewed_by != change.implementer or not change.implementer
        if change.type is not ChangeType.STANDARD or change.retrospective:
            assert change.reviewed_by

    @invariant()
    def what_approvers_were_shown_stays_until_the_next_draft(self) -> None:
        """Tests and days of watching are no part of the hash, and yet nobody weakens them."""
        if not hasattr(self, "store"):
            return
        change = self.now()
        if change.state in (S.DRAFT, S.REJECTED, S.CANCELED) or not change.requests:
            self.shown = None
            return
        if self.shown is not None and self.shown.revision != change.revision:
            self.shown = None  # it was a draft again between two looks
        if change.state is S.AUTHORIZE and self.shown is None:
            self.shown = change
        if self.shown is not None and change.state is not S.ASSESS:
            assert change.monitor_days >= self.shown.monitor_days
            assert {case.id for case in self.shown.tests} <= {case.id for case in change.tests}
            assert change.business_service == self.shown.business_service

    @invariant()
    def what_is_over_stays_as_it_is(self) -> None:
        if not hasattr(self, "store"):
            return
        change = self.now()
        if self.frozen is not None and not change.state.is_open:
            assert replace(change, updated_at=None, version=0) == self.frozen
        closed = not change.state.is_open
        self.frozen = replace(change, updated_at=None, version=0) if closed else None
        assert not closed or change.closed_at is not None

    @invariant()
    def revisions_only_grow(self) -> None:
        if hasattr(self, "store"):
            assert self.now().revision >= self.revision
            self.revision = self.now().revision


def walk(runs: int, steps: int, machine: type[Process] = Process) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=runs, stateful_step_count=steps, deadline=None),
    )


def walk_from_every_move(runs: int, steps: int) -> None:
    """Walk on from each move of the table, and print how often each of them was made."""
    MADE.clear()
    for move in TRANSITIONS:
        walk(runs, steps, type("Aimed", (Process,), {"goal": move}))
    table = {(move.source, move.target): 0 for move in TRANSITIONS}
    print(f"{runs * len(table)} walks of up to {steps} steps, {MADE.total()} moves made:")
    for (source, target), count in sorted((table | MADE).items(), key=lambda pair: pair[1]):
        print(f"{count:6}  {source.value} > {target.value}")
    assert MADE.keys() <= table.keys()
    never = [f"{a.value} > {b.value}" for a, b in table if not MADE[a, b]]
    assert not never, f"no walk has made {', '.join(never)}"


def test_whatever_people_do_the_invariants_hold():
    print("40 walks of up to 50 steps")
    walk(40, 50)


def test_from_every_move_of_the_table_people_can_go_on_and_the_invariants_hold():
    walk_from_every_move(3, 25)


@pytest.mark.soak
def test_whatever_people_do_for_long_the_invariants_hold():
    print("600 walks of up to 50 steps")
    walk(600, 50)
    walk_from_every_move(20, 50)


def test_every_state_is_reached_from_draft_and_closed_ends_open_work() -> None:
    reached, frontier = {S.DRAFT}, [S.DRAFT]
    while frontier:
        source = frontier.pop()
        for move in TRANSITIONS:
            if move.source is source and move.target not in reached:
                reached.add(move.target)
                frontier.append(move.target)
    assert reached == set(ChangeState)
    assert not any(move.source is S.CANCELED for move in TRANSITIONS)
