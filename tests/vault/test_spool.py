"""Backups by way of the server's own disk: cut, deleted, altered, killed, and without room."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import zstandard

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.ids import SetId, new_id
from app.errors import BackupFailed, CommandFailed, ConnectionLost, VaultDamaged
from app.services.jobs import scripts
from app.services.jobs.following import Patience
from app.services.ports.vault import CaptureRequest
from app.ssh.pool import RemotePool
from app.tasks import Progress, TaskCancelled, TaskContext
from app.vault import spool
from tests.ssh.proxy import Proxy
from tests.ssh_fixtures import QUICK
from tests.vault.conftest import take
from tests.vault.local_remote import FEW_TOOLS, JOB_TOOLS, LocalRemote, few_tools
from tests.vault.test_over_ssh import take as take_with


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(spool, "PAUSES_S", (0.05,) * 6)
    monkeypatch.setattr(spool, "PATIENCE", Patience(5.0, (0.05,), 10.0))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    return Path(few_tools(tmp_path / "tools", *FEW_TOOLS, *JOB_TOOLS))


@pytest.fixture
def remote(tools: Path, home: Path) -> LocalRemote:
    state = home / ".local" / "state"
    return LocalRemote(env={"PATH": str(tools), "HOME": str(home), "XDG_STATE_HOME": str(state)})


def files(remote, root: Path) -> BackupSource:
    return BackupSource(SourceKind.FILES, remote.host.id, (str(root),), spool=True)


def left_on(home: Path) -> list[Path]:
    return list(home.glob(".local/state/changedesk/jobs/*"))


def test_a_set_by_way_of_the_disk_is_proven_and_leaves_nothing_there(vault, remote, shop, home):
    taken = take(vault, remote, files(remote, shop))
    assert taken.objects[0].exit_codes == {"tar": 0, "zstd": 0, "ssh": 0}
    for level in Level:
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail
    assert left_on(home) == []


def test_a_live_database_goes_by_way_of_the_disk_too(vault, remote, shop, home):
    database = str(shop / "shop.sqlite")
    source = BackupSource(
        SourceKind.SQLITE, remote.host.id, database=database, query="SELECT 1", spool=True
    )
    outlook = vault.outlook(
        CaptureRequest(SetId(new_id()), (remote.host,), (source,), by="ada"), remote, TaskContext()
    )
    assert outlook.spool_bytes > spool.SPARE_BYTES
    taken = take(vault, remote, source)
    assert taken.objects[0].kind is SourceKind.SQLITE
    for level in Level:
        proof = vault.verify(taken, level, by="", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail
    assert left_on(home) == []


def test_a_link_cut_again_and_again_costs_no_byte(vault, ssh_server: PrivateSshd, secrets, shop):
    (shop / "large.bin").write_bytes(os.urandom(24 << 20))
    before = left_on(ssh_server.home)
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
    assert left_on(ssh_server.home) == before


@dataclass
class Meddling(LocalRemote):
    """Lets something happen on the server when the data is about to be fetched."""

    meddle: Callable[[Path], object] = lambda place: None

    @contextmanager
    def stream(self, script: str, *args: str, idle_s: float = 60.0) -> Iterator[object]:
        if script == scripts.READ and args[2] == "out":
            self.meddle(left_on(Path(self.env["HOME"]))[0])
        with super().stream(script, *args, idle_s=idle_s) as stream:
            yield stream


def flip(place: Path) -> None:
    data = bytearray((place / "out").read_bytes())
    data[-2] ^= 1
    (place / "out").write_bytes(data)


def cut_short(place: Path) -> None:
    os.truncate(place / "out", (place / "out").stat().st_size // 2)


def exchange(place: Path) -> None:
    """Put another whole archive there, of the same length: nothing but its hash tells."""
    sign, _newline, frame = (place / "out").read_bytes().partition(b"\n")
    other = bytearray(frame)
    other[frame.index(NOISE[:1000]) + 100] ^= 1  # what cannot be packed lies there as it is
    archive = bytearray(zstandard.ZstdDecompressor().decompressobj().decompress(frame))
    archive[archive.index(NOISE) + 100] ^= 1
    checked = zstandard.ZstdCompressor(write_checksum=True).compress(archive)
    other[-4:] = checked[-4:]  # Zstandard's own sum of what was packed
    assert zstandard.ZstdDecompressor().decompressobj().decompress(other) == archive
    (place / "out").write_bytes(sign + b"\n" + other)


NOISE = random.Random(7).randbytes(300_000)
BAD = {
    "deleted": (shutil.rmtree, "gone"),
    "cut short": (cut_short, "cut short there"),
    "one bit": (flip, ""),
    "exchanged": (exchange, "is not what the host had written"),
}


@pytest.mark.parametrize("how", BAD)
def test_what_was_touched_on_the_server_is_never_sealed(vault, remote, shop, home, how):
    act, words = BAD[how]
    (shop / "noise.bin").write_bytes(NOISE)
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


def test_a_writer_stops_at_its_limit_instead_of_filling_the_disk(vault, remote, shop, tools, home):
    (tools / "tar").rename(tools / "tar.real")
    (tools / "tar").write_text(
        '#!/bin/sh\ncase "$*" in *shop*) timeout 20 cat /dev/urandom\n'
        '[ $? != 124 ] || : >"$HOME/ran-on"; exit ;; esac\nexec tar.real "$@"\n'
    )
    (tools / "tar").chmod(0o755)
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert "more than the host had room for" in caught.value.text
    assert not (home / "ran-on").exists(), "it was ended, and did not end by itself"


def test_a_place_that_belongs_to_somebody_else_is_not_used(vault, remote, shop, home, tmp_path):
    (home / ".local/state/changedesk").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (home / ".local/state/changedesk/jobs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BackupFailed) as caught:
        take(vault, remote, files(remote, shop))
    assert "not this account's alone" in caught.value.text
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.fixture
def slow(tools: Path) -> None:
    """A tar that waits for a file ``go`` in the home folder, or 30 s."""
    (tools / "tar").rename(tools / "tar.real")
    (tools / "tar").write_text(
        '#!/bin/sh\ncase "$*" in *shop*) echo x >>"$HOME/starts"; n=0\n'
        'while [ ! -e "$HOME/go" ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done ;; esac\n'
        'exec tar.real "$@"\n'
    )
    (tools / "tar").chmod(0o755)


def writer_of(home: Path) -> int:
    """Return the process that minds the writer, 0 while it has not said so."""
    places = [place / "ident" for place in left_on(home)]
    return int(places[0].read_text().split()[1]) if places and places[0].exists() else 0


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
    seen: list[str] = []

    def stop(progress: Progress) -> None:
        if "written" in progress.text and writer_of(home):
            seen.append(left_on(home)[0].name)
            context.cancel()

    context = TaskContext(stop)
    with pytest.raises(TaskCancelled):
        take_with(vault, remote, files(remote, shop), context=context)
    assert left_on(home) == []
    assert marked(seen[0]) == []
    assert vault.cut_off() == ()


@pytest.mark.usefixtures("slow")
def test_a_program_that_ends_leaves_the_writer_and_finishes_the_set_later(
    vault, remote, shop, home, clock
):
    kept = cut_off_by_leaving(vault, remote, shop, home)
    assert (kept.host, kept.is_over, len(kept.jobs)) == (remote.host.id, False, 1)
    assert list(vault.root.glob("sets/*/*")) == []
    (home / "go").touch()
    clock.pass_by(hours=2)
    request = CaptureRequest(kept.set, (remote.host,), kept.sources, by=kept.by)
    taken = vault.capture(request, (remote,), TaskContext())
    assert taken.started_at == kept.at
    assert 7200 <= taken.duration_s < 7300
    assert (home / "starts").read_text() == "x\n"
    files_kept = taken.objects[0]
    assert files_kept.state is CaptureState.WITH_WARNINGS
    assert "fetched later" in files_kept.warnings[0]
    for proof in vault.verify_by_reading(taken, by="", context=TaskContext()):
        assert proof.outcome is Outcome.PASSED, proof.detail
    assert left_on(home) == []
    assert vault.cut_off() == ()


@pytest.mark.usefixtures("slow")
def test_what_the_host_has_lost_is_never_written_again_by_itself(vault, remote, shop, home):
    kept = cut_off_by_leaving(vault, remote, shop, home)
    os.killpg(writer_of(home), signal.SIGKILL)
    end_marked(kept.jobs[0])
    request = CaptureRequest(kept.set, (remote.host,), kept.sources, by=kept.by)
    with pytest.raises(BackupFailed) as caught:
        vault.capture(request, (remote,), TaskContext())
    assert "ended without leaving its end" in caught.value.text
    assert (home / "starts").read_text() == "x\n"
    assert vault.cut_off() == ()
    assert left_on(home) == []


@pytest.mark.usefixtures("slow")
def test_what_nobody_will_finish_is_ended_and_removed(vault, remote, shop, home):
    kept = cut_off_by_leaving(vault, remote, shop, home)
    assert vault.drop_cut_off(kept, (remote,))
    assert marked(kept.jobs[0]) == []
    assert left_on(home) == []
    assert vault.cut_off() == ()


def test_a_note_that_was_altered_is_not_followed(vault, remote, shop, home):
    kept_set = SetId(new_id())

    def refuse(_place: Path) -> None:
        raise ConnectionLost("The connection broke.", host="shop-1")

    meddling = Meddling(env=remote.env, meddle=refuse)
    request = CaptureRequest(kept_set, (remote.host,), (files(remote, shop),), by="ada")
    with pytest.raises(ConnectionLost):
        vault.capture(request, (meddling,), TaskContext())
    assert [item.set for item in vault.cut_off()] == [kept_set]
    (note,) = vault.root.glob("spools/*.json")
    note.chmod(0o600)
    note.write_bytes(note.read_bytes().replace(b"shop-1", b"shop-2"))
    assert vault.cut_off() == ()
    with pytest.raises(VaultDamaged):
        vault.capture(request, (remote,), TaskContext())


def cut_off_by_leaving(vault, remote, shop, home):
    def leave(progress: Progress) -> None:
        if "written" in progress.text and (home / "starts").exists():
            context.leave()

    context = TaskContext(leave)
    with pytest.raises(TaskCancelled):
        take_with(vault, remote, files(remote, shop), context=context)
    (kept,) = vault.cut_off()
    return kept


def marked(job: str) -> list[int]:
    """Return the processes of a job."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"CHANGEDESK_JOB={job}".encode() in place.read_bytes():
                found.append(int(place.parent.name))
    return found


def end_marked(job: str) -> None:
    """End every process of a job."""
    for process in marked(job):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline_s = time.monotonic() + 5
    while marked(job) and time.monotonic() < deadline_s:
        time.sleep(0.02)


def test_an_end_that_makes_no_sense_is_no_end(vault, remote, shop):
    class Lying(LocalRemote):
        def run(self, script, *args, **options):
            answer = super().run(script, *args, **options)
            lie = answer.stdout.replace(b" end code 0\n", b" end code 0x; rm -rf /\n")
            return replace(answer, stdout=lie)

    with pytest.raises((ConnectionLost, CommandFailed)) as caught:
        take(vault, Lying(env=remote.env), files(remote, shop))
    assert "no whole answer" in caught.value.text
    assert list(vault.root.glob("sets/*/*")) == []
