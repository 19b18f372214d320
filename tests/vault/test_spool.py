"""Backups by way of the server's own disk: cut, deleted, altered, killed, and without room."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.errors import BackupFailed, ConnectionLost
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskCancelled, TaskContext
from app.vault import spool, spool_scripts
from app.vault.dialogue import new_nonce, probe
from app.vault.producers import producers_of
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK
from tests.vault.conftest import take
from tests.vault.local_remote import FEW_TOOLS, LocalRemote, few_tools
from tests.vault.test_over_ssh import take as take_with


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(spool, "PAUSES_S", (0.05,) * 6)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    return Path(few_tools(tmp_path / "tools", *FEW_TOOLS, "zstd", "setsid", "tail", "sleep"))


@pytest.fixture
def remote(tools: Path, home: Path) -> LocalRemote:
    return LocalRemote(env={"PATH": str(tools), "HOME": str(home)})


def files(remote, root: Path) -> BackupSource:
    return BackupSource(SourceKind.FILES, remote.host.id, (str(root),), spool=True)


def left_on(home: Path) -> list[Path]:
    return list(home.glob(".local/state/changedesk/spool/*"))


def test_a_set_by_way_of_the_disk_is_proven_and_leaves_nothing_there(vault, remote, shop, home):
    taken = take(vault, remote, files(remote, shop))
    assert taken.objects[0].exit_codes == {"tar": 0, "zstd": 0, "ssh": 0}
    for level in Level:
        proof = vault.verify(taken, level, by="", context=TaskContext(), remote=remote)
        assert proof.outcome is Outcome.PASSED, proof.detail
    assert left_on(home) == []


def test_a_link_cut_again_and_again_costs_no_byte(vault, ssh_server: PrivateSshd, secrets, shop):
    (shop / "large.bin").write_bytes(os.urandom(24 << 20))
    with Proxy(ssh_server.port) as proxy:
        host = replace(ssh_server.host(), port=proxy.port)
        pool = RemotePool(secrets, lambda _key: host, replace(QUICK, retries_s=(0.05,) * 4))
        marks = [2 << 20, 7 << 20, 13 << 20, 20 << 20]
        cuts = 0

        def cut(progress: Progress) -> None:
            nonlocal cuts
            if marks and progress.done > marks[0] and "written" not in progress.text:
                marks.pop(0)
                cuts += 1
                proxy.cut()

        source = BackupSource(SourceKind.FILES, host.id, (str(shop),), spool=True)
        context = TaskContext(cut)
        context.MIN_GAP_S = 0.0
        taken = take_with(vault, pool.open(host), source, context=context)
        pool.close()
    assert cuts == 4
    assert taken.objects[0].state is CaptureState.CAPTURED
    for proof in vault.verify_by_reading(taken, by="", context=TaskContext()):
        assert proof.outcome is Outcome.PASSED, proof.detail
    assert left_on(ssh_server.home) == []


@dataclass
class Meddling(LocalRemote):
    """Lets something happen on the server when the data is about to be fetched."""

    meddle: Callable[[Path], object] = lambda place: None

    @contextmanager
    def stream(self, script: str, *args: str, idle_s: float = 60.0) -> Iterator[object]:
        if script == spool_scripts.FETCH and args[2] == "data":
            self.meddle(left_on(Path(self.env["HOME"]))[0])
        with super().stream(script, *args, idle_s=idle_s) as stream:
            yield stream


def flip(place: Path) -> None:
    data = bytearray((place / "data").read_bytes())
    data[-2] ^= 1
    (place / "data").write_bytes(data)


def cut_short(place: Path) -> None:
    os.truncate(place / "data", (place / "data").stat().st_size // 2)


BAD = {
    "deleted": (shutil.rmtree, "gone"),
    "cut short": (cut_short, "cut short there"),
    "one bit": (flip, ""),
}


@pytest.mark.parametrize("how", BAD)
def test_what_was_touched_on_the_server_is_never_sealed(vault, remote, shop, home, how):
    act, words = BAD[how]
    remote = Meddling(env=remote.env, meddle=act)
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert words in caught.value.text
    assert list(vault.root.glob("sets/*/*")) == []
    assert left_on(home) == []


def test_a_link_that_never_comes_back_ends_the_backup_and_seals_nothing(vault, remote, shop):
    def refuse(_place: Path) -> None:
        raise ConnectionLost("The connection broke.", host="shop-1")

    remote = Meddling(env=remote.env, meddle=refuse)
    with pytest.raises(ConnectionLost):
        take(vault, remote, files(remote, shop))
    assert list(vault.root.glob("sets/*/*")) == []


def test_without_room_it_is_refused_before_a_byte_is_written(vault, remote, shop, home, tools):
    (tools / "df").unlink()
    (tools / "df").write_text("#!/bin/sh\nprintf 'a b c d e f\\n/dev/x 9 9 1000 9 /\\n'\n")
    (tools / "df").chmod(0o755)
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert "no room" in caught.value.text
    assert "stream" in caught.value.hint
    assert left_on(home) == []
    assert list(vault.root.glob("sets/*/*")) == []


def test_a_writer_stops_at_its_limit_instead_of_filling_the_disk(vault, remote, shop, tools):
    (tools / "tar").rename(tools / "tar.real")
    (tools / "tar").write_text(
        '#!/bin/sh\ncase "$*" in *shop*) exec head -c 100000000 /dev/urandom ;; esac\n'
        'exec tar.real "$@"\n'
    )
    (tools / "tar").chmod(0o755)
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert "File size limit exceeded" in caught.value.text


def test_a_place_that_belongs_to_somebody_else_is_not_used(vault, remote, shop, home, tmp_path):
    (home / ".local/state/changedesk").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (home / ".local/state/changedesk/spool").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert "belongs to somebody else" in caught.value.text
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.fixture
def slow(tools: Path) -> None:
    """A tar that takes its time."""
    (tools / "tar").rename(tools / "tar.real")
    (tools / "tar").write_text(
        '#!/bin/sh\ncase "$*" in *shop*) echo x >>"$HOME/starts"; sleep 30 ;; esac\n'
        'exec tar.real "$@"\n'
    )
    (tools / "tar").chmod(0o755)


def writer_of(home: Path) -> int:
    """Return the writer's process, 0 while it has not said so."""
    places = [place / "pid" for place in left_on(home)]
    return int(places[0].read_text() or 0) if places and places[0].exists() else 0


@pytest.mark.usefixtures("slow")
def test_a_writer_that_is_killed_is_not_waited_for(vault, remote, shop, home):
    def kill(progress: Progress) -> None:
        if "written" in progress.text and writer_of(home):
            os.killpg(writer_of(home), signal.SIGKILL)

    with pytest.raises(BackupFailed) as caught:
        take_with(vault, remote, files(remote, shop), context=TaskContext(kill))
    assert "ended without leaving its end" in caught.value.text
    assert left_on(home) == []


@pytest.mark.usefixtures("slow")
def test_a_stop_ends_the_writer_and_removes_what_it_wrote(vault, remote, shop, home):
    seen: list[int] = []

    def stop(progress: Progress) -> None:
        if "written" in progress.text and (writer := writer_of(home)):
            seen.append(writer)
            context.cancel()

    context = TaskContext(stop)
    with pytest.raises(TaskCancelled):
        take_with(vault, remote, files(remote, shop), context=context)
    assert left_on(home) == []
    for _ in range(200):
        if not group_is_alive(seen[0]):
            break
        time.sleep(0.02)
    assert not group_is_alive(seen[0])


def group_is_alive(group: int) -> bool:
    """Whether a process of a group runs; one that only waits to be buried does not."""
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group = place.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                return True
    return False


@pytest.mark.usefixtures("slow")
def test_a_start_whose_answer_was_lost_starts_no_second_writer(remote, shop, home):
    producer = producers_of([files(remote, shop)], probe(remote), lambda source: "")[0]
    stream = spool.SpoolStream(remote, producer, new_nonce(), TaskContext())
    try:
        for _ in range(5):
            stream.start(1 << 20)
        for _ in range(100):
            if (home / "starts").exists():
                break
            time.sleep(0.02)
        assert (home / "starts").read_text() == "x\n"
        assert len(left_on(home)) == 1
    finally:
        spool.ask(remote, spool_scripts.REMOVE, stream.id, limit_s=10)
    assert left_on(home) == []


def test_an_end_that_makes_no_sense_is_no_end(vault, remote, shop, monkeypatch):
    real = spool.ask

    def lie(remote, script, *words, limit_s):
        answers = real(remote, script, *words, limit_s=limit_s)
        if script != spool_scripts.POLL:
            return answers
        return [("state", "ended"), ("ending", "0 99x; rm -rf /"), ("end", "end")]

    monkeypatch.setattr(spool, "ask", lie)
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert "without leaving its end" in caught.value.text
