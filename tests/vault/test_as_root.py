"""Reading as root: a real sshd, the real sudo, accounts that may do more or less with it."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from app.domain.backup import BackupSource, CaptureState, Level, Outcome, SourceKind
from app.domain.host import Login, Stage
from app.domain.ids import HostId, RestoreId, SetId, new_id
from app.domain.restore import Restore, RestoreState, RestoreWish
from app.errors import LoginRefused
from app.secrets import SessionSecrets
from app.services.backup.root_readers import FACTS, HASHES, reader_of
from app.services.ports.vault import CaptureRequest
from app.ssh.pool import RemotePool
from app.tasks import TaskContext
from tests.faults.test_hostile_hosts import payloads
from tests.ssh.accounts import PASSWORD, accounts_server
from tests.ssh_fixtures import QUICK

HOST = HostId("demo-01")
USERS = ("keeper", "free", "plain", "bound", "lectured", "reader")
SUDOERS = """
Defaults:bound requiretty
Defaults:lectured lecture=always
root ALL=(ALL) ALL
keeper,bound,lectured ALL=(ALL) ALL
free ALL=(root) NOPASSWD: ALL
"""


@pytest.fixture(scope="module")
def secret() -> Iterator[Path]:
    """A folder of which an ordinary account reads only a part."""
    place = Path(tempfile.mkdtemp(prefix="shop-"))
    place.chmod(0o755)
    (place / "shop.conf").write_text("workers = 2\n")
    (place / "shop.key").write_text("key of the shop\n")
    (place / "shop.key").chmod(0o600)
    (place / "private").mkdir(mode=0o700)
    (place / "private" / "odd\nname").write_text("one\n")
    (place / "private" / "left-out.log").write_text("log\n")
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def source(secret: Path) -> BackupSource:
    return BackupSource(SourceKind.FILES, HOST, (str(secret),), ("*.log",), as_root=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, source: BackupSource) -> Iterator[PrivateSshd]:
    folder = tmp_path_factory.mktemp("rights")
    readers = (reader_of(source), reader_of(replace(source, kind=SourceKind.FACTS)))
    rules = [rule for one in readers for rule in one.rules]
    sudoers = SUDOERS + "".join(f"reader ALL=(root) NOPASSWD: {rule}\n" for rule in rules)
    with accounts_server(folder, dict.fromkeys(USERS, "/bin/sh"), sudoers) as server:
        for one in readers:
            program = folder / "sbin" / Path(one.path).name
            program.write_text(one.text)
            program.chmod(0o755)
        yield server


@pytest.fixture
def as_user(server: PrivateSshd, secrets: SessionSecrets):
    pools: list[RemotePool] = []

    def open_as(user: str, sudo_password: str | None = None):
        host = replace(server.host(), user=user, login=Login.PASSWORD)
        secrets.set(host.login_secret, PASSWORD)
        if sudo_password is not None:
            secrets.set(host.sudo_secret, sudo_password)
        pools.append(RemotePool(secrets, lambda _key: host, QUICK))
        return pools[-1].open(host)

    yield open_as
    for pool in pools:
        pool.close()


def request_of(remote, *sources: BackupSource) -> CaptureRequest:
    return CaptureRequest(SetId(new_id()), (remote.host,), sources, by="ada")


def take(vault, remote, *sources: BackupSource):
    return vault.capture(request_of(remote, *sources), (remote,), TaskContext())


def test_without_the_choice_what_only_root_reads_is_missing(vault, as_user, source):
    taken = take(vault, as_user("keeper", PASSWORD), replace(source, as_root=False))
    files = taken.objects[0]
    assert taken.state is CaptureState.PARTIAL
    assert any("shop.key" in line and "Permission denied" in line for line in files.warnings)


GIVEN = {"keeper": PASSWORD, "lectured": PASSWORD, "free": "not asked for", "reader": None}


@pytest.mark.parametrize("user", GIVEN)
def test_a_set_read_as_root_is_whole_and_proven(vault, as_user, source, secret, tmp_path, user):
    remote = as_user(user, GIVEN[user])
    found = vault.outlook(request_of(remote, source), remote, TaskContext())
    assert [one.problem for one in found.sources] == [""]
    assert found.sources[0].members == 5, "folders, and files that rules leave in"
    assert [(rule.members, rule.rule) for rule in found.sources[0].left_out] == [(1, "*.log")]
    taken = take(vault, remote, source)
    assert (taken.state, taken.objects[0].members) == (CaptureState.CAPTURED, 5)
    for level in (Level.INTACT, Level.READABLE, Level.MATCHES_SOURCE):
        proof = vault.verify(taken, level, by="ada", context=TaskContext(), remotes=(remote,))
        assert proof.outcome is Outcome.PASSED, proof.detail
    (secret / "shop.key").write_text("another key\n")
    try:
        proof = vault.verify(
            taken, Level.MATCHES_SOURCE, by="ada", context=TaskContext(), remotes=(remote,)
        )
        assert proof.outcome is Outcome.FAILED
        assert "shop.key" in proof.detail
    finally:
        (secret / "shop.key").write_text("key of the shop\n")
    vault.restore(taken, tmp_path / "back", TaskContext())
    facts = next((tmp_path / "back").glob("*facts*")).read_text("utf-8", "replace")
    assert 'users:(("sshd"' in facts, "only root is told which process listens"


REFUSALS = {
    "wrong password": ("keeper", "wrong", "given once"),
    "no password": ("keeper", None, "asks keeper for a password"),
    "not in sudoers": ("plain", PASSWORD, "may not use sudo"),
    "requiretty": ("bound", PASSWORD, "requiretty"),
    "rules for another plan": ("reader", None, "asks reader for a password"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_sudo_objects_to_is_found_before_and_nothing_is_taken(vault, as_user, source, why):
    user, password, words = REFUSALS[why]
    remote = as_user(user, password)
    wanted = replace(source, paths=(*source.paths, "/etc/hostname")) if "plan" in why else source
    found = vault.outlook(request_of(remote, wanted), remote, TaskContext())
    assert words in found.sources[0].problem
    assert not found.is_ready
    again = "asks keeper for a password" if password == "wrong" else words
    with pytest.raises(LoginRefused, match=again) as error:
        take(vault, remote, wanted)
    assert error.value.step is Stage.SUDO
    assert vault.sets() == []


def test_roots_files_come_back_with_their_owner_and_mode(vault, as_user, source, secret):
    remote = as_user("keeper", PASSWORD)
    taken = take(vault, remote, source)
    key = secret / "shop.key"
    key.write_text("spoilt\n")
    os.chown(key, 47000, 47000)
    key.chmod(0o644)
    wish = RestoreWish(mark="abcd1234")
    traces = []
    result = vault.restore_on_host(taken, remote, TaskContext(), wish, traces.append)
    found = key.stat()
    assert key.read_text() == "key of the shop\n"
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (0, 0, 0o600)
    restore = Restore(
        RestoreId(new_id()), taken.id, None, HOST, "demo-01", wish.mark, RestoreState.SWAPPED,
        "ada", taken.sealed_at, sides=traces[-1].sides, moves=traces[-1].moves,
    )  # fmt: skip
    assert len(result.kept) == 1
    assert vault.look_after(restore, remote) is RestoreState.SWAPPED
    vault.undo(restore, remote)
    assert key.read_text() == "spoilt\n"
    vault.clear_after(restore, remote)
    assert [one.name for one in secret.parent.glob(f"{secret.name}*")] == [secret.name]
    key.write_text("key of the shop\n")
    os.chown(key, 0, 0)
    key.chmod(0o600)


def test_a_reader_reads_for_its_source_and_for_nothing_else(as_user, source, secret):
    remote = as_user("reader")
    path = reader_of(source).path
    refused = (
        f"sudo -n {path}", f"sudo -n {path} files -x", f"sudo -n {path} other",
        f"sudo -n {path} 'files --checkpoint-action=exec=id'", "sudo -n tar -cf - /etc/shadow",
        f"sudo -n sh {path} files", f"sudo -n -u keeper {path} files",
    )  # fmt: skip
    for command in refused:
        said = remote.run(f"{command} </dev/null")
        assert (said.exit_code, said.stdout) != (0, b""), command
        assert b"a password is required" in said.stderr, command
    link = secret / "link"
    link.symlink_to("/etc")
    names = f".{secret}/link/shadow\n./etc/shadow\n.{secret}/../../etc/shadow\n.{secret}/shop.key\n"
    with remote.stream(f"sudo -n {path} {HASHES}") as stream:
        stream.write(names.encode())
        stream.close_stdin()
        said = stream.read(1 << 16)
        assert stream.finish() == 0
    link.unlink()
    assert [line[66:] for line in said.split(b"\0")[:-1]] == [f".{secret}/shop.key".encode()]


def test_two_hundred_injections_in_a_plan_stay_names_in_its_reader(tmp_path):
    mark = tmp_path / "ran"
    odd = [one for one in payloads(mark) if not {"\n", "\r"} & set(one)]
    paths = tuple(f"{tmp_path}/{one}" for one in odd if ".." not in one.split("/"))
    assert len(paths) + len(odd) >= 200
    reader = reader_of(BackupSource(SourceKind.FILES, HOST, paths, tuple(odd), as_root=True))
    program = tmp_path / "reader"
    program.write_text(reader.text)
    names = "\n".join(odd).encode()
    for word in reader.words:
        done = subprocess.run(
            ["sh", program, word], input=names, capture_output=True, check=False, cwd="/"
        )
        assert done.returncode != 64, done.stderr
        assert not mark.exists(), word
    assert os.listdir(tmp_path) == ["reader"]


def test_readers_are_programs_for_any_posix_shell_and_rules_that_visudo_takes(tmp_path):
    odd = BackupSource(
        SourceKind.FILES, HOST, ('/srv/it\'s "odd"; $(touch x)',), ("*.log'; id;'",), as_root=True
    )
    for one in (reader_of(odd), reader_of(replace(odd, kind=SourceKind.FACTS))):
        program = tmp_path / "reader"
        program.write_text(one.text)
        assert subprocess.run(["sh", "-n", program], check=False).returncode == 0
        rules = tmp_path / "rules"
        rules.write_text("".join(f"shop ALL=(root) NOPASSWD: {rule}\n" for rule in one.rules))
        said = subprocess.run(["/usr/sbin/visudo", "-cf", rules], capture_output=True, check=False)
        assert said.returncode == 0, said
        for words in ((), ("files", "more"), ("other",)):
            told = subprocess.run(["sh", program, *words], capture_output=True, check=False)
            assert (told.returncode, told.stdout) == (64, b"")
    assert FACTS in reader_of(replace(odd, kind=SourceKind.FACTS)).words
    assert not (tmp_path / "x").exists()


def test_by_the_hosts_disk_it_is_roots_job_and_the_password_is_in_no_process_list_log_note_or_set(
    vault, as_user, source, server, caplog, tmp_path
):
    remote = as_user("keeper", PASSWORD)
    seen, over = set(), threading.Event()

    def watch() -> None:
        while not over.is_set():
            for pid in filter(str.isdecimal, os.listdir("/proc")):
                for what in ("cmdline", "environ"):
                    with suppress(OSError):  # it has ended meanwhile
                        seen.add(Path("/proc", pid, what).read_bytes())
            over.wait(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        taken = take(vault, remote, replace(source, spool=True))
    finally:
        over.set()
        watcher.join()
    assert taken.state is CaptureState.CAPTURED
    assert vault.cut_off() == ()
    left = remote.as_root().run("ls -A /var/lib/changedesk/jobs")
    assert (left.exit_code, left.stdout) == (0, b""), "it was root's job, and nothing of it stays"
    proof = vault.verify(
        taken, Level.MATCHES_SOURCE, by="ada", context=TaskContext(), remotes=(remote,)
    )
    assert proof.outcome is Outcome.PASSED
    assert any(b"sudo" in one for one in seen), "the watcher saw the producers"
    vault.restore(taken, tmp_path / "plain", TaskContext())
    seen |= {path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    seen |= {caplog.text.encode(), server.log.read_bytes(), repr(taken).encode()}
    assert not any(PASSWORD.encode() in one for one in seen)
