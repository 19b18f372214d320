"""A backup older than the last work on its host does not open the gate, whoever did that work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.approval import Decision
from app.domain.change import Change, ChangeState
from app.domain.event import NewEvent
from app.domain.health import CheckResult, Health, Reading
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, RestoreId, RunId, SetId
from app.domain.restore import Restore, RestoreState
from app.domain.run import Run, RunMode, RunState, StepRun, StepState
from app.domain.runbook import Phase, Step, StepKind
from app.domain.window import Window
from app.errors import GuardRefused, IllegalMove
from app.services.approval.approvals import decide
from app.services.change.changes import Desk, move_change
from app.services.change.overrides import override_guard
from app.services.host.last_work import last_works, work_after, works_of
from app.services.run.gate_facts import FactState, Situation, gate_facts
from app.store.store import Store
from tests.examples import DB
from tests.fakes import NOON
from tests.services.office import Office
from tests.services.process_cases import backup, blank

S = ChangeState
MINUTE = timedelta(minutes=1)
CUT = Step("x1", "Vacuum the orders", StepKind.COMMAND, DB.id, "vacuumdb orders")
OTHER = Host(HostId("app-01"), "app-01", "127.0.0.1")


def item(step: Step = CUT, state: StepState = StepState.DONE, **fields: object) -> StepRun:
    began = NOON + 5 * MINUTE
    given = {"started_at": began, "ended_at": began + MINUTE, "sent_at": began} | fields
    return StepRun(step, state, **given)


def run_of(change: str, *items: StepRun, **fields: object) -> Run:
    given: dict[str, object] = {
        "state": RunState.DONE, "started_at": NOON, "ended_at": NOON + 30 * MINUTE,
    }  # fmt: skip
    return Run(RunId("r9"), ChangeId(change), "", steps=items, **(given | fields))


@pytest.fixture
def office() -> Office:
    return Office()


def scheduled(office: Office) -> Change:
    change = office.asked()
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    office.equip(change)
    return move_change(change.id, S.SCHEDULED, desk=office.desk())


def worked(office: Office, *items: StepRun, **fields: object) -> Run:
    """Another change has worked meanwhile; an hour later somebody wants to start."""
    other = Change(ChangeId("c9"), "CHG-000900", "Tidy up", hosts=(DB.id,))
    office.store.kinds["changes"]["c9"] = other
    run = run_of("c9", *items, **fields)
    office.store.kinds.setdefault("runs", {})[run.id] = run
    office.clock.pass_by(hours=1)
    return run


def start(office: Office, change: Change) -> Change:
    return move_change(change.id, S.IMPLEMENT, desk=office.desk("Sipho"))


def test_work_of_another_change_after_the_backup_closes_the_gate_and_is_named(office):
    change = scheduled(office)
    worked(office, item())
    with pytest.raises(GuardRefused) as refused:
        start(office, change)
    (missing,) = refused.value.missing
    for words in ("db-01", "Vacuum the orders", "CHG-000900", "Sat 14 Nov 2026 12:06 UTC"):
        assert words in missing
    fresh = replace(backup(change), started_at=NOON + 40 * MINUTE, sealed_at=NOON + 45 * MINUTE)
    office.store.kinds["backups"]["b1"] = fresh
    assert start(office, change).state is S.IMPLEMENT


def test_a_backup_that_was_being_taken_meanwhile_may_lack_it_too(office):
    change = scheduled(office)
    worked(office, item())
    office.store.kinds["backups"]["b1"] = replace(backup(change), sealed_at=NOON + 20 * MINUTE)
    with pytest.raises(GuardRefused, match="Vacuum the orders"):
        start(office, change)


def test_only_an_approver_passes_it_and_only_for_this_work(office):
    change = scheduled(office)
    run = worked(office, item())
    with pytest.raises(IllegalMove, match="go without a backup"):
        override_guard(change.id, "backup", desk=office.desk("Sipho"), reason="No time")
    override_guard(change.id, "backup", desk=office.desk("Pieter"), reason="Only an index")
    again = item(replace(CUT, id="x2", title="Drop the index"), ended_at=NOON + 20 * MINUTE)
    office.store.kinds["runs"][run.id] = replace(run, steps=(*run.steps, again))
    with pytest.raises(GuardRefused, match="Drop the index"):
        start(office, change)
    office.store.kinds["runs"][run.id] = run
    assert start(office, change).state is S.IMPLEMENT


MANUAL = replace(CUT, kind=StepKind.MANUAL, host=None, command="")
COUNTS = {
    "a command": (item(), {}),
    "a failed command": (item(state=StepState.FAILED), {}),
    "a restore": (item(replace(CUT, kind=StepKind.RESTORE, phase=Phase.BACKOUT)), {}),
    "by hand, on the hosts of its change": (item(MANUAL), {}),
    "still sent": (item(state=StepState.SENT, ended_at=None), {"ended_at": None}),
    "unknown how it ended": (item(state=StepState.UNKNOWN, ended_at=None), {"ended_at": None}),
    "sent, then skipped": (item(state=StepState.SKIPPED), {}),
    "to be sent again": (item(state=StepState.PENDING, started_at=None), {}),
    "sent by an older version": (item(sent_at=None), {}),
    "only reading, they say": (
        item(replace(CUT, command="dropdb orders", reads_only=True)),
        {},
    ),
    "a rehearsal on it": (
        item(replace(CUT, host=OTHER.id)),
        {"mode": RunMode.REHEARSAL, "stand_ins": ((OTHER.id, DB.id),)},
    ),
}
COUNTS_NOT = {
    "only reading": (item(replace(CUT, reads_only=True)), {}),
    "a check": (item(replace(CUT, kind=StepKind.CHECK)), {}),
    "a backup": (item(replace(CUT, kind=StepKind.BACKUP)), {}),
    "another host": (item(replace(CUT, host=OTHER.id)), {}),
    "skipped without sending": (item(state=StepState.SKIPPED, sent_at=None), {}),
    "waits for its confirmation": (item(state=StepState.WAITING, sent_at=None), {}),
    "skipped by hand": (item(MANUAL, state=StepState.SKIPPED, sent_at=None), {}),
    "before the backup": (
        item(started_at=NOON - 9 * MINUTE, ended_at=NOON - MINUTE),
        {"started_at": NOON - 10 * MINUTE},
    ),
    "a dry run": (item(), {"mode": RunMode.DRY}),
    "a rehearsal elsewhere": (
        item(),
        {"mode": RunMode.REHEARSAL, "stand_ins": ((DB.id, OTHER.id),)},
    ),
    "a rehearsal walked through": (item(MANUAL), {"mode": RunMode.REHEARSAL}),
}


@pytest.mark.parametrize("case", list(COUNTS))
def test_what_may_have_altered_the_host_counts(office, case):
    change = scheduled(office)
    step, fields = COUNTS[case]
    worked(office, step, **fields)
    with pytest.raises(GuardRefused, match="Vacuum the orders"):
        start(office, change)


@pytest.mark.parametrize("case", list(COUNTS_NOT))
def test_what_has_not_altered_it_does_not(office, case):
    change = scheduled(office)
    step, fields = COUNTS_NOT[case]
    worked(office, step, **fields)
    assert start(office, change).state is S.IMPLEMENT


def test_work_that_may_go_on_is_said_to_go_on(office):
    change = scheduled(office)
    worked(office, item(state=StepState.SENT, ended_at=None), ended_at=None)
    with pytest.raises(GuardRefused, match="is not known to have ended on db-01"):
        start(office, change)


def test_what_was_left_behind_ends_with_its_run():
    left = item(state=StepState.UNKNOWN, ended_at=None)
    (work,) = works_of(run_of("c9", left), Change(ChangeId("c9"), "CHG-000900", "Tidy up"))
    assert (work.ended, work.at) == (True, NOON + 30 * MINUTE)


def test_work_recorded_afterwards_counts_from_its_own_times(office):
    change = scheduled(office)
    office.clock.pass_by(hours=1)
    late = Change(
        ChangeId("c9"), "CHG-000900", "Restarted", hosts=(DB.id,), retrospective=True,
        work_start=NOON + MINUTE, work_end=NOON + 2 * MINUTE, updated_at=office.clock.now(),
    )  # fmt: skip
    office.store.kinds["changes"]["c9"] = late
    with pytest.raises(GuardRefused, match="work recorded afterwards"):
        start(office, change)
    office.store.kinds["changes"]["c9"] = replace(late, work_end=NOON - MINUTE)
    assert start(office, change).state is S.IMPLEMENT


@pytest.mark.parametrize(
    ("state", "swapped", "counts"),
    [
        (RestoreState.SWAPPED, NOON + 5 * MINUTE, True),
        (RestoreState.CONFIRMED, NOON - 5 * MINUTE, False),
        (RestoreState.HALF, None, True),
        (RestoreState.PREPARING, None, False),
        (RestoreState.CLEARED, None, False),
    ],
)
def test_a_restore_outside_any_run_counts_once_it_has_touched_the_host(
    office, state, swapped, counts
):
    change = scheduled(office)
    office.clock.pass_by(hours=1)
    put_back = Restore(
        RestoreId("u1"), SetId("b1"), None, DB.id, DB.name, "m", state, "Thabo",
        NOON + MINUTE, swapped_at=swapped,
    )  # fmt: skip
    office.store.kinds["restores"] = {"u1": put_back}
    if counts:
        with pytest.raises(GuardRefused, match="Restore by Thabo"):
            start(office, change)
    else:
        assert start(office, change).state is S.IMPLEMENT


def test_a_gate_inside_the_run_minds_the_work_of_others_and_not_its_own(office):
    change = scheduled(office)
    own = run_of(change.id, item(), state=RunState.RUNNING, ended_at=None)
    office.store.kinds["runs"] = {own.id: own}
    found = {}
    for case in ("alone", "beside others"):
        with office.store.unit_of_work() as uow:
            kept = tuple(uow.backups.list(change=change.id))
            work = work_after(change, kept, uow, besides=own.id)
        seen = Situation(change, own, NOON + 10 * MINUTE, backups=kept, work=work)
        (found[case],) = (f.state for f in gate_facts(seen) if f.text.startswith("Backup of"))
        office.store.kinds["changes"]["c9"] = replace(change, id=ChangeId("c9"))
        office.store.kinds["runs"]["r10"] = replace(
            run_of("c9", item()), id=RunId("r10"), state=RunState.RUNNING
        )
    assert found == {"alone": FactState.GOOD, "beside others": FactState.BAD}


def test_the_facts_of_a_gate_name_the_records_behind_them(office):
    change = scheduled(office)
    check = item(replace(CUT, id="k", kind=StepKind.CHECK), transcript="ab" * 32)
    own = run_of(change.id, check, state=RunState.RUNNING, ended_at=None)
    with office.store.unit_of_work() as uow:
        health = tuple(uow.health.list(change=change.id))
        kept = tuple(uow.backups.list(change=change.id))
    seen = Situation(change, own, NOON + 10 * MINUTE, health, kept)
    told = {fact.text: fact for fact in gate_facts(seen)}
    assert told["Vacuum the orders"].evidence == (f"run {own.id}", f"transcript {'ab' * 32}")
    assert told["Last health check of every host"].evidence == ("check h1",)
    (backed,) = (fact for text, fact in told.items() if text.startswith("Backup of"))
    assert backed.evidence == ("set b1",)


@pytest.mark.parametrize("found", [Health.WARNING, Health.UNKNOWN, Health.CRITICAL])
def test_a_gate_calls_nothing_healthy_that_warns_or_was_not_read(office, found):
    change = scheduled(office)
    fine = office.store.kinds["health"]["h1"]
    more = CheckResult("log.kernel", "Kernel log", Reading(found, "not permitted"))
    report = replace(fine, results=(*fine.results, more))
    own = run_of(change.id, item(), state=RunState.RUNNING, ended_at=None)
    seen = Situation(change, own, NOON + 10 * MINUTE, (report,))
    (fact,) = (f for f in gate_facts(seen) if f.text.startswith("Last health"))
    assert fact.state is (FactState.BAD if found is Health.CRITICAL else FactState.WATCH)
    assert fact.figure == "0 of 1"


def test_the_store_finds_the_runs_that_matter_and_no_others(store: Store):
    """The real database: by host of a step, by host of the change, by stand-in, by time."""
    wanted = {
        "by step": (run_of("c1", item()), ()),
        "by change": (run_of("c2", item(MANUAL)), (DB.id,)),
        "by stand-in": (run_of("c3", item(replace(CUT, host=OTHER.id)), mode=RunMode.REHEARSAL,
                               stand_ins=((OTHER.id, DB.id),)), ()),
        "open": (run_of("c4", item(ended_at=None), ended_at=None), ()),
    }  # fmt: skip
    unwanted = {
        "elsewhere": (run_of("c5", item(replace(CUT, host=OTHER.id))), (OTHER.id,)),
        "over": (run_of("c6", item(), ended_at=NOON - MINUTE), (DB.id,)),
        "missed": (run_of("c7", item(), started_at=None, ended_at=None), (DB.id,)),
    }
    desk = Desk(store.unit_of_work, store.clock, "Nomsa")
    with desk.new_uow() as uow:
        for n, (run, hosts) in enumerate((wanted | unwanted).values(), start=1):
            change = Change(run.change, f"CHG-{n:06d}", "Tidy up", hosts=hosts, updated_at=NOON)
            uow.changes.add(replace(change, retrospective=n == 1))
            uow.runs.add(replace(run, id=RunId(f"r{n}")))
        uow.log.append(NewEvent("test", "made"))
        uow.commit()
    with desk.new_uow() as uow:
        found = [change.number for _run, change in uow.runs.worked_on([DB.id], NOON)]
        late = [change.number for change in uow.changes.recorded_after(NOON - MINUTE)]
        on_time = uow.changes.recorded_after(NOON)
        (last,) = last_works([DB.id], NOON, uow)
    assert found == [f"CHG-{n:06d}" for n in range(1, len(wanted) + 1)]
    assert (late, tuple(on_time)) == (["CHG-000001"], ())
    assert (last.number, last.ended) == ("CHG-000004", False)


def test_no_backup_means_nothing_to_look_for(office):
    change = scheduled(office)
    with office.store.unit_of_work() as uow:
        assert work_after(change, (), uow) == ()


def test_times_are_told_in_the_zone_of_the_change(office):
    change = office.asked(window=Window(blank().window.span, "Africa/Johannesburg"))
    decide(change.id, Decision.APPROVED, desk=office.desk("Pieter"))
    office.equip(change)
    move_change(change.id, S.SCHEDULED, desk=office.desk())
    worked(office, item())
    with pytest.raises(GuardRefused, match="14:06 SAST"):
        start(office, change)
