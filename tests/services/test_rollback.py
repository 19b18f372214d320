"""How long the way back takes: restores that follow one another add up."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import BackupSet, BackupSource, Level, Outcome, SourceKind, Verification
from app.domain.change import Change, ChangeState
from app.domain.external_backup import ExternalBackup
from app.domain.ids import HostId, SetId
from app.domain.runbook import SIDE_BY_SIDE, Phase, Runbook, Step, StepKind
from app.errors import InvalidInput
from app.services.change.changes import edit_change, open_change
from app.services.run.rollback import (
    ROLLBACK_FACTOR,
    measured_words,
    rollback_deadline,
    rollback_time,
)
from tests.fakes import NOON
from tests.services.office import Office
from tests.services.process_cases import backup, blank
from tests.services.test_external_backups import a_claim, drilled

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


def claimed(host: HostId, took_s: float) -> ExternalBackup:
    """A backup of another system whose restore somebody tells of."""
    return a_claim(
        BackupSource(SourceKind.EXTERNAL, host, database="The whole machine"),
        drills=(drilled(duration_s=took_s),),
    )


def test_a_restore_that_is_only_told_counts_and_is_said_to_be():
    db, _, app = HOSTS
    change = replace(
        change_with(back("db", db, 5), back("app", app, 5, after=("db",))),
        external_backups=(claimed(app, 200.0),),
    )
    time = rollback_time(change, [restored(db)])
    assert (time.restore_s, time.claimed_s) == (800.0, 200.0)
    words = measured_words(time).replace("\u202f", " ")
    assert words == "3 min 20 s of it claimed, the rest measured"
    only = rollback_time(change, [])
    assert (only.restore_s, only.claimed_s, only.rest_s) == (200.0, 200.0, 5.0)
    assert measured_words(only) == "claimed, not measured here"


def test_the_longer_drill_of_a_host_counts_whoever_has_made_it():
    db = HOSTS[0]
    for told_s, claimed_s in ((9000.0, 9000.0), (1.0, 0.0)):
        change = replace(change_with(back("db", db, 5)), external_backups=(claimed(db, told_s),))
        time = rollback_time(change, [restored(db)])
        assert (time.restore_s, time.claimed_s) == (max(told_s, 600.0), claimed_s)


def test_without_restores_of_its_own_the_told_ones_are_kept_apart_too():
    change = replace(
        change_with(back("switch over", None, 30)), external_backups=(claimed(HOSTS[2], 7.0),)
    )
    time = rollback_time(change, BACKUPS[:2])
    assert (time.restore_s, time.claimed_s) == (907.0, 7.0)
    nothing = rollback_time(change_with(back("switch over", None, 9000)), BACKUPS)
    assert measured_words(nothing) == "as planned"
    assert measured_words(rollback_time(change_with(), BACKUPS)) == "measured"


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
