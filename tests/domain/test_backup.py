"""What may be said about a backup set."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.backup import BackupSet, CaptureState, Level, Outcome, Verification
from app.domain.ids import HostId, SetId

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def a_set(*verifications: Verification, **other: object) -> BackupSet:
    values = {
        "id": SetId("s"),
        "change": None,
        "host": HostId("h"),
        "host_name": "db-01",
        "state": CaptureState.CAPTURED,
        "started_at": T0,
        "sealed_at": T0,
        "duration_s": 1.0,
        "objects": (),
        "manifest_sha256": "",
        "path": "",
        "verifications": verifications,
    } | other
    return BackupSet(**values)  # type: ignore[arg-type]  # tests name what differs


def proof(level: Level, outcome: Outcome = Outcome.PASSED, minutes: int = 0) -> Verification:
    return Verification(level, outcome, T0 + timedelta(minutes=minutes), 7.0)


def test_level_counts_only_without_a_gap_below() -> None:
    assert a_set().level is None
    assert a_set(proof(Level.CAPTURED), proof(Level.READABLE)).level is Level.CAPTURED
    full = [proof(level) for level in Level]
    assert a_set(*full).level is Level.RESTORED


def test_newest_attempt_decides_even_when_it_failed() -> None:
    late = proof(Level.INTACT, Outcome.FAILED, minutes=5)
    tried = a_set(proof(Level.CAPTURED), proof(Level.INTACT), late)
    assert tried.level is Level.CAPTURED
    assert tried.latest(Level.INTACT) is late


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.PASSED])
def test_nothing_but_passed_proves_a_level(outcome: Outcome) -> None:
    assert a_set(proof(Level.CAPTURED, outcome)).level is None


def test_restore_time_is_the_measured_one() -> None:
    assert a_set().restore_s is None
    assert a_set(proof(Level.RESTORED)).restore_s == 7.0
    assert a_set(proof(Level.RESTORED, Outcome.FAILED)).restore_s is None


def test_partial_set_counts_only_when_accepted_by_name() -> None:
    assert not a_set(state=CaptureState.PARTIAL).usable
    assert a_set(state=CaptureState.PARTIAL, accepted_by="Ayesha").usable
    assert not a_set(state=CaptureState.FAILED, accepted_by="Ayesha").usable
    assert not a_set(missing=True).usable


def test_labels_say_the_level_in_words() -> None:
    assert [level.label for level in Level] == [
        "L0 captured",
        "L1 intact",
        "L2 readable",
        "L3 matches the source",
        "L4 restored",
    ]
