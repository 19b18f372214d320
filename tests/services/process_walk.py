"""One change, four people, any order of doings: the rules of a random walk."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState, ChangeType
from app.domain.health import Phase
from app.domain.ids import ChangeId, HealthId, RunId, TemplateId, new_id
from app.domain.metric import WindowName
from app.domain.people import Person, Role, same_person
from app.domain.review import CloseCode
from app.domain.run import RunState
from app.domain.template import Template, pattern_of
from app.errors import AppError, IllegalMove
from app.services import entries
from app.services.approval import approvals
from app.services.approval.quorum import standing_approvals
from app.services.change import families, retrospective
from app.services.change.changes import (
    Desk,
    edit_change,
    gather_facts,
    move_change,
    open_change,
    set_hold,
)
from app.services.change.overrides import BY_APPROVERS, override_guard
from app.services.change.process import TRANSITIONS, moves_of, next_move, transition
from app.services.change.transitions import Facts, Transition
from app.services.run import execution
from tests.examples import DB, checked, identified, planned
from tests.fakes import NOON, MemoryStore, SetClock
from tests.services.process_cases import backup, run_of, samples, standard, verdict
from tests.services.process_edits import EDITS, of_type

S = ChangeState
LISTED = ("Nomsa", "Sipho", "Ayesha")
ROLES = (
    (Role.COORDINATOR,),
    (Role.IMPLEMENTER, Role.RUNNER),
    (Role.REVIEWER, Role.TESTER),
)
"""Coordinator, implementer and reviewer, in walks where people are listed."""
HOW_FAR = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 6])
"""Along how many moves a change is helped before people do as they like."""
NAMES = ["Nomsa", "Sipho", "Pieter", "Ayesha"]
PEOPLE = st.sampled_from(NAMES)
GUARDS = sorted({guard.id for move in TRANSITIONS for guard in move.guards})
ON_THE_WAY = [state for state in ChangeState if state is not S.CANCELED]
RIGHT = {
    S.IMPLEMENT: "Sipho", S.CLOSED: "Ayesha", S.ASSESS: "Nomsa", S.AUTHORIZE: "Nomsa",
    S.SCHEDULED: "Nomsa", S.REVIEW: "Nomsa", S.CANCELED: "Nomsa", S.DRAFT: "Nomsa",
}  # fmt: skip
"""Who makes a move to a state in a walk that shall come far."""
KINDS = {
    (S.DRAFT, S.SCHEDULED): ChangeType.STANDARD,
    (S.DRAFT, S.AUTHORIZE): ChangeType.EMERGENCY,
    (S.AUTHORIZE, S.IMPLEMENT): ChangeType.EMERGENCY,
}
"""The types of change that alone have a move."""
REASONS = st.sampled_from(["", "because"])
RUNNING = (S.IMPLEMENT, S.TEST, S.MONITOR)


class Desks(RuleBasedStateMachine):
    """A change, the people around it, and how it begins."""

    goal: Transition | None = None
    """A move that is made before people do as they like."""

    @initialize(kind=st.sampled_from(list(ChangeType)), listed=st.booleans(), far=HOW_FAR)
    def begin(self, kind: ChangeType, listed: bool, far: int) -> None:
        if self.goal is not None:
            kind = KINDS.get((self.goal.source, self.goal.target), ChangeType.NORMAL)
        self.clock = SetClock()
        self.store = MemoryStore(clock=self.clock)
        self.store.kinds["hosts"] = {DB.id: DB}
        self.change = open_change("Upgrade", desk=self.desk("Nomsa")).id
        edit_change(self.change, of_type(kind), desk=self.desk("Nomsa"))
        if kind is ChangeType.STANDARD:
            self.give_template()
        if listed:
            people = [Person(name, name, roles) for name, roles in zip(LISTED, ROLES, strict=True)]
            self.store.kinds["people"] = {person.id: person for person in people}
        self.frozen: Change | None = None
        self.shown: Change | None = None
        self.mover = ""
        self.started_plan = ""
        self.revision = 1
        self.seen = 0
        if self.goal is not None:
            self.reach(self.goal.source)
            self.go(self.goal.target)
            return
        for _step in range(far):
            self.help_along("Nomsa")

    def help_along(self, who: str) -> None:
        """Do what the next move needs; walks on which no work is done cannot."""

    def take_the_other_way(self, data: st.DataObject) -> None:
        """Do what another move needs; walks on which no work is done cannot."""

    def reach(self, source: ChangeState) -> None:
        """Bring a draft to a state; walks on which no work is done cannot."""

    def go(self, to: ChangeState) -> None:
        """Do what a move needs; walks on which no work is done cannot."""

    def desk(self, actor: str) -> Desk:
        return Desk(self.store.unit_of_work, self.clock, actor)

    def give_template(self) -> None:
        """As if it had been opened from a template that has worked before."""
        plan, _facts = standard(self.now(), Facts(self.clock.now()))
        done = replace(
            plan, id=ChangeId("c0"), number="CHG-000000", state=S.CLOSED,
            close_code=CloseCode.SUCCESSFUL,
        )  # fmt: skip
        pattern = pattern_of(planned(identified(plan)))
        template = Template(
            TemplateId("t1"), "t1", "Minor upgrade", pattern, locked=("runbook",),
            approved_by="Pieter", approved_at=self.clock.now(),
        )  # fmt: skip
        self.store.kinds["templates"] = {"t1": template}
        self.store.kinds["changes"] |= {self.change: plan, "c0": done}

    def now(self) -> Change:
        found: Change = self.store.kinds["changes"][self.change]
        return found

    def attempt(self, verb, *args: object, **named: object) -> bool:
        """Do it; a refusal must leave records and log as they were."""
        before, entries_before = self.now(), len(self.store.log)
        try:
            verb(self.change, *args, **named)
        except AppError:
            assert self.now() == before
            assert len(self.store.log) == entries_before
            return False
        assert len(self.store.log) > entries_before
        return True


class Walk(Desks):
    """What people do at their desks, in any order."""

    @rule(kind=st.sampled_from(list(ChangeType)), listed=st.booleans(), far=HOW_FAR)
    def start_over(self, kind: ChangeType, listed: bool, far: int) -> None:
        """Take up another change once this one is over."""
        if not self.now().state.is_open:
            self.begin(kind, listed, far)

    @rule(name=st.sampled_from(sorted(EDITS)), who=PEOPLE)
    def edit(self, name: str, who: str) -> None:
        before = self.now()
        done = self.attempt(edit_change, EDITS[name], desk=self.desk(who))
        if done and before.state is not S.DRAFT:
            assert self.now().type is before.type
        if done and before.state in (*RUNNING, S.BACKOUT, S.REVIEW):
            assert self.now().plan_hash == before.plan_hash

    @rule(to=st.sampled_from(ON_THE_WAY), who=PEOPLE, reason=REASONS)
    def move(self, to: ChangeState, who: str, reason: str) -> None:
        self.try_move(to, who, reason)

    @rule(who=PEOPLE)
    def move_on(self, who: str) -> None:
        if step := next_move(self.now()):
            self.try_move(step.target, who, "on we go")

    @rule(data=st.data(), who=PEOPLE)
    def move_somewhere(self, data: st.DataObject, who: str) -> None:
        if data.draw(st.booleans()):
            self.take_the_other_way(data)
            return
        moves = [move for move in moves_of(self.now()) if move.target is not S.CANCELED]
        if moves:
            self.try_move(data.draw(st.sampled_from(moves)).target, who, "it must be")

    @rule(who=PEOPLE, really=st.integers(0, 9))
    def cancel(self, who: str, really: int) -> None:
        if not really:
            self.try_move(S.CANCELED, who, "not wanted any more")

    def try_move(self, to: ChangeState, who: str, reason: str) -> None:
        """A move is made exactly when it exists, has its reason, and every guard lets it pass."""
        before, step = self.now(), transition(self.now().state, to)
        allowed = step is not None and step.fits(before) and bool(reason or not step.needs_reason)
        allowed = allowed and not (before.on_hold and to is not S.CANCELED)
        if allowed and step is not None:
            with self.desk(who).new_uow() as uow:
                facts = gather_facts(before, uow, desk=self.desk(who))
            answers = step.answers(before, facts)
            allowed = all(answer.met for answer in answers)
            for answer in answers:
                if answer.override is not None:
                    assert not answer.hard
                    assert answer.override.finding == answer.missing
                    assert answer.override.revision == before.revision
        made = self.attempt(move_change, to, desk=self.desk(who), reason=reason)
        self.mover = who if made else self.mover
        assert made is allowed

    @rule(who=PEOPLE, decision=st.sampled_from(list(Decision)))
    def decide(self, who: str, decision: Decision) -> None:
        before = self.now()
        if self.attempt(approvals.decide, decision, desk=self.desk(who), comment="seen"):
            assert not same_person(who, before.implementer)
            assert not before.on_hold

    @rule(who=PEOPLE)
    def ask_again(self, who: str) -> None:
        self.attempt(approvals.ask_again, desk=self.desk(who))

    @rule(who=PEOPLE, guard=st.sampled_from(GUARDS), data=st.data())
    def override(self, who: str, guard: str, data: st.DataObject) -> None:
        moves = moves_of(self.now())
        target = data.draw(st.sampled_from(moves)).target if moves else None
        before = self.now()
        passed = self.attempt(
            override_guard, guard, desk=self.desk(who), reason="agreed by phone", target=target
        )
        if passed and guard in BY_APPROVERS:
            assert not same_person(who, before.implementer)
            assert who in standing_approvals(before)
        if passed and guard == "second_approval":
            assert not same_person(who, before.implementer)

    @rule(reason=REASONS, held=st.booleans())
    def hold(self, reason: str, held: bool) -> None:
        self.attempt(set_hold, reason, desk=self.desk("Nomsa"), held=held)

    @rule(who=PEOPLE)
    def write(self, who: str) -> None:
        self.attempt(entries.write_entry, "Looked at it", desk=self.desk(who))

    @rule(title=st.sampled_from(["", "Follow up"]))
    def open_child(self, title: str) -> None:
        self.attempt(families.open_child, title, desk=self.desk("Nomsa"))

    @rule(state=st.sampled_from([S.CANCELED, S.CLOSED]))
    def end_children(self, state: ChangeState) -> None:
        changes = self.store.kinds["changes"]
        for child in [item for item in changes.values() if item.parent == self.change]:
            changes[child.id] = replace(child, state=state)


class WorkingWalk(Walk):
    """A walk on which the work is done as well, so that it comes far."""

    @rule(long_ago=st.booleans())
    def record_afterwards(self, long_ago: bool) -> None:
        now = self.clock.now()
        span = (now.replace(hour=1), now.replace(hour=2)) if long_ago else (now, now)
        self.attempt(
            retrospective.record_afterwards, "was not recorded", *span, desk=self.desk("Nomsa")
        )

    @rule(hours=st.sampled_from([-1, 1, 24 * 15]))
    def wait(self, hours: int) -> None:
        self.clock.pass_by(hours=hours)

    @rule()
    def prepare(self) -> None:
        """Backup, check and measure, as the services do before the work."""
        change, kinds = self.now(), self.store.kinds
        now = self.clock.now()
        fresh = replace(backup(change), started_at=now, sealed_at=now)
        kinds["backups"] = {"b1": fresh}
        check = replace(checked(change), started_at=self.clock.now(), ended_at=self.clock.now())
        after = replace(check, id=HealthId("h2"), phase=Phase.AFTER)
        kinds["health"] = {"h1": check, "h2": after}
        both = (samples(change, window) for window in (WindowName.BEFORE, WindowName.AFTER))
        kinds["samples"] = {item.id: item for item in both}
        kinds["comparisons"] = {"v1": verdict(change)}

    @rule()
    def carry_out(self) -> None:
        """The run goes to its end, forward or back, as the runner leaves it behind."""
        change, now = self.now(), self.clock.now()
        if change.state not in (S.IMPLEMENT, S.BACKOUT):
            return
        state = RunState.DONE if change.state is S.IMPLEMENT else RunState.BACKED_OUT
        run = replace(run_of(change, state), id=RunId(new_id()), started_at=now, ended_at=now)
        done = (replace(i, started_at=now, ended_at=now, sent_at=now) for i in run.steps)
        run = replace(run, steps=tuple(done))
        self.store.kinds.setdefault("runs", {})[run.id] = run
        stamped = replace(change, work_start=change.work_start or now, work_end=now)
        self.store.kinds["changes"][self.change] = stamped

    @rule(who=PEOPLE)
    def back_out(self, who: str) -> None:
        """Turn round as the runner does: the move is made by `execution` alone."""
        desk = self.desk(who)
        with desk.new_uow() as uow:
            change = uow.changes.get(self.change)
            try:
                execution._move_back(change, "The sum differs", uow, desk=desk)
            except IllegalMove:
                assert change.on_hold or change.state not in RUNNING
            else:
                assert change.state in RUNNING
                uow.commit()

    @rule(data=st.data())
    def take_the_other_way(self, data: st.DataObject) -> None:
        """Draw one of the moves that lead on from here, and do what it needs."""
        change = self.now()
        if change.state is S.DRAFT and not change.template and data.draw(st.booleans()):
            self.go(S.REVIEW)
        elif moves := moves_of(change):
            self.go(data.draw(st.sampled_from(moves)).target)

    def go(self, to: ChangeState) -> None:
        """Do what a move needs, and try to make it, by the right person."""
        here = self.now().state
        self.be_on_time()
        self.prepare()
        if (here, to) == (S.DRAFT, S.REVIEW):
            self.edit("plan", "Nomsa")
            self.edit("say what was done", "Nomsa")
            self.record_afterwards(long_ago=True)
            self.try_move(to, "Nomsa", "")
        elif to is S.BACKOUT:
            self.back_out("Sipho")
        elif to is S.REJECTED:
            self.decide("Ayesha", Decision.REJECTED)
        elif (here, to) == (S.TEST, S.IMPLEMENT):
            self.edit("fail the tests", "Nomsa")
            self.try_move(to, "Sipho", "a test failed")
        elif to in (S.DRAFT, S.IMPLEMENT, S.CANCELED) or here in (S.SCHEDULED, S.CLOSED):
            right = "Ayesha" if here is S.CLOSED else RIGHT.get(to, "Nomsa")
            self.try_move(to, right, "it must be")
        else:
            self.help_along("Nomsa")

    def reach(self, source: ChangeState) -> None:
        """Bring a draft to a state, by the moves that lead there soonest."""
        aside = {S.REJECTED: S.AUTHORIZE, S.BACKOUT: S.IMPLEMENT}
        for _step in range(len(ChangeState)):
            if self.now().state is aside.get(source, source):
                break
            self.help_along("Nomsa")
        if source in aside:
            self.go(source)

    @rule(data=st.data(), ways=st.integers(1, 4))
    def wander(self, data: st.DataObject, ways: int) -> None:
        """Go several ways, one after the other: most other rules are refused most of the time."""
        for _way in range(ways):
            was_open = self.now().state.is_open
            self.take_the_other_way(data)
            if not was_open or not self.now().state.is_open:
                return  # what is over is looked at before it goes on

    @rule(data=st.data(), ways=st.integers(1, 4))
    def stray(self, data: st.DataObject, ways: int) -> None:
        self.wander(data, ways)

    def be_on_time(self) -> None:
        """Let it be the day of the window again: most walks have waited it out."""
        if self.now().state in (S.SCHEDULED, S.IMPLEMENT, S.TEST, S.AUTHORIZE):
            self.clock.at = max(NOON, min(self.clock.at, NOON + timedelta(hours=2)))

    @rule(who=PEOPLE)
    def help_along(self, who: str) -> None:
        """Do what the next move needs, so that walks come far."""
        change = self.now()
        if change.on_hold:
            self.hold("because", held=False)
        self.be_on_time()
        self.prepare()
        self.carry_out()
        if change.state in (S.DRAFT, S.ASSESS):
            self.edit("plan", "Nomsa")
        if change.state is S.AUTHORIZE:
            self.decide("Ayesha", Decision.APPROVED)
        if change.state is S.TEST:
            self.edit("pass the tests", "Nomsa")
        if change.state is S.MONITOR:
            self.wait(24 * 15)
            self.prepare()
        if change.state is S.REVIEW:
            self.edit("review", "Nomsa")
            self.edit("say it was reviewed", "Ayesha")
            self.write("Nomsa")
            self.end_children(S.CLOSED)
        step = next_move(self.now())
        if step is not None:
            self.try_move(step.target, RIGHT.get(step.target, who), "on we go")
