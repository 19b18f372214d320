"""How long the way back takes: restores that follow one another add up."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import BackupSet, Level, Outcome, Verification
from app.domain.change import Change, ChangeState
from app.domain.ids import HostId, SetId
from app.domain.runbook import SIDE_BY_SIDE, Phase, Runbook, Step, StepKind
from app.errors import InvalidInput
from app.services.changes import edit_change, open_change
from app.services.rollback import ROLLBACK_FACTOR, rollback_deadline, rollback_time
from tests.fakes import NOON
from tests.services.office import Office
from tests.services.process_cases import backup, blank

HOSTS = [HostId(name) for name in ("db-01", "db-02", "app-01")]
TOOK_S = dict(zip(HOSTS, (600.0, 300.0, 60.0), strict=True))


def restored(host: HostId, took_s: float | None = None) -> BackupSet:
    proof = Verification(Level.RESTORED, Outcome.PASSED, NOON, took_s or TOOK_S[host])
    kept = backup(blank(), Level.MATCHES_SOURCE)
    proofs = (*kept.verifications, proof)
    return replace(kept, id=SetId(f"b-{host}"), host=host, verifications=proofs)


def back(name: str, host: HostId | None, seconds: float, after=None) -> Step:
    kind = StepKind.RESTORE if host else StepKind.MANUAL
    return Step(name, name, kind, host, estimate_s=seconds, phase=Phase.BACKOUT, after=after)


def change_with(*steps: Step) -> Change:
    change = blank()
    forward = change.runbook.phase(Phase.FORWARD)
    return replace(change, runbook=Runbook((*forward, *steps)))


BACKUPS = [restored(host) for host in HOSTS]


def test_restores_one_after_the_other_add_up():
    steps = (back("stop", None, 20), *(back(host, host, 5) for host in HOSTS))
    time = rollback_time(change_with(*steps, back("check", None, 40)), BACKUPS)
    assert (time.restore_s, time.rest_s) == (960.0, 60.0)
    assert time.total_s == 960.0 * ROLLBACK_FACTOR + 60.0


def test_restores_side_by_side_take_as_long_as_the_longest():
    steps = (back("stop", None, 20), *(back(host, host, 5, ("stop",)) for host in HOSTS))
    time = rollback_time(change_with(*steps), BACKUPS)
    assert (time.restore_s, time.rest_s) == (600.0, 20.0)


def test_the_longest_chain_counts_not_the_longest_restore():
    first, second, third = HOSTS
    chain = (back("b", second, 5, ()), back("c", None, 2000, ("b",)), back("a", first, 5, ()))
    time = rollback_time(change_with(*chain, back("d", third, 5, ("a",))), BACKUPS)
    assert (time.restore_s, time.rest_s) == (300.0, 2000.0)


def test_a_restore_that_nobody_measured_counts_as_planned_without_the_factor():
    steps = [back(host, host, 100) for host in HOSTS]
    time = rollback_time(change_with(*steps), BACKUPS[:1])
    assert (time.restore_s, time.rest_s) == (600.0, 200.0)
    nothing = rollback_time(change_with(*steps), [])
    assert (nothing.measured, nothing.total_s) == (False, 300.0)


def test_more_restores_than_go_side_by_side_wait_for_each_other():
    hosts = [HostId(f"n{n}") for n in range(3 * SIDE_BY_SIDE)]
    steps = [back(host, host, 5, ()) for host in hosts]
    time = rollback_time(change_with(*steps), [restored(host, 100.0) for host in hosts])
    assert time.total_s == pytest.approx(3 * 100.0 * ROLLBACK_FACTOR)


def test_a_way_back_without_a_restore_leaves_time_for_all_of_them_by_hand():
    time = rollback_time(change_with(back("switch over", None, 30)), BACKUPS)
    assert time.total_s == 960.0 * ROLLBACK_FACTOR
    long = rollback_time(change_with(back("switch over", None, 9000)), BACKUPS)
    assert (long.measured, long.total_s) == (False, 9000.0)


def test_the_deadline_moves_with_every_restore():
    change = change_with(*(back(host, host, 5) for host in HOSTS))
    assert change.window is not None
    deadline = rollback_deadline(change, BACKUPS)
    assert deadline == change.window.span.end - timedelta(seconds=960.0 * ROLLBACK_FACTOR)


@pytest.mark.parametrize("figure", [-1.0, -0.001, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["planned_downtime_min", "monitor_days", "settle_s"])
def test_a_figure_that_means_nothing_is_refused(field, figure):
    office = Office()
    change = open_change("Upgrade", desk=office.desk())
    with pytest.raises(InvalidInput, match=field):
        edit_change(change.id, lambda c: replace(c, **{field: figure}), desk=office.desk())
    with pytest.raises(InvalidInput, match=field):
        open_change("Other", desk=office.desk(), edit=lambda c: replace(c, **{field: figure}))
    assert office.now(change).state is ChangeState.DRAFT
    kept = edit_change(change.id, lambda c: replace(c, **{field: 0.0}), desk=office.desk())
    assert getattr(kept, field) == 0.0
