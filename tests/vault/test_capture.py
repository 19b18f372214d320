"""Taking a set: what is sealed, in which order, and what is refused."""

import json
import os
import sqlite3
import stat
import subprocess
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.ids import ChangeId, SetId, new_id
from app.errors import (
    BackupFailed,
    Busy,
    ConnectionLost,
    DiskFull,
    InvalidInput,
    SecretUnavailable,
)
from app.services.ports_vault import CaptureRequest
from app.tasks import Progress, TaskCancelled, TaskContext
from app.vault import locks
from app.vault.format import Manifest, decode, sha256
from app.vault.layout import write_durably
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
        outcome = vault.verify(found, level, by="ada", context=TaskContext(), remote=remote)
        assert outcome.outcome is Outcome.PASSED, outcome.detail


def test_the_folder_of_a_set_is_laid_out_as_its_page_says(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    folder = vault.root / found.path
    assert found.path == f"sets/2026/{found.id}"
    inside = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert inside == [
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
        SetId(new_id()), remote.host, sources(remote, shop), ChangeId("c1"), "ada"
    )
    found = vault.capture(request, remote, TaskContext())
    data = (vault.root / found.path / "set.json").read_bytes()
    told = json.loads(data)
    assert data == (json.dumps(told, sort_keys=True, separators=(",", ":")) + "\n").encode()
    assert (told["set"], told["change"], told["by"]) == (found.id, "c1", "ada")
    assert told["host"]["key_sha256"] == "SHA256:fake"
    assert told["host"]["machine_id"] == Path("/etc/machine-id").read_text().strip()
    assert sha256(data) == found.manifest_sha256
    first, second, third = told["objects"]
    assert first["stored"]["exit_codes"] == {"ssh": 0, "tar": 0}
    assert second["stored"]["exit_codes"].keys() == {"bytes", "cat", "sqlite", "ssh"}
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
    request = CaptureRequest(SetId(new_id()), remote.host, sources(remote, shop))
    with pytest.raises(TaskCancelled):
        vault.capture(request, remote, context)
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


def tool(folder: Path, name: str, script: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


TAR_FAULTS = {
    "killed": "kill -9 $$",
    "killed after data": f'{"/usr/bin/tar"} "$@" | head -c 20000; kill -9 $$',
    "cut with exit 0": '/usr/bin/tar "$@" | head -c 20000; exit 0',
    "empty with exit 0": "exit 0",
    "noise with exit 0": "head -c 20000 /dev/urandom; exit 0",
    "only zeros with exit 0": "head -c 10240 /dev/zero; exit 0",
    "exit 2 after a whole archive": '/usr/bin/tar "$@"; exit 2',
    "exit 64 after a whole archive": '/usr/bin/tar "$@"; exit 64',
    "input error": '/usr/bin/tar "$@"; echo "tar: x: Read error: Input/output error" >&2; exit 2',
    "not installed": "exit 127",
}


@pytest.mark.parametrize("fault", TAR_FAULTS)
def test_a_tar_that_fails_in_any_way_is_never_a_success(vault, shop, tmp_path, fault):
    path = few_tools(tmp_path / "bin")
    tool(
        tmp_path / "bin",
        "tar",
        'case "$*" in *-cf*null*|--version) exit 1 ;; esac\n' + TAR_FAULTS[fault],
    )
    remote = LocalRemote(env={"PATH": path})
    with pytest.raises(BackupFailed, match="nothing was sealed"):
        take(vault, remote, files(remote, shop))
    assert list(vault.root.glob("sets/*/*")) == []


SQLITE_FAULTS = {
    "locked": "echo 'Error: database is locked' >&2; exit 5",
    "killed": "kill -9 $$",
    "nothing written, exit 0": "exit 0",
    "half a copy, exit 0": (
        "for last; do :; done; dest=${last#*\\'}; dest=${dest%\\'}; "
        'head -c 6000 "$4" >"$dest" 2>/dev/null || head -c 6000 "$5" >"$dest"; exit 0'
    ),
}


@pytest.mark.parametrize("fault", SQLITE_FAULTS)
def test_a_database_copy_that_fails_in_any_way_is_never_a_success(vault, shop, tmp_path, fault):
    path = few_tools(tmp_path / "bin")
    tool(tmp_path / "bin", "sqlite3", SQLITE_FAULTS[fault])
    remote = LocalRemote(env={"PATH": path})
    with pytest.raises(BackupFailed):
        take(vault, remote, database(remote, shop / "shop.sqlite"))
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_file_that_changes_while_it_is_read_is_a_warning_with_its_name(vault, shop, tmp_path):
    path = few_tools(tmp_path / "bin")
    tool(
        tmp_path / "bin",
        "tar",
        '/usr/bin/tar "$@"; echo "tar: ./srv/log: file changed as we read it" >&2; exit 1',
    )
    remote = LocalRemote(env={"PATH": path})
    found = take(vault, remote, files(remote, shop))
    assert found.state is CaptureState.WITH_WARNINGS
    assert found.objects[0].warnings == ("tar: ./srv/log: file changed as we read it",)
    assert found.usable


def test_a_noisy_login_shell_does_not_spoil_the_data(vault, shop, small_path, tmp_path):
    noisy = tmp_path / "noisy"
    noisy.write_text('#!/bin/sh\nyes "Welcome! CD-DATA 0" | head -n 3000\nexec sh "$@"\n')
    noisy.chmod(0o755)
    remote = LocalRemote(env={"PATH": f"{small_path}:/usr/bin"}, shell=(str(noisy),))
    found = take(vault, remote, *sources(remote, shop))
    assert found.state is CaptureState.CAPTURED


class Breaking(LocalRemote):
    """A link that breaks after some bytes of the first stream."""

    def stream(self, script, *args, idle_s=60.0):
        whole = super().stream(script, *args, idle_s=idle_s)

        class Broken:
            def __enter__(self):
                stream = whole.__enter__()
                read = stream.read
                left = [30_000]

                def broken(size: int) -> bytes:
                    data = read(min(size, 10_000))
                    left[0] -= len(data)
                    if left[0] < 0:
                        raise ConnectionLost("The link broke.")
                    return data

                stream.read = broken
                return stream

            def __exit__(self, *error):
                return whole.__exit__(*error)

        return Broken()


def test_a_link_that_breaks_seals_nothing_and_a_clean_start_works(vault, remote, shop):
    broken = Breaking(env=remote.env)
    with pytest.raises(ConnectionLost) as caught:
        take(vault, broken, files(remote, shop))
    assert (caught.value.host, "backup of" in caught.value.step) == ("shop-1", True)
    assert list(vault.root.glob("sets/*/*")) == []
    assert take(vault, remote, files(remote, shop)).level is Level.CAPTURED


def test_files_named_by_a_pattern_are_left_out(vault, remote, shop, tmp_path):
    found = take(vault, remote, files(remote, shop, f"{shop}/conf", "*.bin", "*.sqlite*"))
    vault.restore(found, tmp_path / "out", TaskContext())
    back = tmp_path / "out" / "01-files" / str(shop).lstrip("/")
    assert sorted(os.listdir(back)) == ["empty", "link.ini", "same.ini"]


def test_a_set_without_any_path_is_refused(vault, remote):
    with pytest.raises(InvalidInput):
        take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id))


def fill_up(path: Path) -> None:
    with open(path, "wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(1 << 16))


def test_the_disk_fills_up_during_a_backup_and_old_sets_stay_whole(tmp_path, clock, remote, shop):
    from app.vault.opening import create_vault

    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk needs root")
    try:
        made = create_vault(
            small / "vault",
            clock,
            lambda keys, name: keys.keep_in_file(tmp_path / "k", name),
            reserve_bytes=1 << 20,
        )
        old = take(made.vault, remote, files(remote, shop))
        (shop / "noise.bin").write_bytes(os.urandom(45 << 20))
        full = LocalVault(made.vault.core)
        with pytest.raises(DiskFull, match="are needed"):
            take(full, remote, files(remote, shop))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.vault.taking.free_bytes", lambda folder: 1 << 40)
            with pytest.raises(DiskFull, match="disk is full"):
                take(full, remote, files(remote, shop))
        assert not unsealed(full)
        fill_up(small / "filler")
        proof = full.verify(old, Level.INTACT, by="", context=TaskContext())
        assert proof.outcome is Outcome.PASSED
        assert not full.core.layout.reserve.exists(), "the reserve made room for the record"
        (small / "filler").unlink()
        (shop / "noise.bin").unlink()
        assert take(full, remote, files(remote, shop)).level is Level.CAPTURED
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_half_written_record_never_gets_its_name(tmp_path, monkeypatch):
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        write_durably(tmp_path / "set.json", b"{}")
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_can_be_read_back_as_it_was_written(vault, remote, shop):
    found = take(vault, remote, *sources(remote, shop))
    data = (vault.root / found.path / "set.json").read_bytes()
    manifest = decode(data, Manifest, what="set.json")
    assert manifest.state is CaptureState.CAPTURED
    assert manifest.estimate_bytes >= 300_000
    assert manifest.plain_bytes == found.plain_bytes
    assert [record.source.kind for record in manifest.objects] == ["files", "sqlite", "facts"]
