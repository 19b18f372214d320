"""A change over several hosts: one set of all of them, and a gate that asks for every host."""

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
from app.domain.host import Host
from app.domain.ids import ChangeId, HostId, SetId
from app.domain.work import Work
from app.errors import BackupFailed, HostKeyUnknown, IllegalMove, InvalidInput
from app.services.backup.backup_gate import Demand, gate_change
from app.services.backup.backups import Safekeeping, back_up_change
from app.services.backup.restores import (
    HostRestore,
    difference,
    plan_of,
    restore_on_host,
    restore_to_folder,
)
from app.services.change.changes import Desk
from app.services.run.rollback import rollback_time
from app.tasks import TaskContext
from app.vault.keys import VaultKeys
from app.vault.opening import create_vault
from tests.fakes import NOON, MemoryStore, SetClock
from tests.services.test_backups import small_path as small_path
from tests.vault.local_remote import KEY, LocalRemote

WEB = Host(HostId("host-web"), "web01", "127.0.0.1", key=KEY)
DB = Host(HostId("host-db"), "db01", "127.0.0.1", key=KEY)
FILES = BackupSource(SourceKind.FILES, WEB.id, ("/srv/site",))
ORDERS = BackupSource(SourceKind.SQLITE, DB.id, database="/srv/orders.sqlite")
DEMAND = Demand(Level.READABLE, timedelta(hours=24), NOON)


class Pool:
    """Opens each host under its own name; some have no confirmed key."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.unknown: set[str] = set()

    def open(self, host):
        if host.name in self.unknown:
            raise HostKeyUnknown("Nobody has confirmed its key.")
        return LocalRemote(host, {"PATH": self._path})


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore({"hosts": {WEB.id: WEB, DB.id: DB}})


@pytest.fixture
def keeping(tmp_path, store, small_path) -> Safekeeping:
    clock = SetClock()

    def keep(keys: VaultKeys, vault: str) -> None:
        keys.keep_in_file(tmp_path / "vault.key", vault)

    vault = create_vault(tmp_path / "vault", clock, keep, reserve_bytes=0).vault
    return Safekeeping(Desk(store.unit_of_work, clock, "ada"), vault, Pool(small_path))


@pytest.fixture
def change(tmp_path) -> Change:
    plan = []
    for host in (WEB, DB):
        root = tmp_path / "srv" / host.name
        root.mkdir(parents=True)
        (root / "name").write_text(host.name)
        plan.append(BackupSource(SourceKind.FILES, host.id, (str(root),)))
    hosts = (WEB.id, DB.id)
    return Change(ChangeId("c1"), "CHG-000001", "Tune", hosts=hosts, backup_plan=tuple(plan))


def back_up(change, keeping):
    return back_up_change(change, keeping=keeping, context=TaskContext())


def test_the_plan_of_several_hosts_becomes_one_set(keeping, store, change):
    (taken,) = back_up(change, keeping)
    assert list(taken.hosts.values()) == ["web01", "db01"]
    assert taken.level is Level.READABLE
    assert store.log[0].refs == (taken.id, WEB.id, DB.id)
    assert "web01, db01" in store.log[0].text


def test_apart_each_host_gets_a_set_of_its_own(keeping, change):
    taken = back_up(replace(change, backup_apart=True), keeping)
    assert [item.host_name for item in taken] == ["web01", "db01"]


def test_a_host_that_cannot_be_used_is_named_and_nothing_is_recorded(keeping, store, change):
    keeping.remotes.unknown.add("db01")
    with pytest.raises(HostKeyUnknown) as caught:
        back_up(change, keeping)
    assert (caught.value.host, caught.value.step) == ("db01", "backup")
    assert store.kinds_logged() == ["backup.failed"]
    assert "No backup of web01, db01: db01, backup:" in store.log[0].text
    assert keeping.vault.sets() == []


def test_a_host_of_which_nothing_is_there_stops_all(keeping, store, change):
    gone = BackupSource(SourceKind.SQLITE, DB.id, database="/nowhere.sqlite")
    with pytest.raises(BackupFailed, match="nothing was sealed") as caught:
        back_up(replace(change, backup_plan=(change.backup_plan[0], gone)), keeping)
    assert caught.value.host == "db01"
    assert store.kinds.get("backups", {}) == {}


def test_the_typed_name_says_which_host_is_put_back(keeping, store, change):
    (taken,) = back_up(change, keeping)
    web, db = (source.paths[0] for source in change.backup_plan)
    for root in (web, db):
        (Path(root) / "name").write_text("altered")
    with pytest.raises(IllegalMove, match="web01 or db01"):
        restore_on_host(HostRestore(taken.id, "elsewhere"), keeping=keeping, context=TaskContext())
    done = restore_on_host(HostRestore(taken.id, "db01"), keeping=keeping, context=TaskContext())
    assert done.restored == (db,)
    assert [(Path(root) / "name").read_text() for root in (web, db)] == ["altered", "db01"]
    (restore,) = store.kinds["restores"].values()
    assert (restore.host, restore.host_name, restore.what) == (DB.id, "db01", db)
    safety = store.kinds["backups"][restore.safety]
    assert list(safety.hosts) == [DB.id]


def test_parts_are_compared_planned_and_unpacked_by_host(keeping, change, tmp_path):
    (taken,) = back_up(change, keeping)
    _, db = (source.paths[0] for source in change.backup_plan)
    (Path(db) / "name").write_text("altered")
    found = difference(taken.id, keeping=keeping, context=TaskContext(), host=DB.id)
    assert [line.path for line in found.lines] == [f"{db}/name"]
    assert difference(taken.id, keeping=keeping, context=TaskContext(), host=WEB.id).is_none
    assert {step.host for step in plan_of(taken.id, keeping=keeping, host=DB.id).steps} == {"db01"}
    with pytest.raises(InvalidInput, match="several hosts"):
        restore_to_folder(
            taken.id, tmp_path / "x", keeping=keeping, context=TaskContext(), paths=(f"{db}/name",)
        )


def a_set(
    set_id: str, *sources: BackupSource, hours: float = 1.0, restore_s: float = 0
) -> BackupSet:
    """A set proven to L2, or to L4 when a restore was measured."""
    at = NOON - timedelta(hours=hours)
    names = {WEB.id: "web01", DB.id: "db01"}
    top = Level.RESTORED if restore_s else Level.READABLE
    return BackupSet(
        SetId(set_id), ChangeId("c1"), sources[0].host,
        ", ".join(dict.fromkeys(names[s.host] for s in sources)), CaptureState.CAPTURED, at, at,
        1.0,
        tuple(
            StoredObject(f"0{n}", s.kind, s.title, CaptureState.CAPTURED, host=s.host,
                         host_name=names[s.host])
            for n, s in enumerate(sources, 1)
        ),
        "ab" * 32, f"sets/{set_id}",
        verifications=tuple(
            Verification(level, Outcome.PASSED, at, restore_s) for level in Level if level <= top
        ),
    )  # fmt: skip


PLANNED = Change(
    ChangeId("c1"), "CHG-000001", "Tune", hosts=(WEB.id, DB.id), backup_plan=(FILES, ORDERS)
)


def answers(change, *sets, demand=DEMAND):
    return {host: (one.met, one.sentence) for host, one in gate_change(change, sets, demand)}


def test_the_gate_asks_every_host():
    both = a_set("b", FILES, ORDERS)
    assert all(met for met, _ in answers(PLANNED, both).values())
    only = answers(PLANNED, a_set("w", FILES))
    assert only[WEB.id][0] is False
    assert "another set" in only[WEB.id][1]
    assert only[DB.id] == (False, "There is no usable backup.")


def test_sets_of_single_hosts_do_not_stand_for_one_of_both():
    web, db = a_set("w", FILES), a_set("d", ORDERS)
    assert not any(met for met, _ in answers(PLANNED, web, db).values())
    apart = replace(PLANNED, backup_apart=True)
    assert all(met for met, _ in answers(apart, web, db).values())


def test_a_newer_set_of_one_host_does_not_hide_the_one_of_both():
    found = answers(PLANNED, a_set("b", FILES, ORDERS, hours=2), a_set("d", ORDERS, hours=1))
    assert all(met for met, _ in found.values())


def test_work_on_any_host_makes_the_whole_set_old():
    late = Work(DB.id, ChangeId("c2"), "CHG-000002", "Migrate", NOON)
    demand = replace(DEMAND, work=(late,))
    found = answers(PLANNED, a_set("b", FILES, ORDERS), demand=demand)
    assert not any(met for met, _ in found.values())
    assert "Migrate" in found[WEB.id][1]


def test_a_host_of_the_change_that_nothing_is_planned_for_is_told():
    found = answers(replace(PLANNED, backup_plan=(FILES,)), a_set("w", FILES))
    assert found[WEB.id][0] is True
    assert found[DB.id] == (False, "The plan backs up nothing of it, not even its facts.")


def test_the_measured_time_of_a_set_of_several_hosts_counts_once():
    both = a_set("b", FILES, ORDERS, restore_s=600)
    assert rollback_time(PLANNED, (both,)).restore_s == 600
    alone = (a_set("w", FILES, restore_s=600), a_set("d", ORDERS, restore_s=300))
    assert rollback_time(PLANNED, alone).restore_s == 900
