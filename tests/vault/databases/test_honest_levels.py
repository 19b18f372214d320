"""A level is claimed only where it was tried: with its tools, and for a kind that has a way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.backup import BackupSource, Level, Outcome, SourceKind
from app.services.backup.backup_gate import Demand, gate_host
from app.tasks import TaskContext
from tests.fakes import NOON
from tests.vault.conftest import take
from tests.vault.databases.archives import archive, shop
from tests.vault.databases.conftest import prove_all, source_of
from tests.vault.local_remote import FEW_TOOLS, HOST, LocalRemote, few_tools
from tests.vault.test_capture_faults import tool


@pytest.fixture
def bare(monkeypatch, tmp_path) -> str:
    """This computer without any tool of a database; returns its PATH."""
    more = ("tee", "tr", "sed", "grep", "tail", "od", "sleep", "dirname")
    path = few_tools(tmp_path / "bare", *FEW_TOOLS, *more)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setattr("app.processes._ADMIN_FOLDERS", ())
    return path


def test_the_tools_of_the_host_are_used_where_there_are_none_here(keeper, with_tools, redis, bare):
    taken = take(keeper, with_tools, source_of(SourceKind.REDIS, redis))
    proofs = prove_all(keeper, taken, with_tools)
    assert [proof.outcome for proof in proofs] == [Outcome.PASSED] * 5, proofs
    assert "on shop-1" in proofs[Level.RESTORED].detail


def test_without_its_tools_anywhere_no_level_is_claimed(keeper, with_tools, redis, bare):
    taken = take(keeper, with_tools, source_of(SourceKind.REDIS, redis))
    nowhere = LocalRemote(env={"PATH": bare, "TMPDIR": with_tools.env["TMPDIR"]})
    for level in (Level.READABLE, Level.MATCHES_SOURCE, Level.RESTORED):
        proof = keeper.verify(taken, level, by="", context=TaskContext(), remotes=(nowhere,))
        assert proof.outcome is Outcome.NOT_DONE, proof.detail
        assert "not installed" in proof.detail
        assert "this computer" in proof.detail
        assert "shop-1" in proof.detail


def test_mongodb_stays_readable_and_does_not_open_a_gate_that_asks_for_more(
    keeper, with_tools, tools
):
    (tools / "whole.archive").write_bytes(archive(shop()))
    tool(tools, "mongodump", f"cat {tools}/whole.archive")
    source = BackupSource(SourceKind.MONGODB, HOST.id, database="shop")
    taken = take(keeper, with_tools, source)
    proofs = prove_all(keeper, taken, with_tools)
    assert [proof.outcome for proof in proofs] == [
        *[Outcome.PASSED] * 3, Outcome.NOT_DONE, Outcome.NOT_DONE,
    ]  # fmt: skip
    assert "MongoDB is not compared" in proofs[Level.MATCHES_SOURCE].detail
    item = replace(taken, verifications=tuple(proofs))
    assert item.level is Level.READABLE
    now = NOON + timedelta(hours=1)
    for level, met in ((Level.READABLE, True), (Level.MATCHES_SOURCE, False)):
        answer = gate_host([source], [item], Demand(level, timedelta(hours=24), now))
        assert answer.met is met, answer.sentence


def test_a_source_on_another_server_is_not_held_by_a_set_of_the_usual_one(
    keeper, with_tools, redis
):
    source = source_of(SourceKind.REDIS, redis)
    taken = take(keeper, with_tools, source)
    assert taken.holds(source)
    assert not taken.holds(replace(source, server=""))
    assert not taken.holds(replace(source, server="127.0.0.1:6380"))
