"""Taking a set: what is sealed, in which order, and what is refused."""

import json
import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.ids import ChangeId, SetId, new_id
from app.errors import (
    BackupFailed,
    Busy,
    DiskFull,
    InvalidInput,
    SecretUnavailable,
)
from app.services.ports.vault import CaptureRequest
from app.tasks import Progress, TaskCancelled, TaskContext
from app.vault import locks
from app.vault.format import Manifest, decode, sha256
from app.vault.vault import LocalVault
from tests.vault.conftest import sources, take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools


def files(remote, root, *exclude):
    return BackupSource(SourceKind.FILES, remote.host.id, (str(root),), exclude)


def database(remote, path):
    return BackupSource(SourceKind.SQLITE, remote.host.id, database=str(path))


def unsealed(vault) -> list[Path]:
    return [path for path in vault.root.glob("sets/*/*") if not (path / "set.json").exists()]


def test_a_set_of_files_a_database_and_facts_is_captured_and_proven(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    assert found.state is CaptureState.CAPTURED
    assert [item.name for item in found.objects] == [
        "01-files.tar.zst.age",
        "02-sqlite-shop.sqlite.zst.age",
        "03-facts.txt.zst.age",
    ]
    assert found.level is Level.CAPTURED
    for level in Level:
        outcome = vault.verify(found, level, by="ada", context=TaskContext(), remotes=(remote,))
        assert outcome.outcome is Outcome.PASSED, outcome.detail


def test_the_folder_of_a_set_is_laid_out_as_its_page_says(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    folder = vault.root / found.path
    assert found.path == f"sets/2026/{found.id}"
    inside = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert inside == [
        "RESTORE-PLAN.txt",
        "index/01.jsonl.zst.age",
        "log/01.stderr",
        "log/02.stderr",
        "log/03.stderr",
        "objects/01-files.tar.zst.age",
        "objects/02-sqlite-shop.sqlite.zst.age",
        "objects/03-facts.txt.zst.age",
        "set.json",
        "set.sig",
    ]
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in inside} == {0o400}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(vault.root.stat().st_mode) == 0o700


def test_the_manifest_says_everything_and_is_canonical(vault, remote, shop):
    request = CaptureRequest(
        SetId(new_id()), (remote.host,), sources(remote, shop), ChangeId("c1"), "ada"
    )
    found = vault.capture(request, (remote,), TaskContext())
    data = (vault.root / found.path / "set.json").read_bytes()
    told = json.loads(data)
    assert data == (json.dumps(told, sort_keys=True, separators=(",", ":")) + "\n").encode()
    assert (told["set"], told["change"], told["by"]) == (found.id, "c1", "ada")
    assert told["host"]["key_sha256"] == "SHA256:fake"
    assert told["host"]["machine_id"] == Path("/etc/machine-id").read_text().strip()
    assert sha256(data) == found.manifest_sha256
    first, second, third = told["objects"]
    assert first["stored"]["exit_codes"] == {"ssh": 0, "tar": 0}
    assert second["stored"]["exit_codes"].keys() == {"cat", "sqlite", "ssh"}
    assert third["stored"]["exit_codes"] == {"facts": 0, "ssh": 0}
    assert all(item["end_seen"] for item in told["objects"])
    assert first["source"]["exclude"] == ["*.sqlite*"]
    assert first["stored"]["members"] == 7
    assert "GNU tar" in first["tools"]["tar"]
    stored = vault.root / found.path / "objects" / first["stored"]["name"]
    assert sha256(stored.read_bytes()) == first["stored"]["stored_sha256"]


def test_everything_is_durable_before_the_manifest_appears(vault, remote, shop):
    seen: list[tuple[str, bool]] = []

    def step(name: str) -> None:
        seen.append((name, any(vault.root.glob("sets/*/*/set.json"))))

    watched = LocalVault(replace(vault.core, step=step))
    take(watched, remote, files(remote, shop))
    assert [name for name, _ in seen][-3:] == [
        "sealing begins",
        "signature is durable",
        "manifest is durable",
    ]
    assert [there for _, there in seen] == [False] * (len(seen) - 1) + [True]


def test_no_plain_byte_of_a_server_lies_in_the_vault(vault, remote, shop):
    (shop / "secret.txt").write_text("canary-7f3a9" * 500)
    take(vault, remote, *sources(remote, shop))
    for path in vault.root.rglob("*"):
        if path.is_file():
            assert b"canary-7f3a9" not in path.read_bytes(), path


def test_a_second_backup_of_the_same_host_is_refused_while_one_runs(vault, remote, shop):
    with (
        locks.hold(vault.core.layout.host_lock(remote.host.id), what="x"),
        pytest.raises(Busy, match="running already"),
    ):
        take(vault, remote, files(remote, shop))
    assert take(vault, remote, files(remote, shop)).level is Level.CAPTURED


def test_too_little_room_is_refused_before_anything_is_sent(vault, remote, shop, monkeypatch):
    monkeypatch.setattr("app.vault.taking.free_bytes", lambda folder: 1 << 20)
    with pytest.raises(DiskFull, match=r"17\.\d.MB are needed"):
        take(vault, remote, files(remote, shop))
    assert not unsealed(vault)


def test_without_the_signing_key_nothing_is_started(vault, remote, shop):
    reader = LocalVault(replace(vault.core, keys=replace(vault.core.keys, seed=None)))
    with pytest.raises(SecretUnavailable, match="nothing can be sealed"):
        take(reader, remote, files(remote, shop))
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_stop_leaves_nothing_behind(vault, remote, shop):
    context = TaskContext()

    def stop(progress: Progress) -> None:
        context.cancel()

    context._report = stop
    request = CaptureRequest(SetId(new_id()), (remote.host,), sources(remote, shop))
    with pytest.raises(TaskCancelled):
        vault.capture(request, (remote,), context)
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_file_that_is_not_there_makes_the_set_partial(vault, remote, shop):
    source = BackupSource(SourceKind.FILES, remote.host.id, (str(shop), "/nowhere/at/all"))
    found = take(vault, remote, source)
    assert found.state is CaptureState.PARTIAL
    assert "./nowhere/at/all: Cannot stat: No such file" in found.objects[0].warnings[0]
    assert not found.usable


def test_a_database_that_fails_makes_the_set_partial_and_leaves_no_object(vault, remote, shop):
    found = take(vault, remote, files(remote, shop), database(remote, "/nowhere.sqlite"))
    assert found.state is CaptureState.PARTIAL
    assert not found.usable
    failed = found.objects[1]
    assert (failed.state, failed.stored_bytes) == (CaptureState.FAILED, 0)
    assert "no such database file" in " ".join(failed.warnings)
    names = [path.name for path in (vault.root / found.path / "objects").iterdir()]
    assert sorted(names) == ["01-files.tar.zst.age", "03-facts.txt.zst.age"]
    assert vault.verify(found, Level.READABLE, by="", context=TaskContext()).outcome == "passed"


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0" + b"x" * 90])
def test_a_file_that_is_no_database_is_not_captured_as_one(vault, remote, tmp_path, content):
    (tmp_path / "odd.sqlite").write_bytes(content)
    with pytest.raises(BackupFailed):
        take(vault, remote, database(remote, tmp_path / "odd.sqlite"))
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_live_database_is_copied_with_what_is_in_its_log(vault, remote, shop, tmp_path):
    (tmp_path / "tmp").mkdir()
    remote.env["TMPDIR"] = str(tmp_path / "tmp")
    with closing(sqlite3.connect(shop / "shop.sqlite")) as live:
        live.execute("INSERT INTO orders (item) VALUES ('in the log only')")
        live.commit()
        assert (shop / "shop.sqlite-wal").stat().st_size
        found = take(vault, remote, database(remote, shop / "shop.sqlite"))
    vault.restore(found, tmp_path / "out", TaskContext())
    with closing(sqlite3.connect(tmp_path / "out" / "01-sqlite-shop.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM orders").fetchone() == (501,)
    assert not list((tmp_path / "tmp").iterdir()), "the copy on the server is removed"


def test_python_copies_a_database_where_the_sqlite_command_is_missing(vault, shop, tmp_path):
    tools = [name for name in FEW_TOOLS if name != "sqlite3"]
    remote = LocalRemote(env={"PATH": few_tools(tmp_path / "bin", *tools, "python3")})
    found = take(vault, remote, database(remote, shop / "shop.sqlite"))
    proof = vault.verify(found, Level.READABLE, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED, proof.detail


def test_without_any_tool_for_databases_nothing_is_sealed(vault, shop, tmp_path):
    tools = [name for name in FEW_TOOLS if name != "sqlite3"]
    remote = LocalRemote(env={"PATH": few_tools(tmp_path / "bin", *tools)})
    with pytest.raises(BackupFailed, match="neither sqlite3 nor python3"):
        take(vault, remote, database(remote, shop / "shop.sqlite"))


def test_files_named_by_a_pattern_are_left_out(vault, remote, shop, tmp_path):
    found = take(vault, remote, files(remote, shop, f"{shop}/conf", "*.bin", "*.sqlite*"))
    vault.restore(found, tmp_path / "out", TaskContext())
    back = tmp_path / "out" / "01-files" / str(shop).lstrip("/")
    assert sorted(os.listdir(back)) == ["empty", "link.ini", "same.ini"]


def test_a_set_without_any_path_is_refused(vault, remote):
    with pytest.raises(InvalidInput):
        take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id))


def test_the_manifest_can_be_read_back_as_it_was_written(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    data = (vault.root / found.path / "set.json").read_bytes()
    manifest = decode(data, Manifest, what="set.json")
    assert manifest.state is CaptureState.CAPTURED
    assert manifest.estimate_bytes >= 300_000
    assert manifest.plain_bytes == found.plain_bytes
    assert [record.source.kind for record in manifest.objects] == ["files", "sqlite", "facts"]
