"""Random walks through the process: whatever people do, the invariants hold."""

import os
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState
from app.domain.review import CloseCode, TestResult
from app.errors import AppError
from app.services.approvals import decide
from app.services.changes import (
    Desk,
    edit_change,
    move_change,
    open_change,
    set_hold,
)
from app.services.overrides import override_guard
from app.services.process import TRANSITIONS, next_move
from app.services.quorum import standing_approvals
from tests.examples import DB, identified, planned
from tests.fakes import MemoryStore, SetClock

PEOPLE = st.sampled_from(["Nomsa", "Sipho", "Pieter", "Ayesha"])
GUARDS = sorted({guard.id for move in TRANSITIONS for guard in move.guards})
EDITS = {
    "identify": identified,
    "plan": planned,
    "retitle": lambda change: replace(change, title="Another title"),
    "forget the way back": lambda change: replace(
        change, runbook=replace(change.runbook, steps=())
    ),
    "pass the tests": lambda change: replace(
        change,
        tests=tuple(replace(case, result=TestResult.PASSED) for case in change.tests),
    ),
    "review": lambda change: replace(
        change,
        close_code=CloseCode.SUCCESSFUL,
        close_notes="Went well",
        no_lessons=True,
        reviewed_by="Ayesha",
    ),
}


class Process(RuleBasedStateMachine):
    """One change, four people, any order of doings."""

    @initialize()
    def begin(self) -> None:
        self.store = MemoryStore()
        self.store.kinds["hosts"] = {DB.id: DB}
        self.clock = SetClock()
        self.change = open_change("Upgrade", desk=self.desk("Nomsa")).id
        self.seen = 1

    def desk(self, actor: str) -> Desk:
        return Desk(self.store.unit_of_work, self.clock, actor)

    def now(self) -> Change:
        found: Change = self.store.kinds["changes"][self.change]
        return found

    def attempt(self, verb: object, *args: object, **named: object) -> None:
        """Do it; a refusal must leave records and log as they were."""
        before, entries = self.now(), len(self.store.log)
        try:
            verb(self.change, *args, **named)  # type: ignore[operator]  # any verb of a change
        except AppError:
            assert self.now() == before
            assert len(self.store.log) == entries
        else:
            assert len(self.store.log) > entries

    @rule(name=st.sampled_from(sorted(EDITS)), who=PEOPLE)
    def edit(self, name: str, who: str) -> None:
        self.attempt(edit_change, EDITS[name], desk=self.desk(who))

    @rule(to=st.sampled_from(list(ChangeState)), who=PEOPLE, reason=st.sampled_from(["", "why"]))
    def move(self, to: ChangeState, who: str, reason: str) -> None:
        self.attempt(move_change, to, desk=self.desk(who), reason=reason)

    @rule(who=PEOPLE)
    def move_on(self, who: str) -> None:
        if step := next_move(self.now()):
            self.attempt(move_change, step.target, desk=self.desk(who), reason="on we go")

    @rule(who=PEOPLE, decision=st.sampled_from(list(Decision)))
    def decide(self, who: str, decision: Decision) -> None:
        self.attempt(decide, decision, desk=self.desk(who), comment="seen")

    @rule(who=PEOPLE, guard=st.sampled_from(GUARDS))
    def override(self, who: str, guard: str) -> None:
        self.attempt(override_guard, guard, desk=self.desk(who), reason="agreed by phone")

    @rule(reason=st.sampled_from(["", "waiting for the vendor"]))
    def hold(self, reason: str) -> None:
        self.attempt(set_hold, reason, desk=self.desk("Nomsa"))

    @rule(hours=st.integers(-1, 3))
    def wait(self, hours: int) -> None:
        self.clock.pass_by(hours=hours)

    @invariant()
    def the_log_only_grows(self) -> None:
        if hasattr(self, "store"):
            assert len(self.store.log) >= self.seen
            self.seen = len(self.store.log)

    @invariant()
    def nothing_is_implemented_without_a_standing_approval(self) -> None:
        if hasattr(self, "store") and self.store.log[-1].text.endswith("to “implement”"):
            approvers = standing_approvals(self.now())
            assert approvers
            assert self.now().implementer not in approvers

    @invariant()
    def backup_is_only_left_out_by_somebody_else(self) -> None:
        if hasattr(self, "store"):
            given = [item for item in self.now().overrides if item.guard == "backup"]
            assert all(item.by != "Sipho" and item.reason for item in given)

    @invariant()
    def closed_is_stamped(self) -> None:
        if hasattr(self, "store") and not self.now().state.is_open:
            assert self.now().closed_at is not None


SOAK = bool(os.environ.get("CHANGEDESK_SOAK"))
TestProcess = Process.TestCase
TestProcess.settings = settings(
    max_examples=500 if SOAK else 40, stateful_step_count=50, deadline=None
)


def test_every_state_is_reached_from_draft_and_closed_ends_open_work() -> None:
    reached, frontier = {ChangeState.DRAFT}, [ChangeState.DRAFT]
    while frontier:
        source = frontier.pop()
        for move in TRANSITIONS:
            if move.source is source and move.target not in reached:
                reached.add(move.target)
                frontier.append(move.target)
    assert reached == set(ChangeState)


def test_monitoring_never_leads_back_to_implementing() -> None:
    pairs = {(move.source, move.target) for move in TRANSITIONS}
    assert (ChangeState.MONITOR, ChangeState.IMPLEMENT) not in pairs
    assert not any(source is ChangeState.CANCELED for source, _ in pairs)
