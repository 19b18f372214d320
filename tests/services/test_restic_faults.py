"""restic on a host that is killed, has no room, loses its link, or answers in a way of its own."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, SourceKind
from app.errors import CommandFailed
from app.services.backup.restic import scripts
from tests.faults.ledger import tried
from tests.faults.rounds import SOAK, rounds
from tests.services.conftest import keep_host
from tests.services.test_restic import PASSWORD, Shop, lock_held, restic
from tests.small_disk import small_disk
from tests.ssh.proxy import Proxy

pytestmark = [
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed"),
    *([pytest.mark.soak] if SOAK else []),
]


@pytest.fixture
def shop(opened, made, ssh_host, tmp_path):
    return Shop(opened, made, ssh_host, tmp_path)


def processes(word: str) -> list[int]:
    """Return the numbers of the processes that have a word among their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_bytes().decode(errors="replace"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def none_left(word: str) -> bool:
    """Whether no process with a word is left, after a moment in which they may end."""
    end_s = time.monotonic() + 15
    while (left := processes(word)) and time.monotonic() < end_s:
        time.sleep(0.1)
    return not left


def nothing_keeps_the_password(*folders: Path) -> bool:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return all(PASSWORD.encode() not in path.read_bytes() for path in files)


def snapshots(place: Path) -> str:
    return restic(place, "snapshots", "--json").strip()


def test_a_full_disk_of_the_repository_counts_for_nothing_and_works_again_with_room(
    opened, made, ssh_host, tmp_path
):
    with small_disk(tmp_path / "disk", "8m") as disk:
        shop = Shop(opened, made, ssh_host, tmp_path, disk / "repo")
        first = shop.take()
        (shop.folder / "big.bin").write_bytes(os.urandom(6 << 20))
        (disk / "ballast").write_bytes(bytes(5 << 20))
        with pytest.raises(CommandFailed, match="disk of the repository is full") as caught:
            shop.take()
        error = caught.value
        assert (error.host, error.step) == (ssh_host.name, "restic backup")
        assert "Make room" in error.hint
        assert [one.id for one in shop.kept().external_backups] == [first.id]
        assert shop.logged().count("No backup by restic that counts") == 1
        (disk / "ballast").unlink()
        assert shop.drill(first).drill.passed, "what was taken before is untouched"
        (shop.folder / "big.bin").unlink()
        assert shop.take().identifier != first.identifier


def test_restic_that_is_killed_leaves_no_snapshot_and_nothing_proven(shop):
    with (shop.folder / "huge.bin").open("wb") as file:
        file.truncate(40 << 30)
    failed: list[CommandFailed] = []
    taking = threading.Thread(target=lambda: _caught(shop.take, failed))
    taking.start()
    try:
        (pid,) = _awaited(lambda: [p for p in processes(str(shop.place)) if _is_backup(p)])
        os.kill(pid, signal.SIGKILL)
    finally:
        taking.join(60)
    (error,) = failed
    assert error.text == "restic ended with code 137."
    assert (error.host, error.step) == (shop.host.name, "restic backup")
    assert shop.kept().external_backups == ()
    assert snapshots(shop.place) in ("[]", "null")
    assert none_left(str(shop.place))
    (shop.folder / "huge.bin").unlink()
    restic(shop.place, "unlock")  # its owner does: what was killed has left a lock
    assert shop.take().identifier in snapshots(shop.place)


def test_a_lock_that_nobody_frees_is_waited_for_and_then_asked_about(shop):
    shop.with_ = replace(shop.with_, lock_pauses_s=(0.1, 0.1))
    with lock_held(shop.place) as holder:
        holder.kill()  # so that its lock stays for ever
        holder.wait(30)
        held = sorted((shop.place / "locks").iterdir())
        with pytest.raises(CommandFailed, match="locked by another") as caught:
            shop.take()
    assert "If none runs, its owner frees it; this program never does." in caught.value.hint
    assert set(held) <= set((shop.place / "locks").iterdir())
    assert shop.kept().external_backups == ()
    assert shop.logged().count("No backup by restic that counts") == 1


def test_a_lock_that_is_freed_meanwhile_costs_time_and_nothing_else(shop):
    shop.with_ = replace(shop.with_, lock_pauses_s=(0.5,) * 40)
    with lock_held(shop.place) as holder:
        freed = threading.Timer(2.0, holder.stdin.close)
        freed.start()
        item = shop.take()
        freed.join()
    assert item.identifier in snapshots(shop.place)


@pytest.fixture
def stub(opened, made, tmp_path) -> Iterator[Shop]:
    """A shop whose host has a restic of its own, which says what the test writes."""
    tools = tmp_path / "tools"
    tools.mkdir()
    with PrivateSshd(tmp_path / "sshd", env={"PATH": f"{tools}:/usr/bin:/bin"}) as server:
        host = server.host("web-02")
        keep_host(opened, host)
        yield Shop(opened, made, host, tmp_path)


def say(shop: Shop, backup: str, version: str = "0.17.1") -> None:
    """Let the host's restic do this for a backup, and be itself for everything else."""
    program = shop.folder.parent / "tools" / "restic"
    program.write_text(
        '#!/bin/sh\ncase "$*" in\n'
        f"version) echo 'restic {version} compiled with go1.22 on linux/amd64';;\n"
        f"*' backup '*) cat >/dev/null; {backup};;\n"
        f'*) exec {shutil.which("restic")} "$@";;\nesac\n'
    )
    program.chmod(0o755)


ENDS = (
    ("echo fine; exit 77", "0.17.1", "restic ended with code 77."),
    ("exit 1", "0.14.0", "restic ended with code 1."),
    ("exit 10", "0.17.1", "There is no repository"),
    ("exit 12", "0.17.1", "password is wrong"),
    ("kill -9 $$", "0.17.1", "restic ended with code 137."),
    ('echo \'{"message_type":"summary"}\'', "0.17.1", "did not say what it has kept"),
    ("echo nonsense", "0.17.1", "did not say what it has kept"),
    (":", "0.17.1", "did not say what it has kept"),
)


def test_whatever_restic_ends_with_only_what_it_has_named_counts(stub):
    for n, (said, version, words) in enumerate(ENDS, start=1):
        say(stub, said, version)
        with tried(3, "restic that ends in a way of its own: no snapshot counts"):
            with pytest.raises(CommandFailed) as caught:
                stub.take()
            assert words in caught.value.text
            assert (caught.value.host, caught.value.step) == ("web-02", "restic backup")
            assert caught.value.hint
            assert stub.kept().external_backups == ()
            assert stub.logged().count("No backup by restic that counts") == n


def test_exit_code_11_is_tried_again_before_a_person_is_asked(stub):
    stub.with_ = replace(stub.with_, lock_pauses_s=(0.1, 0.1))
    count = stub.folder.parent / "count"
    say(stub, f"echo >>{count}; exit 11")
    with pytest.raises(CommandFailed, match="locked by another"):
        stub.take()
    assert len(count.read_text()) == 3


def test_a_snapshot_that_lacks_something_is_partial_names_it_and_counts_for_nothing(
    opened, made, ssh_host, tmp_path
):
    """restic itself: it cannot read the memory of a process from its beginning."""
    shop = Shop(opened, made, ssh_host, tmp_path)
    with subprocess.Popen(["sleep", "600"]) as process:
        unread = f"/proc/{process.pid}/mem"
        source = BackupSource(SourceKind.FILES, ssh_host.id, (str(shop.folder), unread))
        shop.source = source
        shop.change = made(hosts=(ssh_host.id,), backup_plan=(source,))
        try:
            with pytest.raises(CommandFailed, match="snapshot is incomplete") as caught:
                shop.take()
        finally:
            process.kill()
    assert unread in caught.value.text
    assert "counts for nothing" in caught.value.hint
    assert shop.kept().external_backups == ()


def test_a_password_that_arrives_torn_is_waited_for_again(shop, ssh_server):
    job = "b" * 8
    folder = ssh_server.state / "changedesk" / "jobs" / job
    folder.mkdir(parents=True)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(shop.folder),
                   "XDG_STATE_HOME": str(ssh_server.state)}  # fmt: skip
    command = scripts.take(job, str(shop.place), "T", (str(shop.folder),))
    started = subprocess.Popen(
        ["sh", "-c", command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for piece in (PASSWORD[:4], "", f"{PASSWORD}\n"):
        fed = subprocess.run(
            ["sh", "-c", scripts.FEED, "sh", job], input=piece.encode(), env=environment,
            check=False, timeout=60,
        )  # fmt: skip
        assert fed.returncode == 0
        time.sleep(0.3)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 0, err
    assert b"snapshot_id" in out
    assert nothing_keeps_the_password(ssh_server.state)
    shutil.rmtree(folder)


def test_a_link_that_is_cut_while_the_password_goes_over_it_leaves_nothing_behind(
    opened, made, ssh_server, tmp_path
):
    """However it ends: in words or with a snapshot, and no process, pipe or password stays."""
    with Proxy(ssh_server.port) as proxy:
        host = replace(ssh_server.host("far-01"), port=proxy.port)
        keep_host(opened, host)
        shop = Shop(opened, made, host, tmp_path)
        failed: list[CommandFailed] = []
        for turn in range(rounds(4, 40)):
            with tried(14, "link cut while a password is handed over: ends, leaves nothing"):
                with _cut_at_the_pipe(proxy, ssh_server.state, 0.03 * turn):
                    _caught(shop.take, failed)
                assert all(error.host == "far-01" and error.hint for error in failed)
                assert none_left(str(shop.place))
                assert not list(ssh_server.state.rglob("key"))
                assert nothing_keeps_the_password(ssh_server.state)
                assert len(shop.kept().external_backups) == turn + 1 - len(failed)
        assert shop.kept().external_backups


@contextmanager
def _cut_at_the_pipe(proxy: Proxy, state: Path, later_s: float) -> Iterator[None]:
    """Cut the link once: so long after the pipe for a password was made on the host."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            if list(state.glob("changedesk/jobs/*/key")):
                over.wait(later_s)
                proxy.cut()
                return

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _caught(work, failed: list[CommandFailed]) -> None:
    try:
        work()
    except CommandFailed as error:
        failed.append(error)


def _is_backup(pid: int) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return words[0] == b"restic" and b"backup" in words


def _awaited(found):
    end_s = time.monotonic() + 30
    while not (there := found()):
        assert time.monotonic() < end_s
        time.sleep(0.02)
    return there
