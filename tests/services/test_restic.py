"""restic driven over a real sshd: snapshot, check and restore, and every way it can go wrong."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.backup import BackupSource, Level, SourceKind
from app.domain.event import NewEvent
from app.domain.external_backup import Checked, Covered
from app.domain.restic import ResticRepository
from app.errors import CommandFailed, InvalidInput, SecretUnavailable
from app.services.backup.backup_gate import gate_source
from app.services.backup.restic import answers, driving, scripts
from app.services.backup.restic.driving import Wanted
from app.tasks import TaskContext
from tests.services.test_external_backups import DEMAND

PASSWORD = "p'w $(x) \"1"
needs_restic = pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed")


def restic(place: Path, *words: str) -> str:
    done = subprocess.run(
        ["restic", "--no-cache", "--repo", str(place), *words], capture_output=True, text=True,
        env={"RESTIC_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin", "HOME": str(place.parent)},
        check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


class Shop:
    """A change whose plan names a folder of the server, and a repository beside it."""

    def __init__(self, services, made, host, folder: Path, place: Path | None = None) -> None:
        self.host = host
        self.services, self.folder = services, folder / "shop"
        self.place = place or folder / "repo"
        self.folder.mkdir()
        for n in range(20):
            (self.folder / f"{n}.txt").write_text(f"order {n}\n" * 500)
        restic(self.place, "init")
        self.source = BackupSource(SourceKind.FILES, host.id, (str(self.folder),))
        self.change = made(hosts=(host.id,), backup_plan=(self.source,))
        self.repository = ResticRepository(host.id, str(self.place))
        self.with_ = services.driving
        driving.keep_password(self.repository, PASSWORD, with_=self.with_)

    def wanted(self, percent: int = 100) -> Wanted:
        s = self.source
        return Wanted(self.repository, (Covered(s.host, s.kind, s.title),), percent)

    def take(self, percent: int = 100, **more):
        wanted = replace(self.wanted(percent), **more)
        change = driving.take(self.change.id, wanted, TaskContext(), with_=self.with_)
        return change.external_backups[-1]

    def drill(self, item):
        change = driving.drill(self.change.id, item.id, TaskContext(), with_=self.with_)
        return next(one for one in change.external_backups if one.id == item.id)

    def logged(self) -> str:
        return "\n".join(e.text for e in self.services.queries.events(change=self.change.id))

    def kept(self):
        with self.services.new_uow() as uow:
            return uow.changes.get(self.change.id)


@pytest.fixture
def shop(opened, made, ssh_host, tmp_path):
    return Shop(opened, made, ssh_host, tmp_path)


pytestmark = needs_restic


def test_a_snapshot_is_taken_read_again_and_kept_with_what_was_said(shop):
    item = shop.take()
    assert (item.level, item.checked, item.driven) == (Level.INTACT, Checked.VERIFIED, True)
    assert item.identifier in restic(shop.place, "snapshots", "--json")
    assert shop.change.number in restic(shop.place, "snapshots", "--json")
    assert item.size_bytes == sum(p.stat().st_size for p in shop.folder.iterdir())
    said = shop.services.files.get(item.proof.sha256).decode()
    assert "no errors were found" in said
    assert item.identifier in said
    assert "L1 intact: run from here" in shop.logged()
    answer = gate_source(shop.source, (), replace(DEMAND, now=item.taken_at), (item,))
    assert answer.met
    assert "by restic, run from here: restic check, 100 %" in answer.sentence


def test_a_part_read_again_is_not_called_intact(shop):
    item = shop.take(percent=20)
    assert item.level is Level.CAPTURED
    assert "20 % of the data" in item.check
    answer = gate_source(shop.source, (), replace(DEMAND, now=item.taken_at), (item,))
    assert not answer.met


def test_a_restore_is_measured_compared_and_cleared_away(shop, ssh_server):
    item = shop.drill(shop.take())
    assert (item.level, item.drill.passed) == (Level.RESTORED, True)
    assert item.drill.compared.startswith("20 of 20 files")
    assert item.drill.compared.endswith("equal to the live ones byte for byte")
    assert 0 < item.restore_s < 60
    assert list((ssh_server.state / "changedesk" / "drills").iterdir()) == []


def test_what_was_altered_since_may_differ_and_nothing_else(shop):
    item = shop.take()
    time.sleep(2.1)
    (shop.folder / "4.txt").write_text("altered since")
    (shop.folder / "5.txt").unlink()
    (shop.folder / "new.txt").write_text("made since")
    drill = shop.drill(item).drill
    assert drill.passed
    assert drill.compared.startswith("18 of 20 files")
    assert drill.compared.endswith("1 altered on the host since, 1 removed there since")


def test_a_file_that_the_backup_lacks_fails_the_drill(shop, opened):
    """As old as the snapshot, where the plan looks, and not in it."""
    (shop.folder.parent / "beside.txt").write_text("forgotten")
    time.sleep(2.1)
    item = shop.take()
    more = replace(shop.source, paths=(*shop.source.paths, str(shop.folder.parent / "beside.txt")))
    covers = (Covered(more.host, more.kind, more.title),)
    with opened.new_uow() as uow:
        change = uow.changes.get(shop.change.id)
        known = replace(change.external_backups[-1], covers=covers)
        after = replace(change, backup_plan=(more,), external_backups=(known,))
        uow.changes.save(after)
        uow.log.append(NewEvent("change.edited", "by hand", change.id))
        uow.commit()
    after = shop.drill(item)
    assert (after.drill.passed, after.level) == (False, None)
    assert after.drill.compared.endswith("1 not in the backup")


def test_the_password_is_nowhere_on_the_host(shop, ssh_server, tmp_path):
    seen = tmp_path / "seen"
    spy = tmp_path / "bin"
    spy.mkdir()
    real = shutil.which("restic")
    (spy / "restic").write_text(
        f'#!/bin/sh\ntr "\\0" "\\n" </proc/$$/cmdline >>{seen}\nenv >>{seen}\nexec {real} "$@"\n'
    )
    (spy / "restic").chmod(0o755)
    job = "a" * 8
    command = scripts.take(job, str(shop.place), "T", (str(shop.folder),))
    assert PASSWORD not in command
    folder = ssh_server.state / "changedesk" / "jobs" / job
    folder.mkdir(parents=True)
    environment = {"PATH": f"{spy}:/usr/bin:/bin", "HOME": str(tmp_path),
                   "XDG_STATE_HOME": str(ssh_server.state)}  # fmt: skip
    started = subprocess.Popen(
        ["sh", "-c", command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    fed = subprocess.run(
        ["sh", "-c", scripts.FEED, "sh", job], input=f"{PASSWORD}\n".encode(), env=environment,
        check=False, timeout=60,
    )  # fmt: skip
    out, err = started.communicate(timeout=60)
    assert (fed.returncode, started.returncode) == (0, 0), err
    assert b"snapshot_id" in out
    assert "RESTIC_PASSWORD_FILE=/dev/stdin" in seen.read_text()
    assert PASSWORD not in seen.read_text()
    for path in ssh_server.state.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_a_wrong_password_is_named(shop):
    driving.keep_password(shop.repository, "other", with_=shop.with_)
    with pytest.raises(CommandFailed, match="password is wrong") as caught:
        shop.take()
    assert caught.value.host == shop.host.name
    assert "No backup by restic that counts" in shop.logged()
    assert shop.kept().external_backups == ()


def test_no_password_asks_for_one_before_the_host_is_reached(shop):
    shop.services.secrets.delete(shop.repository.secret)
    with pytest.raises(SecretUnavailable, match="holds no password"):
        shop.take()


def test_a_missing_repository_is_named(shop):
    shutil.rmtree(shop.place)
    with pytest.raises(CommandFailed, match="no repository of restic"):
        shop.take()


def test_a_path_that_is_gone_is_no_backup(shop):
    shutil.rmtree(shop.folder)
    with pytest.raises(CommandFailed, match=r"is not there: .*shop"):
        shop.take()
    assert restic(shop.place, "snapshots", "--json").strip() in ("[]", "null")


def test_a_locked_repository_is_named_and_never_freed(shop):
    shop.with_ = replace(shop.with_, lock_pauses_s=())
    with lock_held(shop.place):
        with pytest.raises(CommandFailed, match="locked by another") as caught:
            shop.take()
        assert "never does" in caught.value.hint
        assert len(list((shop.place / "locks").iterdir())) >= 1


def test_a_damaged_pack_fails_the_check_and_the_restore(shop):
    item = shop.take()
    for pack in (shop.place / "data").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            data = bytearray(pack.read_bytes())
            data[len(data) // 3] ^= 0x55
            data[10] ^= 0x55
            pack.write_bytes(bytes(data))
    with pytest.raises(CommandFailed, match=r"damaged|restic ended"):
        shop.take()
    after = shop.drill(item)
    assert (after.drill.passed, after.level) == (False, None)


@pytest.mark.parametrize(
    "place", ["-rf", "rest:https://eve:secret@host/", "two words", "", "/a\nb"]
)
def test_a_place_that_is_none_or_shows_a_password_is_refused(place):
    with pytest.raises(InvalidInput):
        driving.check_place(place)


def test_what_restic_cannot_take_whole_is_refused(shop, opened, made, ssh_host):
    database = BackupSource(SourceKind.SQLITE, ssh_host.id, database="/srv/shop.db")
    change = made(hosts=(ssh_host.id,), backup_plan=(database,))
    covers = (Covered(database.host, database.kind, database.title),)
    with pytest.raises(InvalidInput, match="restic takes files"):
        driving.take(change.id, Wanted(shop.repository, covers), TaskContext(), with_=shop.with_)


@pytest.mark.parametrize(
    ("code", "words"), [(3, "incomplete"), (10, "no repository"), (11, "locked"), (12, "wrong")]
)
def test_the_exit_codes_of_a_newer_restic_are_read(code, words):
    error = answers.failure(code, "restic 0.18.0 compiled", "", "web-01", "restic backup")
    assert words in error.text
    assert "older than" not in error.hint


@pytest.mark.parametrize(("version", "says"), [("0.14.0", True), ("0.17.1", False), ("", False)])
def test_only_an_older_restic_is_called_older(version, says):
    error = answers.failure(1, f"restic {version} compiled", "Fatal: x", "web-01", "restic backup")
    assert ("older than" in error.hint) == says


@pytest.mark.parametrize(
    "said", ["", "{}", '{"message_type":"summary","snapshot_id":"../../x"}', "[" * 9000,
             '{"message_type":"summary","snapshot_id":"0123456789","total_files_processed":-1}']
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_no_snapshot(said):
    with pytest.raises(ValueError, match=r"snapshot|count"):
        answers.snapshot_of(said)


@contextmanager
def lock_held(place: Path) -> Iterator[subprocess.Popen]:
    """Hold the repository with a real restic, in the middle of a backup that waits for its data."""
    holder = subprocess.Popen(
        ["restic", "--no-cache", "--repo", str(place), "backup", "--stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"RESTIC_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin", "HOME": str(place.parent)},
    )  # fmt: skip
    try:
        end_s = time.monotonic() + 30
        while not any("tmp" not in lock.name for lock in (place / "locks").iterdir()):
            assert time.monotonic() < end_s
            time.sleep(0.05)
        yield holder
    finally:
        holder.kill()
        holder.wait(30)
        if holder.stdin is not None:
            holder.stdin.close()
