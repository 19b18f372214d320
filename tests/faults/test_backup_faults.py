"""Trouble around backups and restores that no script can play: two programs, hung or full disks."""

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.backup import BackupSet, BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.host import Host
from app.errors import BackupFailed, Busy, TimedOut
from app.secrets import SessionSecrets
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from app.vault.opening import keys_in_file, open_vault
from tests.faults.ledger import trials, tried
from tests.faults.rounds import SOAK, rounds
from tests.small_disk import small_disk
from tests.ssh_fixtures import QUICK
from tests.vault.conftest import sources, take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools
from tests.vault.test_capture_faults import tool
from tests.vault.test_host_restore import orders, put_back, snapshot

pytestmark = [pytest.mark.soak] if SOAK else []

ROOT = Path(__file__).resolve().parents[2]
RESTORES = rounds(8, 200)


def test_a_second_program_does_not_back_up_the_same_host_and_a_killed_one_holds_up_nobody(
    vault,
    shop: Path,
    tmp_path: Path,
) -> None:
    slow = few_tools(tmp_path / "slow", *FEW_TOOLS, "sleep")
    tool(Path(slow), "tar", 'case "$*" in *shop*) sleep 30 ;; esac; exec /usr/bin/tar "$@"')
    command = [
        *(sys.executable, "-m", "tests.faults.backup_child", "alone"),
        *(str(vault.root), str(shop), slow, "0"),
    ]
    quick = LocalRemote(env={"PATH": few_tools(tmp_path / "quick")})
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        try:
            until(lambda: list(vault.root.glob("sets/*/*/*")))
            with pytest.raises(Busy, match="running already") as error:
                take(vault, quick, *sources(quick, shop))
            assert error.value.hint
        finally:
            other.kill()
    taken = once_free(lambda: take(vault, quick, *sources(quick, shop)))
    assert taken.state is CaptureState.CAPTURED
    again = open_vault(
        vault.root, SystemClock(), keys_in_file(vault.root.with_name("vault.key")), reserve_bytes=0
    )
    found = again.reconcile([taken])
    assert found.missing == ()
    assert found.adopted == ()
    assert len(found.quarantined) == 1, "what the killed one had begun"
    assert [item.id for item in again.sets()] == [taken.id]


def once_free(take_it: Callable[[], BackupSet]) -> BackupSet:
    """Take a set as soon as nobody is in the way: what a killed program was about to start holds
    its lock until it has become another program."""
    end_s = time.monotonic() + 5
    while True:
        try:
            return take_it()
        except Busy:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.05)


def until(what: Callable[[], object]) -> None:
    end_s = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end_s, "waited for in vain"
        time.sleep(0.01)


@contextmanager
def hung_mount(place: Path) -> Iterator[Path]:
    """A file system whose server never answers, as one of NFS that has gone; only root can."""
    try:
        device = os.open("/dev/fuse", os.O_RDWR)
    except OSError:
        pytest.skip("there is no /dev/fuse here")
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
    place.mkdir()
    if libc.mount(b"hung", os.fsencode(place), b"fuse", 0, options) != 0:
        os.close(device)
        pytest.skip(f"nothing can be mounted here: {os.strerror(ctypes.get_errno())}")
    try:
        yield place
    finally:
        os.close(device)  # whoever waits for an answer is told that there is none
        libc.umount2(os.fsencode(place), 2)


def test_a_hung_file_system_inside_the_tree_is_passed_by_named_and_waited_for_by_nobody(
    vault,
    ssh_host: Host,
    shop: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.vault.rights._ESTIMATE_S", 1.0)
    wanted = BackupSource(SourceKind.FILES, ssh_host.id, (str(shop),), ("*.sqlite*",))
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, QUICK)
    with hung_mount(shop / "gone"):
        begun_s = time.monotonic()
        taken = take(vault, pool.open(ssh_host), wanted)
        assert time.monotonic() - begun_s < 25
    assert taken.state is CaptureState.PARTIAL
    assert not taken.usable
    assert taken.objects[0].warnings[0] == (
        f"{shop}/gone is a file system of its own (fuse) and not in this backup."
    )
    proof = vault.verify(taken, Level.READABLE, by="", context=TaskContext())
    assert proof.outcome is Outcome.PASSED
    assert take(vault, pool.open(ssh_host), wanted).state is CaptureState.CAPTURED
    pool.close()


def test_a_tar_that_waits_for_ever_is_given_up_and_named(
    vault,
    ssh_host: Host,
    shop: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host that does not say what is mounted where."""
    monkeypatch.setattr("app.vault.rights._ESTIMATE_S", 1.0)
    monkeypatch.setattr("app.vault.producers.FILES_IDLE_S", 1.5)
    monkeypatch.setattr("app.vault.producers.left_out", lambda *about: ())
    wanted = BackupSource(SourceKind.FILES, ssh_host.id, (str(shop),), ("*.sqlite*",))
    pool = RemotePool(SessionSecrets(), lambda _key: ssh_host, QUICK)
    with hung_mount(shop / "gone"), pytest.raises(TimedOut) as error:
        take(vault, pool.open(ssh_host), wanted)
    pool.close()
    assert error.value.host == ssh_host.name
    assert "backup of" in str(error.value.step)
    assert vault.sets() == []


def test_a_disk_that_is_mounted_inside_the_tree_is_named_unless_a_rule_leaves_it_out(
    vault,
    remote: LocalRemote,
    shop: Path,
) -> None:
    """tar itself stays silent about it, and its data would be missed when it is too late."""
    host = remote.host.id
    with small_disk(shop / "own disk", "1m") as disk:
        (disk / "data").write_text("not in the backup")
        taken = take(vault, remote, BackupSource(SourceKind.FILES, host, (str(shop),)))
        assert taken.state is CaptureState.PARTIAL
        assert (
            taken.objects[0].warnings[0].startswith(f"{disk} is a file system of its own (tmpfs)")
        )
        rule = BackupSource(SourceKind.FILES, host, (str(shop),), (str(disk),))
        assert take(vault, remote, rule).state is CaptureState.CAPTURED
        itself = BackupSource(SourceKind.FILES, host, (str(disk),))
        assert take(vault, remote, itself).state is CaptureState.CAPTURED


def test_a_server_whose_disk_is_filled_by_our_own_file_fails_and_gets_its_room_back(
    vault,
    shop: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The estimate was wrong, or somebody else wrote meanwhile: the file does not fit."""
    (shop / "large.bin").write_bytes(os.urandom(3 << 20))
    names = (*FEW_TOOLS, "zstd", "setsid", "tail", "sleep", "grep", "sed", "ls", "mkfifo")
    tools = few_tools(tmp_path / "tools", *names, "timeout", "env", "stdbuf", "rmdir", "touch")
    monkeypatch.setattr("app.vault.spool.SPARE_BYTES", 0)
    with small_disk(tmp_path / "home", "2m") as home:
        there = LocalRemote(env={"PATH": tools, "HOME": str(home), "XDG_STATE_HOME": str(home)})
        tool(Path(tools), "df", 'echo; echo "/dev/x 9 9 99999999 9% /"')
        wanted = BackupSource(SourceKind.FILES, there.host.id, (str(shop),), spool=True)
        with pytest.raises(BackupFailed) as error:
            take(vault, there, wanted)
        assert error.value.host == "shop-1"
        assert list(vault.root.glob("sets/*/*")) == []
        left = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        assert left < 100_000, "what we wrote there is removed"


def test_restores_killed_anywhere_leave_the_original_whole_and_work_the_next_time(
    vault,
    remote: LocalRemote,
    shop: Path,
) -> None:
    """The whole restoring program is killed at a random moment, its server's side included."""
    chance = random.Random(7)
    for path in shop.glob("shop.sqlite*"):
        path.rename(shop.parent / path.name)
    database = shop.parent / "shop.sqlite"
    host = remote.host.id
    taken = take(
        vault,
        remote,
        BackupSource(SourceKind.FILES, host, (str(shop),)),
        BackupSource(SourceKind.SQLITE, host, database=str(database)),
    )
    before = snapshot(shop)
    what = "restore killed at a random moment: original whole, the next one works"
    for _turn in trials(7, what, RESTORES):
        child = os.fork()
        if child == 0:
            os.setsid()
            with suppress(BaseException):
                put_back(vault, taken, remote)
            os._exit(0)
        time.sleep(chance.uniform(0, 0.5))
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        time.sleep(0.05)
        assert snapshot(shop) == before
        assert orders(database) == 500
    (shop / "conf" / "shop.ini").write_text("workers = broken\n")
    put_back(vault, taken, remote)
    assert (shop / "conf" / "shop.ini").read_text() == "workers = 2\n"


def test_a_tree_of_many_files_is_restored_without_a_difference(
    vault,
    remote: LocalRemote,
    tmp_path: Path,
) -> None:
    """A restore drill, and a look with our own eyes: content, mode, owner, time, links."""
    chance, count = random.Random(5), rounds(400, 10_000)
    root = tmp_path / "tree"
    root.mkdir()
    for number in range(count):
        folder = root / f"{number % 37:02}" / f"{number % 11:02}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number} {chance.choice(('a', 'ä', 'x y', '-z'))}"
        if number % 50 == 49:
            path.symlink_to(f"../{number % 11:02}/{number - 1}")
        else:
            path.write_bytes(chance.randbytes(chance.randrange(3000)))
            path.chmod(chance.choice((0o600, 0o644, 0o755, 0o400)))
            if os.geteuid() == 0:
                os.chown(path, chance.randrange(3), chance.randrange(3))
            os.utime(path, ns=(1, 10**18 + chance.randrange(10**17)))
    taken = take(vault, remote, BackupSource(SourceKind.FILES, remote.host.id, (str(root),)))
    for level in (Level.INTACT, Level.READABLE, Level.MATCHES_SOURCE, Level.RESTORED):
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail
    before = snapshot(root)
    assert len(before) > count
    subprocess.run(["rm", "-rf", str(root)], check=True)
    what = "files of a tree put back: content, mode, owner, time and links as before"
    with tried(5, what, count):
        put_back(vault, taken, remote)
        assert snapshot(root) == before
