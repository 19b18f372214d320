"""Hosts are taken over with their jump hosts, and never over the head of one that is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.host import Login
from app.domain.host_import import FoundHost, FoundHosts, Standing
from app.errors import IllegalMove, InvalidInput
from app.services.change.changes import Desk
from app.services.host.host_imports import import_hosts, plan_import
from app.services.host.hosts import add_host, edit_host, new_host
from app.services.host.legacy_hosts import LONGEST_DAYS, allow_legacy, end_legacy
from tests.fakes import MemoryStore, SetClock


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def desk(store: MemoryStore) -> Desk:
    return Desk(store.unit_of_work, SetClock(), "Sipho")


def one(name: str, *hops: str, address: str = "", port: int = 22) -> FoundHost:
    address = address or f"{name}.example"
    return FoundHost(name, address, port, "deploy", Login.AGENT, "", hops, "config", 1)


def found(*hosts: FoundHost) -> FoundHosts:
    return FoundHosts(hosts, ())


def standings(what: FoundHosts, desk: Desk) -> dict[str, Standing]:
    return {c.found.name: c.standing for c in plan_import(what, desk=desk).candidates}


def test_wanted_hosts_are_kept_with_the_way_to_them(store: MemoryStore, desk: Desk) -> None:
    what = found(one("db", "outer", "inner"), one("outer"), one("inner"), one("other"))
    taken = import_hosts(what, ["db"], desk=desk)
    kept = {host.name: host for host in store.kinds["hosts"].values()}
    assert [host.name for host in taken] == ["outer", "inner", "db"]
    assert set(kept) == {"db", "outer", "inner"}
    assert kept["db"].jump == kept["inner"].id
    assert kept["inner"].jump == kept["outer"].id
    assert kept["outer"].jump is None
    assert all(host.key is None for host in kept.values())
    assert store.kinds_logged() == ["host.added"] * 3


def test_what_is_kept_stays_as_it_is_and_is_said(store: MemoryStore, desk: Desk) -> None:
    add_host(replace(new_host("same", "same.example"), user="deploy"), desk=desk)
    add_host(new_host("moved", "10.0.0.9"), desk=desk)
    what = found(one("same"), one("moved"), one("new"))
    assert standings(what, desk) == {
        "same": Standing.KEPT, "moved": Standing.DIFFERENT, "new": Standing.NEW,
    }  # fmt: skip
    taken = import_hosts(what, ["same", "moved", "new"], desk=desk)
    assert [host.name for host in taken] == ["new"]
    assert plan_import(what, desk=desk).candidates[1].why == "moved is kept as root@10.0.0.9:22"


def test_kept_jump_host_is_used_when_it_is_the_same(desk: Desk) -> None:
    gate = add_host(replace(new_host("gate", "gate.example"), user="deploy"), desk=desk)
    (db,) = import_hosts(found(one("gate"), one("db", "gate")), ["db"], desk=desk)
    assert db.jump == gate.id


@pytest.mark.parametrize(
    ("hosts", "why"),
    [
        ((one("db", "gate"), one("gate", "db")), "circle"),
        ((one("db", "nowhere"),), "nowhere cannot be used"),
        ((one("db", address="$(reboot)"),), "is not a host name"),
        ((one("db", "a", "b"), one("a"), one("b", "c"), one("c")), "another way"),
    ],
)
def test_host_that_cannot_be_used_is_said_and_nothing_is_kept(
    store: MemoryStore, desk: Desk, hosts: tuple[FoundHost, ...], why: str
) -> None:
    what = found(*hosts)
    (candidate,) = [c for c in plan_import(what, desk=desk).candidates if c.found.name == "db"]
    assert candidate.standing is Standing.UNUSABLE
    assert why in candidate.why
    with pytest.raises(InvalidInput, match=why):
        import_hosts(what, ["db"], desk=desk)
    assert not store.kinds.get("hosts")


def test_jump_host_that_is_kept_otherwise_keeps_a_host_out(desk: Desk) -> None:
    add_host(new_host("gate", "10.0.0.1"), desk=desk)
    assert standings(found(one("gate"), one("db", "gate")), desk)["db"] is Standing.UNUSABLE


def test_waiver_needs_a_reason_and_an_end_and_an_edit_keeps_it(desk: Desk) -> None:
    host = add_host(new_host("old", "old.example"), desk=desk)
    today = desk.clock.now().date()
    with pytest.raises(IllegalMove, match="reason"):
        allow_legacy(host.id, " ", today, desk=desk)
    for days in (-1, LONGEST_DAYS + 1):
        with pytest.raises(InvalidInput, match="within"):
            allow_legacy(host.id, "Upgrade", today + timedelta(days=days), desk=desk)
    allowed = allow_legacy(host.id, "Upgrade in {week} 50", today, desk=desk)
    assert allowed.legacy is not None
    assert (allowed.legacy.by, allowed.legacy.until) == ("Sipho", today)
    edited = edit_host(replace(allowed, note="rack 4", legacy=None), desk=desk)
    assert edited.legacy == allowed.legacy
    assert edit_host(replace(edited, port=2222), desk=desk).legacy is None
    assert end_legacy(host.id, desk=desk).legacy is None
