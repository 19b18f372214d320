"""Signed records of proofs that somebody with access to the vault removes, swaps or brings back."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.__main__ import main
from app.clock import SystemClock
from app.domain.backup import BackupSet, Level, Outcome
from app.services.backup.backup_copies import copy_backup
from app.services.backup.backup_gate import Demand, gate_level
from app.services.backup.backups import accept_partial, adopt_at_start, find_set, verify_set
from app.services.backup.set_records import look_at_change
from app.services.catching_up import _vault_words
from app.services.ports.vault import CopyPlace
from app.tasks import TaskContext
from app.vault.opening import keys_in_file, open_vault
from tests.fakes import NOON
from tests.services.test_backups import backup, files
from tests.services.test_backups import keeping as keeping
from tests.services.test_backups import small_path as small_path
from tests.services.test_backups import store as store
from tests.services.test_backups import tree as tree

DEMAND = Demand(Level.READABLE, timedelta(hours=24), NOON)


def record_of(keeping, item: BackupSet, level: Level) -> Path:
    """Return the newest record of a level beside a set."""
    folder = keeping.vault.root / item.path / "verification"
    return sorted(folder.glob(f"*-L{int(level)}.json"))[-1]


def prove(keeping, item: BackupSet, level: Level = Level.READABLE) -> BackupSet:
    keeping.desk.clock.pass_by(seconds=60)
    return verify_set(item.id, level, keeping=keeping, context=TaskContext())


def damage(keeping, item: BackupSet) -> tuple[Path, bytes]:
    stored = keeping.vault.root / item.path / "objects" / item.objects[0].name
    whole = stored.read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(whole[:-40] + bytes(40))
    return stored, whole


def test_each_proof_is_in_the_log_by_the_hash_of_its_record(keeping, store, tree):
    item = backup(keeping, files(tree))
    assert adopt_at_start(keeping=keeping).is_clean
    for proof in item.verifications[1:]:
        assert len(proof.record) == 64
        assert ("proof_sha256", proof.record) in [e.data[-1] for e in store.log]


def test_a_record_that_was_removed_is_missed_and_its_level_counts_no_more(keeping, store, tree):
    item = backup(keeping, files(tree))
    assert gate_level([item], DEMAND).met
    record_of(keeping, item, Level.READABLE).unlink()
    found = adopt_at_start(keeping=keeping)
    assert [one.level for one in found.records[0].lost] == [Level.READABLE]
    assert "missing from the vault for 1 backup" in " ".join(_vault_words(found))
    item = find_set(item.id, keeping)
    assert item.level is Level.INTACT
    answer = gate_level([item], DEMAND)
    assert not answer.met
    assert answer.sentence == (
        "The record of a proof of shop-1 is missing from the vault (L2 readable): prove it again."
    )
    assert store.kinds_logged()[-1] == "backup.proof_lost"
    assert adopt_at_start(keeping=keeping).is_clean, "it is told once"
    assert store.kinds_logged().count("backup.proof_lost") == 1


def test_proving_again_counts_and_does_not_hide_what_is_missing(keeping, tree):
    item = backup(keeping, files(tree))
    record_of(keeping, item, Level.READABLE).unlink()
    again = prove(keeping, item)
    assert again.level is Level.READABLE
    assert [one.level for one in again.lost] == [Level.READABLE]
    assert gate_level([again], DEMAND).met


def test_a_failure_whose_record_was_removed_is_a_failure_still(keeping, store, tree):
    """The vault alone would then say that the set was proven: with its log, nobody believes it."""
    item = backup(keeping, files(tree))
    stored, whole = damage(keeping, item)
    failed = prove(keeping, item)
    assert failed.latest(Level.INTACT).outcome is Outcome.FAILED
    stored.write_bytes(whole)
    record_of(keeping, item, Level.INTACT).unlink()
    (alone,) = keeping.vault.sets()
    assert alone.level is Level.READABLE, "what the folder says on its own"
    adopt_at_start(keeping=keeping)
    item = find_set(item.id, keeping)
    assert item.level is Level.CAPTURED
    assert [(one.level, one.outcome) for one in item.lost] == [(Level.INTACT, Outcome.FAILED)]
    assert not gate_level([item], DEMAND).met
    assert "L1 intact, failed, " in store.log[-1].text


def test_a_record_replaced_by_that_of_another_set_is_missing_and_belongs_elsewhere(keeping, tree):
    mine, other = backup(keeping, files(tree)), backup(keeping, files(tree))
    target = record_of(keeping, mine, Level.READABLE)
    target.unlink()
    shutil.copy(record_of(keeping, other, Level.READABLE), target)
    found = adopt_at_start(keeping=keeping)
    assert [(one.set, len(one.lost), one.unknown) for one in found.records] == [(mine.id, 1, ())]
    again = prove(keeping, mine)
    assert again.level is Level.CAPTURED
    assert "belongs to another set" in again.latest(Level.INTACT).detail


def test_a_record_that_comes_back_counts_again(keeping, store, tree, tmp_path):
    item = backup(keeping, files(tree))
    record = record_of(keeping, item, Level.READABLE)
    record.rename(tmp_path / "aside")
    adopt_at_start(keeping=keeping)
    (tmp_path / "aside").rename(record)
    found = adopt_at_start(keeping=keeping)
    assert [len(one.back) for one in found.records] == [1]
    assert find_set(item.id, keeping) == item
    assert store.kinds_logged()[-2:] == ["backup.proof_lost", "backup.proof_back"]


def test_a_failure_that_was_written_when_the_program_ended_is_taken_over(keeping, store, tree):
    item = backup(keeping, files(tree))
    damage(keeping, item)
    prove(keeping, item)
    store.kinds["backups"][item.id] = item  # as it was before the row was written
    found = adopt_at_start(keeping=keeping)
    assert [one.outcome for one in found.records[0].unknown] == [Outcome.FAILED]
    assert find_set(item.id, keeping).level is Level.CAPTURED
    assert store.kinds_logged()[-1] == "backup.proof_found"
    assert adopt_at_start(keeping=keeping).is_clean


def test_proofs_of_an_earlier_version_are_neither_missed_nor_taken_twice(keeping, store, tree):
    item = backup(keeping, files(tree))
    plain = replace(item, verifications=tuple(replace(v, record="") for v in item.verifications))
    store.kinds["backups"][item.id] = plain
    assert adopt_at_start(keeping=keeping).is_clean
    record_of(keeping, item, Level.READABLE).unlink()
    assert adopt_at_start(keeping=keeping).is_clean
    assert find_set(item.id, keeping) == plain


def test_a_gate_hears_of_what_was_removed_while_the_program_was_open(keeping, store, tree):
    item = backup(keeping, files(tree), change="c1")
    record_of(keeping, item, Level.INTACT).unlink()
    look_at_change("c1", desk=keeping.desk, vault=keeping.vault)
    assert not gate_level([find_set(item.id, keeping)], DEMAND).met
    assert store.kinds_logged()[-1] == "backup.proof_lost"


def test_a_copy_elsewhere_is_no_alarm_and_says_what_is_not_known_there(
    keeping, tree, tmp_path, capsys
):
    item = backup(keeping, files(tree))
    (tmp_path / "elsewhere").mkdir()
    place = CopyPlace(str(tmp_path / "elsewhere"))
    copy_backup(item.id, place, keeping=keeping, context=TaskContext())
    prove(keeping, item, Level.RESTORED)
    key = tmp_path / "vault.key"
    copied = open_vault(tmp_path / "elsewhere", SystemClock(), keys_in_file(key), reserve_bytes=0)
    (there,) = copied.sets()
    assert there.level is Level.READABLE
    assert there.lost == ()
    assert copied.compare_records(there).is_clean
    words = ["vault", "show", item.id, "--folder", str(tmp_path / "elsewhere")]
    assert main([*words, "--identity", str(key)]) == 0
    told = capsys.readouterr().out
    assert "is not known here: the log is elsewhere" in told
    assert "A proof record is missing" not in told


@pytest.mark.parametrize("swapped", [False, True])
def test_an_acceptance_without_its_record_counts_no_more(keeping, store, tree, tmp_path, swapped):
    mine = backup(keeping, files(tree, "/does/not/exist"))
    item = accept_partial(mine.id, "That folder is new", keeping=keeping)
    assert ("proof_sha256", item.accepted_record) in store.log[-1].data
    assert gate_level([item], DEMAND).met
    (record,) = (keeping.vault.root / item.path / "verification").glob("*-accepted.json")
    record.rename(tmp_path / "aside")
    if swapped:
        other = backup(keeping, files(tree, "/does/not/exist"))
        accept_partial(other.id, "Another", keeping=keeping)
        (theirs,) = (keeping.vault.root / other.path / "verification").glob("*-accepted.json")
        shutil.copy(theirs, record)
    found = adopt_at_start(keeping=keeping)
    assert [(one.set, one.acceptance_lost) for one in found.records] == [(item.id, True)]
    assert "of an acceptance are missing from the vault for 1 backup" in _vault_words(found)[-1]
    assert store.kinds_logged()[-1] == "backup.acceptance_lost"
    refused = gate_level([find_set(item.id, keeping)], DEMAND)
    assert not refused.met
    assert "accept it again" in refused.sentence
    assert adopt_at_start(keeping=keeping).is_clean, "it is told once"
    if swapped:
        record.unlink()
    (tmp_path / "aside").rename(record)
    adopt_at_start(keeping=keeping)
    assert store.kinds_logged()[-1] == "backup.acceptance_back"
    assert gate_level([find_set(item.id, keeping)], DEMAND).met
    record.unlink()
    adopt_at_start(keeping=keeping)
    assert gate_level([accept_partial(item.id, "Still new", keeping=keeping)], DEMAND).met


def test_a_copy_without_its_record_is_told_and_comes_back(keeping, store, tree, tmp_path):
    item = backup(keeping, files(tree))
    (tmp_path / "elsewhere").mkdir()
    place = CopyPlace(str(tmp_path / "elsewhere"))
    item = copy_backup(item.id, place, keeping=keeping, context=TaskContext())
    assert ("proof_sha256", item.copies[0].record) in store.log[-1].data
    assert adopt_at_start(keeping=keeping).is_clean
    (record,) = (keeping.vault.root / item.path / "verification").glob("*-copied.json")
    record.rename(tmp_path / "aside")
    (found,) = adopt_at_start(keeping=keeping).records
    assert found.copies_lost == item.copies
    assert store.kinds_logged()[-1] == "backup.copy_lost"
    assert [one.is_lost for one in find_set(item.id, keeping).copies] == [True]
    assert gate_level([find_set(item.id, keeping)], DEMAND).met, "the set itself is as it was"
    (tmp_path / "aside").rename(record)
    adopt_at_start(keeping=keeping)
    assert find_set(item.id, keeping) == item
    assert store.kinds_logged()[-1] == "backup.copy_back"


@pytest.mark.parametrize("level", [Level.INTACT, Level.READABLE])
def test_each_record_of_a_set_is_missed(keeping, tree, level):
    item = backup(keeping, files(tree))
    record_of(keeping, item, level).unlink()
    (found,) = adopt_at_start(keeping=keeping).records
    assert [one.level for one in found.lost] == [level]
