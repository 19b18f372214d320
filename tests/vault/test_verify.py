"""Every damage is found, named, and told apart from what was merely not done."""

import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import NotFound, SecretUnavailable, Unreachable
from app.tasks import TaskContext
from app.vault import core
from app.vault.format import decode, encode
from app.vault.keys import VaultKeys
from app.vault.vault import LocalVault
from tests.vault.conftest import sources, take


def prove(vault, item, level, remote=None):
    remotes = (remote,) if remote else ()
    return vault.verify(item, level, by="ada", context=TaskContext(), remotes=remotes)


@pytest.fixture
def taken(vault, remote, shop):
    return take(vault, remote, *sources(remote, shop))


@pytest.fixture
def folder(vault, taken) -> Path:
    return vault.root / taken.path


def sealed_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def change(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def prove_quietly(vault, taken):
    """Prove L1 and forget the record of it, so that the next proof finds the same files."""
    before = set((vault.root / taken.path / "verification").iterdir())
    found = prove(vault, taken, Level.INTACT)
    for path in set((vault.root / taken.path / "verification").iterdir()) - before:
        path.unlink()
    return found


def test_every_shortened_or_lengthened_file_is_found(vault, taken, folder):
    for path in sealed_files(folder):
        before = path.read_bytes()
        for data in (before[:-1], before[: len(before) // 2], b"", before + b"\0"):
            if data == before:
                continue
            change(path, data)
            assert prove_quietly(vault, taken).outcome is Outcome.FAILED, (path.name, len(data))
        change(path, before)


def test_a_lost_file_is_found_and_named(vault, taken, folder):
    stored = folder / "objects" / taken.objects[1].name
    stored.unlink()
    found = prove(vault, taken, Level.INTACT)
    assert found.outcome is Outcome.FAILED
    assert stored.name in found.detail


def test_an_object_swapped_for_another_valid_one_is_found(vault, remote, shop, taken, folder):
    (shop / "conf" / "shop.ini").write_text("workers = 9\n")
    other = vault.root / take(vault, remote, *sources(remote, shop)).path
    for part in ("objects", "index"):
        name = sorted((folder / part).iterdir())[0].name
        change(folder / part / name, (other / part / name).read_bytes())
        assert prove(vault, taken, Level.INTACT).outcome is Outcome.FAILED


def test_a_manifest_edited_with_its_hashes_fixed_still_lacks_the_signature(vault, taken, folder):
    from app.vault.format import Manifest

    manifest = decode((folder / "set.json").read_bytes(), Manifest, what="set.json")
    change(folder / "set.json", encode(replace(manifest, by="mallory")))
    found = prove(vault, taken, Level.INTACT)
    assert found.outcome is Outcome.FAILED
    assert "signature" in found.detail
    assert vault.sets() == []


def test_a_whole_set_put_in_the_place_of_another_is_found(vault, remote, shop, taken, folder):
    other = vault.root / take(vault, remote, *sources(remote, shop)).path
    shutil.rmtree(folder)
    shutil.copytree(other, folder)
    found = prove(vault, taken, Level.INTACT)
    assert found.outcome is Outcome.FAILED
    assert "another set" in found.detail


def test_a_proof_copied_from_another_set_is_found(vault, remote, shop, taken, folder):
    other = take(vault, remote, *sources(remote, shop))
    prove(vault, other, Level.INTACT)
    (note,) = (vault.root / other.path / "verification").iterdir()
    shutil.copy(note, folder / "verification" / note.name)
    assert "another set" in prove(vault, taken, Level.INTACT).detail
    seen = next(item for item in vault.sets() if item.id == taken.id)
    assert seen.level is Level.CAPTURED


def test_a_proof_that_was_written_over_counts_for_nothing_and_is_named(
    vault, remote, shop, taken, folder
):
    (shop / "conf" / "shop.ini").write_text("workers = 3\n")
    assert prove(vault, taken, Level.MATCHES_SOURCE, remote).outcome is Outcome.FAILED
    (note,) = (folder / "verification").iterdir()
    change(note, note.read_bytes().replace(b'"failed"', b'"passed"'))
    assert b'"passed"' in note.read_bytes()
    found = prove(vault, taken, Level.INTACT)
    assert found.outcome is Outcome.FAILED
    assert note.name in found.detail
    (seen,) = vault.sets()
    assert seen.latest(Level.MATCHES_SOURCE) is None


def test_other_sets_stay_usable_when_one_is_damaged(vault, remote, shop, taken, folder):
    other = take(vault, remote, *sources(remote, shop))
    change(folder / "objects" / taken.objects[0].name, b"")
    assert prove(vault, taken, Level.INTACT).outcome is Outcome.FAILED
    assert prove(vault, other, Level.READABLE).outcome is Outcome.PASSED


def test_a_set_that_is_gone_is_an_error_not_an_outcome(vault, taken, folder):
    shutil.rmtree(folder)
    with pytest.raises(NotFound):
        prove(vault, taken, Level.INTACT)


def test_with_a_wrong_key_nothing_is_said_about_a_set(vault, taken, folder):
    stranger = replace(vault.core.keys, identity=VaultKeys.new().identity)
    wrong = LocalVault(replace(vault.core, keys=stranger))
    before = len(list((folder / "verification").iterdir()))
    with pytest.raises(SecretUnavailable):
        prove(wrong, taken, Level.INTACT)
    assert len(list((folder / "verification").iterdir())) == before


def test_proofs_are_kept_signed_beside_the_set(vault, taken, clock):
    for level in (Level.INTACT, Level.READABLE, Level.RESTORED):
        clock.pass_by(minutes=1)
        assert prove(vault, taken, level).outcome is Outcome.PASSED
    (seen,) = vault.sets()
    assert [proof.level for proof in seen.verifications] == [0, 1, 2, 4]
    assert seen.level is Level.READABLE, "L4 alone does not stand on a missing L3"


def test_matching_the_source_needs_a_connection(vault, taken):
    assert prove(vault, taken, Level.MATCHES_SOURCE).outcome is Outcome.NOT_DONE


def test_an_unreachable_server_leaves_the_match_not_done(vault, taken, remote, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise Unreachable("No answer.", host="shop-1")

    monkeypatch.setattr(remote, "run", refuse)
    found = prove(vault, taken, Level.MATCHES_SOURCE, remote)
    assert (found.outcome, "No answer" in found.detail) == (Outcome.NOT_DONE, True)


def test_a_file_changed_on_the_server_since_does_not_match(vault, taken, remote, shop):
    assert prove(vault, taken, Level.MATCHES_SOURCE, remote).outcome is Outcome.PASSED
    (shop / "conf" / "shop.ini").write_text("workers = 3\n")
    found = prove(vault, taken, Level.MATCHES_SOURCE, remote)
    assert found.outcome is Outcome.FAILED
    assert "same.ini" in found.detail or "shop.ini" in found.detail


def test_rows_that_came_later_are_told_and_another_schema_fails(vault, remote, shop):
    database = BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{shop}/shop.sqlite")
    taken = take(vault, remote, database)
    assert "all rows" in prove(vault, taken, Level.MATCHES_SOURCE, remote).detail
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("INSERT INTO orders (item) VALUES ('coffee')")
        live.commit()
        found = prove(vault, taken, Level.MATCHES_SOURCE, remote)
        assert (found.outcome, "orders have changed" in found.detail) == (Outcome.PASSED, True)
        live.execute("CREATE INDEX by_item ON orders (item)")
    assert prove(vault, taken, Level.MATCHES_SOURCE, remote).outcome is Outcome.FAILED


def test_a_database_with_broken_references_is_not_called_readable(vault, remote, shop):
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("CREATE TABLE lines (order_id REFERENCES orders (id))")
        live.execute("INSERT INTO lines VALUES (99999)")
        live.commit()
    taken = take(
        vault,
        remote,
        BackupSource(SourceKind.SQLITE, remote.host.id, database=f"{shop}/shop.sqlite"),
    )
    assert taken.state is CaptureState.CAPTURED
    found = prove(vault, taken, Level.READABLE)
    assert (found.outcome, "foreign keys" in found.detail) == (Outcome.FAILED, True)


def test_clearing_away_after_a_drill_is_no_part_of_the_time_of_a_restore(
    vault, taken, remote, monkeypatch
):
    def slowly(folder, *args, **options):
        time.sleep(0.7)
        real(folder, *args, **options)

    real = core.rmtree
    monkeypatch.setattr(core, "rmtree", slowly)
    begun_s = time.monotonic()
    drill = vault.verify(taken, Level.RESTORED, by="", context=TaskContext(), remotes=(remote,))
    assert drill.outcome is Outcome.PASSED, drill.detail
    assert drill.duration_s <= time.monotonic() - begun_s - 0.7
    assert drill.duration_s > 0
