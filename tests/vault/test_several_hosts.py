"""One set of several hosts: sealed together or not at all, proven together, put back one by one."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.host import Host
from app.domain.ids import HostId, SetId, new_id
from app.domain.restore import RestoreWish
from app.errors import BackupFailed, Busy, ConnectionLost, VaultDamaged
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskContext
from app.vault import locks, scripts
from app.vault.format import Manifest, VaultRecord, decode, encode
from app.vault.lanes import Stopped, side_by_side
from tests.vault.local_remote import KEY, LocalRemote

WEB = Host(HostId("host-web"), "web01", "127.0.0.1", key=KEY)
DB = Host(HostId("host-db"), "db01", "127.0.0.1", key=KEY)
BY = {"by": "ada", "context": TaskContext()}


@dataclass
class Broken(LocalRemote):
    """A host whose link breaks in the middle of its archive."""

    @contextmanager
    def stream(self, script, *args, idle_s=60.0):
        if script != scripts.FACTS:
            raise ConnectionLost("The link broke.")
        with super().stream(script, *args, idle_s=idle_s) as stream:
            yield stream


@pytest.fixture
def web(small_path) -> LocalRemote:
    return LocalRemote(WEB, {"PATH": small_path})


@pytest.fixture
def db(small_path) -> LocalRemote:
    return LocalRemote(DB, {"PATH": small_path})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "srv" / "site"
    root.mkdir(parents=True)
    (root / "index.html").write_text("old")
    (root / "same.name").write_text("of the web server")
    return root


def wanted(site: Path, shop: Path) -> tuple[BackupSource, ...]:
    return (
        BackupSource(SourceKind.FILES, WEB.id, (str(site),)),
        BackupSource(SourceKind.FILES, DB.id, (str(shop / "conf"),)),
        BackupSource(SourceKind.SQLITE, DB.id, database=str(shop / "shop.sqlite")),
    )


def take_both(vault, remotes, sources):
    request = CaptureRequest(SetId(new_id()), tuple(r.host for r in remotes), sources, by="ada")
    return vault.capture(request, remotes, TaskContext())


@pytest.fixture
def taken(vault, web, db, site, shop):
    return take_both(vault, (web, db), wanted(site, shop))


def manifest_of(vault, item) -> dict:
    return json.loads((vault.root / item.path / "set.json").read_bytes())


def test_one_manifest_names_the_host_of_every_part(vault, taken):
    told = manifest_of(vault, taken)
    assert told["format"] == 2
    assert [told["host"]["name"], *(one["name"] for one in told["others"])] == ["web01", "db01"]
    parts = [(one["stored"]["host_name"], one["stored"]["name"]) for one in told["objects"]]
    assert parts == [
        ("web01", "01-web01-files.tar.zst.age"),
        ("web01", "02-web01-facts.txt.zst.age"),
        ("db01", "03-db01-files.tar.zst.age"),
        ("db01", "04-db01-sqlite-shop.sqlite.zst.age"),
        ("db01", "05-db01-facts.txt.zst.age"),
    ]
    assert taken.hosts == {WEB.id: "web01", DB.id: "db01"}
    assert (taken.host_name, taken.state) == ("web01, db01", CaptureState.CAPTURED)
    assert len(list((vault.root / taken.path).rglob("set.sig"))) == 1
    (again,) = vault.sets()
    assert again == taken


def test_what_the_plan_names_is_held_of_its_own_host_only(taken, site, shop):
    files, conf, database = wanted(site, shop)
    assert taken.holds(files)
    assert taken.holds(conf)
    assert taken.holds(database)
    moved = BackupSource(SourceKind.SQLITE, WEB.id, database=database.database)
    assert not taken.holds(moved)


def test_all_hosts_are_proven_together(vault, web, db, taken):
    for level in (Level.INTACT, Level.READABLE, Level.MATCHES_SOURCE, Level.RESTORED):
        proof = vault.verify(taken, level, remotes=(web, db), **BY)
        assert proof.outcome is Outcome.PASSED, proof
    with_one = vault.verify(taken, Level.MATCHES_SOURCE, remotes=(web,), **BY)
    assert with_one.outcome is Outcome.NOT_DONE
    assert "db01: There is no connection" in with_one.detail


def test_a_host_that_differs_is_named_and_fails_the_set(vault, web, db, taken, shop):
    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    proof = vault.verify(taken, Level.MATCHES_SOURCE, remotes=(web, db), **BY)
    assert proof.outcome is Outcome.FAILED
    assert proof.detail.startswith("db01: 1 of ")
    assert "web01" not in proof.detail


def test_when_one_host_breaks_nothing_is_sealed_and_host_and_step_are_named(
    vault, web, small_path, site, shop
):
    broken = Broken(DB, {"PATH": small_path})
    with pytest.raises(ConnectionLost) as caught:
        take_both(vault, (web, broken), wanted(site, shop))
    assert caught.value.host == "db01"
    assert caught.value.step == f"backup of {shop / 'conf'}"
    assert vault.sets() == []
    assert list(vault.root.glob("sets/*/*")) == []


def test_when_nothing_of_one_host_can_be_captured_nothing_is_sealed(vault, web, db, site, shop):
    files, *_ = wanted(site, shop)
    gone = BackupSource(SourceKind.SQLITE, DB.id, database="/nowhere.sqlite")
    with pytest.raises(BackupFailed) as caught:
        take_both(vault, (web, db), (files, gone))
    assert (caught.value.host, caught.value.step) == ("db01", "backup")
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_host_that_is_being_backed_up_is_waited_for_by_nobody(vault, web, db, site, shop):
    lock = vault.core.layout.host_lock(DB.id)
    with (
        locks.hold(lock, what="held"),
        pytest.raises(Busy, match="db01 is running already"),
    ):
        take_both(vault, (web, db), wanted(site, shop))
    again = take_both(vault, (web, db), wanted(site, shop))
    assert len(again.objects) == 5


def test_each_host_is_put_back_by_itself(vault, web, db, taken, site, shop):
    (site / "index.html").write_text("new")
    (shop / "conf" / "shop.ini").write_text("workers = 64\n")
    found = vault.difference(taken, web, TaskContext(), RestoreWish())
    assert {line.path for line in found.lines} == {str(site / "index.html")}
    result = vault.restore_on_host(taken, web, TaskContext(), RestoreWish())
    assert result.restored == (str(site),)
    assert (site / "index.html").read_text() == "old"
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 64\n"
    (source,) = vault.overwritten(taken, web, TaskContext(), RestoreWish())
    assert source.host == WEB.id


def test_the_plan_has_a_part_for_every_host(vault, taken):
    steps = vault.plan(taken)
    assert list(dict.fromkeys(step.host for step in steps)) == ["web01", "db01"]
    own = vault.plan(taken, DB.id)
    assert own == [step for step in steps if step.host == "db01"] or own == tuple(
        step for step in steps if step.host == "db01"
    )
    text = (vault.root / taken.path / "RESTORE-PLAN.txt").read_text()
    assert text.index("RESTORE PLAN for web01") < text.index("RESTORE PLAN for db01")
    with pytest.raises(VaultDamaged, match="holds nothing of that host"):
        vault.plan(taken, HostId("another"))


def test_one_host_is_looked_into_and_unpacked_alone(vault, taken, tmp_path, site):
    catalogue = vault.browse(taken, TaskContext(), DB.id)
    try:
        assert catalogue.search("same.name", 5).entries == ()
        assert len(catalogue.search("shop.ini", 5).entries) == 1
    finally:
        catalogue.close()
    target = tmp_path / "out"
    path = str(site / "same.name")
    result = vault.restore(taken, target, TaskContext(), paths=(path,), host=WEB.id)
    assert result.members == 1
    (found,) = target.rglob("same.name")
    assert found.read_text() == "of the web server"
    everything = vault.restore(taken, tmp_path / "all", TaskContext())
    assert len(everything.restored) == 5


def test_a_set_of_one_host_is_written_as_before(vault, db, shop):
    sources = (BackupSource(SourceKind.FILES, DB.id, (str(shop / "conf"),)),)
    item = take_both(vault, (db,), sources)
    told = manifest_of(vault, item)
    assert (told["format"], told["others"]) == (1, [])
    assert told["objects"][0]["stored"]["name"] == "01-files.tar.zst.age"


def test_an_earlier_program_would_refuse_a_set_of_several_hosts(vault, taken):
    """Only manifests know the second format: it put everything back on the first host."""
    data = (vault.root / taken.path / "set.json").read_bytes()
    assert decode(data, Manifest, what="it").format == 2
    record = encode(replace(vault.core.record, format=2))
    with pytest.raises(VaultDamaged, match="later version"):
        decode(record, VaultRecord, what="vault.json")


def test_lanes_go_at_the_same_time_and_the_first_trouble_is_told():
    barrier = Barrier(3, timeout=5)

    def meet(answer: int):
        barrier.wait()
        return answer

    assert side_by_side([lambda n=n: meet(n) for n in range(3)]) == [0, 1, 2]
    stopped = []

    def fail():
        raise BackupFailed("first")

    def follow():
        while not stopped:
            pass
        raise Stopped

    with pytest.raises(BackupFailed, match="first"):
        side_by_side([follow, fail, follow], lambda: stopped.append(True))
