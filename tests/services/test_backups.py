"""Backups as a coordinator asks for them: recorded, logged, gated."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.backup import (
    BackupSet,
    BackupSource,
    CaptureState,
    Level,
    Outcome,
    SourceKind,
    StoredObject,
    Verification,
)
from app.domain.change import Change
from app.domain.ids import ChangeId, HostId, SetId
from app.errors import BackupFailed, Busy, IllegalMove, InvalidInput, NotFound, Unreachable
from app.services.backup.backup_copies import copy_backup
from app.services.backup.backup_gate import Demand, gate_host, gate_level
from app.services.backup.backup_outlook import look_at_host
from app.services.backup.backups import (
    Safekeeping,
    accept_partial,
    adopt_at_start,
    back_up_change,
    take_backup,
    verify_set,
)
from app.services.backup.restores import HostRestore, restore_on_host, restore_to_folder
from app.services.change.changes import Desk
from app.services.ports.vault import CopyPlace
from app.tasks import TaskContext
from app.vault.keys import VaultKeys
from app.vault.opening import create_vault
from tests.fakes import NOON, MemoryStore, SetClock
from tests.vault.local_remote import HOST, LocalRemote, few_tools


class OneRemote:
    """A pool that knows one host."""

    def __init__(self, remote: LocalRemote) -> None:
        self.remote = remote

    def open(self, host):
        return self.remote

    def probe_key(self, host):
        return self.remote.server_key()

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return few_tools(tmp_path_factory.mktemp("tools") / "bin")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore({"hosts": {HOST.id: HOST}})


@pytest.fixture
def keeping(tmp_path: Path, store: MemoryStore, small_path: str) -> Safekeeping:
    clock = SetClock()

    def keep(keys: VaultKeys, vault: str) -> None:
        keys.keep_in_file(tmp_path / "vault.key", vault)

    vault = create_vault(tmp_path / "vault", clock, keep, reserve_bytes=0).vault
    return Safekeeping(
        Desk(store.unit_of_work, clock, "ada"),
        vault,
        OneRemote(LocalRemote(env={"PATH": small_path})),
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "srv" / "shop"
    root.mkdir(parents=True)
    (root / "shop.ini").write_text("workers = 2\n")
    return root


def files(root: Path, *more: str) -> BackupSource:
    return BackupSource(SourceKind.FILES, HOST.id, (str(root), *more))


def backup(keeping: Safekeeping, *sources: BackupSource, **options) -> BackupSet:
    return take_backup(HOST.id, sources, keeping=keeping, context=TaskContext(), **options)


def test_a_backup_is_recorded_with_its_proofs_and_logged(keeping, store, tree):
    taken = backup(keeping, files(tree), level=Level.RESTORED)
    assert taken.level is Level.RESTORED
    assert store.kinds["backups"][taken.id] == taken
    assert store.kinds_logged() == ["backup.sealed"] + ["backup.verified"] * 4
    assert taken.restore_s is not None
    assert store.log[0].data == (("manifest_sha256", taken.manifest_sha256),)


def test_a_backup_that_fails_is_logged_and_never_recorded(keeping, store):
    with pytest.raises(BackupFailed, match="nothing was sealed"):
        backup(keeping, BackupSource(SourceKind.SQLITE, HOST.id, database="/nowhere.sqlite"))
    assert store.kinds.get("backups", {}) == {}
    assert store.kinds_logged() == ["backup.failed"]
    assert keeping.vault.sets() == []


def test_a_set_holds_sources_of_one_host_only(keeping, tree):
    with pytest.raises(InvalidInput):
        backup(keeping, replace(files(tree), host=HostId("other")))
    with pytest.raises(InvalidInput):
        backup(keeping)


def test_a_change_is_backed_up_host_by_host_as_its_plan_says(keeping, tree):
    change = Change(ChangeId("c1"), "CHG-000001", "Tune", backup_plan=(files(tree),))
    (taken,) = back_up_change(change, keeping=keeping, context=TaskContext())
    assert (taken.change, taken.level) == ("c1", Level.READABLE)
    with pytest.raises(IllegalMove, match="no backup plan"):
        back_up_change(replace(change, backup_plan=()), keeping=keeping, context=TaskContext())


def test_a_failed_proof_is_recorded_as_failed_and_stops_there(keeping, store, tree):
    taken = backup(keeping, files(tree))
    stored = keeping.vault.root / taken.path / "objects" / taken.objects[0].name
    stored.chmod(0o600)
    stored.write_bytes(stored.read_bytes()[:-1])
    proven = verify_set(taken.id, Level.RESTORED, keeping=keeping, context=TaskContext())
    assert proven.level is Level.CAPTURED
    assert proven.latest(Level.INTACT).outcome is Outcome.FAILED
    assert store.log[-1].kind == "backup.verified"
    assert "failed" in store.log[-1].text


def test_a_restore_drill_is_timed_although_the_source_has_changed_or_is_away(
    keeping, tree, monkeypatch
):
    taken = backup(keeping, files(tree))
    (tree / "shop.ini").write_text("workers = 64\n")
    drilled = verify_set(taken.id, Level.RESTORED, keeping=keeping, context=TaskContext())
    found = {level: drilled.latest(level).outcome for level in Level}
    assert found[Level.MATCHES_SOURCE] is Outcome.FAILED
    assert found[Level.RESTORED] is Outcome.PASSED
    assert drilled.restore_s is not None
    assert drilled.level is Level.READABLE, "a drill does not stand in for the comparison"

    def away(*_args, **_options):
        raise Unreachable("No answer.", host=HOST.name)

    monkeypatch.setattr(keeping.remotes.remote, "run", away)
    monkeypatch.setattr(keeping.remotes.remote, "stream", away)
    again = verify_set(taken.id, Level.RESTORED, keeping=keeping, context=TaskContext())
    assert again.latest(Level.MATCHES_SOURCE).outcome is Outcome.NOT_DONE
    assert again.latest(Level.RESTORED).outcome is Outcome.PASSED


def test_an_incomplete_set_counts_only_after_a_person_accepted_it(keeping, store, tree):
    taken = backup(keeping, files(tree, "/does/not/exist"))
    assert taken.state is CaptureState.PARTIAL
    day = timedelta(hours=24)
    refused = gate_level([taken], Demand(Level.INTACT, day, NOON))
    assert not refused.met
    assert "nobody has accepted" in refused.sentence
    with pytest.raises(IllegalMove, match="reason"):
        accept_partial(taken.id, " ", keeping=keeping)
    accepted = accept_partial(taken.id, "That folder is new", keeping=keeping)
    assert (accepted.accepted_by, accepted.accepted_reason) == ("ada", "That folder is new")
    assert gate_level([accepted], Demand(Level.INTACT, day, NOON)).met
    (seen,) = keeping.vault.sets()
    assert seen.accepted_by == "ada"
    assert store.log[-1].kind == "backup.accepted"


def test_a_complete_set_needs_no_acceptance(keeping, tree):
    taken = backup(keeping, files(tree))
    with pytest.raises(IllegalMove):
        accept_partial(taken.id, "just so", keeping=keeping)


def test_restoring_to_a_folder_is_logged(keeping, store, tree, tmp_path):
    taken = backup(keeping, files(tree))
    result = restore_to_folder(taken.id, tmp_path / "out", keeping=keeping, context=TaskContext())
    restored = tmp_path / "out" / "01-files" / str(tree).lstrip("/") / "shop.ini"
    assert restored.read_text() == "workers = 2\n"
    assert result.members == 3
    assert store.log[-1].kind == "backup.restored"


def test_putting_back_needs_the_hosts_typed_name_and_takes_a_safety_set(keeping, store, tree):
    taken = backup(keeping, files(tree))
    (tree / "shop.ini").write_text("workers = 64\n")
    with pytest.raises(IllegalMove, match="typed name"):
        restore_on_host(HostRestore(taken.id, "shop-2"), keeping=keeping, context=TaskContext())
    result = restore_on_host(
        HostRestore(taken.id, "shop-1"), keeping=keeping, context=TaskContext()
    )
    assert (tree / "shop.ini").read_text() == "workers = 2\n"
    assert (Path(result.kept[0]) / "shop.ini").read_text() == "workers = 64\n"
    assert len(store.kinds["backups"]) == 2
    assert "kept" in store.log[-1].text


def test_while_its_safety_set_is_taken_a_set_is_not_removed(keeping, store, tree):
    taken = backup(keeping, files(tree))
    keeping.vault.bin.put(taken, by="ada", reason="old")
    refused = []

    def remove(_progress):
        with pytest.raises(Busy):
            keeping.vault.bin.purge(taken)
        refused.append(len(store.kinds["restores"]))

    context = TaskContext(remove)
    restore_on_host(HostRestore(taken.id, "shop-1"), keeping=keeping, context=context)
    assert refused[0] == 0, "before the restore itself began"


def test_at_start_a_sealed_set_without_a_row_is_adopted_and_a_lost_one_is_named(
    keeping, store, tree
):
    first, second = backup(keeping, files(tree)), backup(keeping, files(tree))
    del store.kinds["backups"][first.id]
    (keeping.vault.root / second.path).rename(keeping.vault.root.parent / "gone")
    found = adopt_at_start(keeping=keeping)
    assert [item.id for item in found.adopted] == [first.id]
    assert found.missing == (second.id,)
    assert store.kinds["backups"][first.id].level is Level.READABLE
    assert store.kinds["backups"][second.id].missing
    assert store.kinds_logged()[-2:] == ["backup.adopted", "backup.missing"]
    assert adopt_at_start(keeping=keeping).is_clean
    with pytest.raises(NotFound):
        verify_set(second.id, Level.INTACT, keeping=keeping, context=TaskContext())


def proven(level: Level, age: timedelta = timedelta(hours=1)) -> BackupSet:
    at = NOON - age
    return BackupSet(
        SetId("s"), None, HOST.id, HOST.name, CaptureState.CAPTURED, at, at, 1.0, (), "", "",
        verifications=tuple(
            Verification(step, Outcome.PASSED, at) for step in Level if step <= level
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("item", "met", "words"),
    [
        (proven(Level.READABLE), True, "L2"),
        (proven(Level.RESTORED), True, "L4"),
        (proven(Level.INTACT), False, "needed is L2"),
        (proven(Level.READABLE, timedelta(hours=25)), False, "older than"),
        (proven(Level.READABLE, timedelta(hours=-2)), False, "future"),
        (replace(proven(Level.READABLE), missing=True), False, "no usable"),
        (replace(proven(Level.READABLE), state=CaptureState.FAILED), False, "no usable"),
    ],
)
def test_the_gate_says_whether_and_why(item, met, words):
    answer = gate_level([item], Demand(Level.READABLE, timedelta(hours=24), NOON))
    assert answer.met is met
    assert words in answer.sentence


def test_the_gate_prefers_a_fresh_set_to_a_better_proven_old_one():
    old, fresh = proven(Level.RESTORED, timedelta(days=3)), proven(Level.READABLE)
    demand = Demand(Level.READABLE, timedelta(hours=24), NOON)
    assert gate_level([old, fresh], demand).best is fresh


def test_a_set_counts_for_what_it_holds_and_the_weakest_source_decides():
    files_, database = (
        BackupSource(SourceKind.FILES, HOST.id, paths=("/etc",)),
        BackupSource(SourceKind.SQLITE, HOST.id, database="/srv/other.db"),
    )

    def holding(source, level):
        stored = StoredObject("01", source.kind, source.title, CaptureState.CAPTURED)
        return replace(proven(level), objects=(stored,))

    demand = Demand(Level.READABLE, timedelta(hours=24), NOON)
    good, weak = holding(files_, Level.RESTORED), holding(database, Level.READABLE)
    assert gate_host((files_, database), (), demand).best is None
    missing = gate_host((files_, database), (good,), demand)
    assert (missing.met, missing.sentence) == (False, "no backup holds /srv/other.db")
    both = gate_host((files_, database), (good, weak), demand)
    assert both.met
    assert both.best is weak


def test_a_look_ahead_goes_by_the_last_set_of_the_host(keeping, tmp_path):
    root = tmp_path / "srv"
    root.mkdir()
    (root / "a.txt").write_bytes(b"text " * 40_000)
    wanted = [BackupSource(SourceKind.FILES, HOST.id, (str(root),))]
    first = look_at_host(HOST.id, wanted, keeping=keeping, context=TaskContext())
    assert first.expected_s is None
    assert first.is_ready
    taken = take_backup(HOST.id, wanted, keeping=keeping, context=TaskContext())
    again = look_at_host(HOST.id, wanted, keeping=keeping, context=TaskContext())
    share = again.plain_bytes / taken.plain_bytes
    proven = max(taken.latest(level).duration_s for level in (Level.INTACT, Level.READABLE))
    assert again.expected_s == pytest.approx(share * (taken.duration_s + proven))
    assert again.expected_stored_bytes == round(share * taken.stored_bytes)


def test_a_host_that_cannot_be_asked_is_an_outlook_with_its_reason(keeping, tmp_path):
    def refuse(host):
        raise Unreachable("No answer.", host=host.name, hint="Is it on?")

    keeping.remotes.open = refuse
    wanted = [BackupSource(SourceKind.FILES, HOST.id, (str(tmp_path),))]
    found = look_at_host(HOST.id, wanted, keeping=keeping, context=TaskContext())
    assert not found.is_ready
    assert "No answer. Is it on?" in found.problem


def test_a_copy_is_compared_recorded_and_logged_and_not_made_on_the_host_itself(
    keeping, store, tmp_path
):
    root = tmp_path / "srv"
    root.mkdir()
    (root / "a.txt").write_text("text")
    wanted = [BackupSource(SourceKind.FILES, HOST.id, (str(root),))]
    taken = take_backup(HOST.id, wanted, keeping=keeping, context=TaskContext())
    (tmp_path / "far").mkdir()
    place = CopyPlace(str(tmp_path / "far"))
    item = copy_backup(taken.id, place, keeping=keeping, context=TaskContext())
    assert [one.where for one in item.copies] == [str(tmp_path / "far")]
    with keeping.desk.new_uow() as uow:
        assert uow.backups.get(taken.id).copies == item.copies
    with pytest.raises(IllegalMove):
        copy_backup(
            taken.id, CopyPlace("/var/copies", HOST.name), keeping=keeping, context=TaskContext()
        )
    with pytest.raises(NotFound):
        copy_backup(taken.id, CopyPlace("/x", "nobody"), keeping=keeping, context=TaskContext())
