"""Pull the plug during a backup: nothing looks sealed that is not, a start explains the rest."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.backup import BackupSet, Level, Outcome
from app.services.ports.vault import CaptureRequest
from app.tasks import TaskContext
from app.vault.keys import VaultKeys
from app.vault.locks import is_held
from app.vault.opening import create_vault, keys_in_file, open_vault
from app.vault.vault import LocalVault
from tests.faults.backup_child import server_at
from tests.faults.ledger import trials
from tests.vault.local_remote import FEW_TOOLS, JOB_TOOLS, few_tools

HERE = Path(__file__).resolve().parents[2]
STEPS = 19
"""Durable steps of one capture of this tree; the last one makes the set exist."""
AT_RANDOM = "killed at a random moment or step of a backup: nothing looks sealed"


class Forker:
    """A warm program that forks writers and says what they say."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.backup_child"]
        self._process = subprocess.Popen(
            command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, *words: str) -> None:
        """Fork a writer."""
        assert self._process.stdin is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)

    def line(self) -> list[str]:
        """Return the next line, as words."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().split(" ", 1)

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        self._process.stdout.close()


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    made = Forker()
    yield made
    made.end()


class Plug:
    """A vault whose writer is killed again and again."""

    def __init__(
        self, forker: Forker, tmp_path: Path, tree: Path, tools: str, way: str = ""
    ) -> None:
        self._forker = forker
        self.root, self.tree, self.tools, self.way = tmp_path / "vault", tree, tools, way
        self.rows: list[BackupSet] = []
        self.hashes: dict[Path, str] = {}
        self.quarantined = self.sealed = self.finished = self.late = 0

        def keep(keys: VaultKeys, vault: str) -> None:
            keys.keep_in_file(tmp_path / "vault.key", vault)

        create_vault(self.root, SystemClock(), keep, reserve_bytes=0)

    def kill_at(self, step: int) -> str:
        """Let the writer end itself at a step; return the name of that step."""
        self._begin(step)
        said = ""
        while True:
            match self._forker.line():
                case ["gone", signal_no]:
                    assert int(signal_no) == signal.SIGKILL, said
                    return said
                case ["pid", _number]:
                    pass
                case words:
                    said = " ".join(words).rstrip("\n")

    def kill_after(self, seconds: float) -> None:
        """Kill the writer from outside, wherever it is."""
        self._begin(0)
        _pid, number = self._forker.line()
        assert self._forker.line() == ["ready\n"]
        time.sleep(seconds)
        os.kill(int(number), signal.SIGKILL)
        while self._forker.line()[0] != "gone":
            pass

    def check(self) -> None:
        """Start again: everything is explained, and what is sealed is whole."""
        self._wait_for_orphans()
        vault = open_vault(
            self.root,
            SystemClock(),
            keys_in_file(self.root.with_name("vault.key")),
            reserve_bytes=0,
        )
        found = vault.reconcile(self.rows)
        assert found.missing == ()
        assert all(item.reason == "The set was never finished." for item in found.quarantined)
        self.quarantined += len(found.quarantined)
        self.sealed += len(found.adopted)
        for item in found.adopted:
            assert item.level is Level.INTACT
            proof = vault.verify(item, Level.READABLE, by="test", context=TaskContext())
            assert proof.outcome is Outcome.PASSED, proof.detail
            self.rows.append(replace(item, verifications=(*item.verifications, proof)))
        self._finish(vault)
        assert {item.id for item in vault.sets()} == {item.id for item in self.rows}
        assert not list(self.root.glob("sets/**/*.part"))
        assert not list((self.root / "scratch").iterdir())
        assert vault.reconcile(self.rows).is_clean
        self._old_sets_are_as_they_were()

    def _wait_for_orphans(self) -> None:
        """Wait for what the killed program was just starting: until its own program is loaded, it
        holds the same locks, and a start at that very moment would leave the set to the next one.
        """
        end_s = time.monotonic() + 5.0
        while any(map(is_held, self.root.glob("locks/work-*.lock"))):
            self.late += 1
            assert time.monotonic() < end_s, "somebody still writes"
            time.sleep(0.02)

    def _finish(self, vault: LocalVault) -> None:
        """Finish what the host went on writing; of what was sealed, clear the remains away."""
        remote = server_at(self.home, self.tools)
        for item in vault.cut_off():
            if item.is_over:
                assert vault.drop_cut_off(item, (remote,))
                continue
            request = CaptureRequest(item.set, (remote.host,), item.sources)
            self.rows.append(vault.capture(request, (remote,), TaskContext()))
            self.finished += 1
        assert vault.cut_off() == ()
        assert not list(self.home.glob(".local/state/changedesk/jobs/*"))

    @property
    def home(self) -> Path:
        """The home folder on the server."""
        return self.root.with_name("home")

    def _old_sets_are_as_they_were(self) -> None:
        for path, sha256 in self.hashes.items():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, path
        for path in self.root.glob("sets/*/*/*/*"):
            if path.parent.name != "verification":
                self.hashes[path] = hashlib.sha256(path.read_bytes()).hexdigest()

    def _begin(self, step: int) -> None:
        self._forker.begin(str(self.root), str(self.tree), self.tools, str(step), self.way)


@pytest.fixture
def plug(forker: Forker, tmp_path: Path, shop: Path, small_path: str) -> Plug:
    return Plug(forker, tmp_path, shop, small_path)


def test_killed_at_durable_steps_a_set_is_either_whole_or_put_aside(plug: Plug):
    for turn in trials(2, "killed at each durable step of a backup: whole or put aside", STEPS):
        name = plug.kill_at(turn + 1)
        plug.check()
    assert name == "manifest is durable"
    assert (plug.sealed, plug.quarantined) == (1, STEPS - 1)


def test_killed_at_random_moments_a_set_is_either_whole_or_put_aside(plug: Plug):
    chance = random.Random(20261125)
    for _turn in trials(2, AT_RANDOM, 9):
        plug.kill_after(chance.uniform(0.0, 0.9))
        plug.check()
    assert plug.sealed + plug.quarantined >= 1


def test_killed_while_it_goes_by_the_servers_disk_a_set_is_finished_from_there(
    forker: Forker,
    tmp_path: Path,
    shop: Path,
):
    names = (*FEW_TOOLS, *JOB_TOOLS)
    plug = Plug(forker, tmp_path, shop, few_tools(tmp_path / "spool-tools", *names), "spool")
    chance = random.Random(20261127)
    for _ in range(6):
        plug.kill_after(chance.uniform(0.0, 1.2))
        plug.check()
    for step in range(1, STEPS + 1, 4):
        plug.kill_at(step)
        plug.check()
    assert plug.quarantined >= 3
    assert plug.finished >= 3
    print(f"put aside: {plug.quarantined}, finished from the host: {plug.finished}")


@pytest.mark.soak
def test_a_thousand_kills_leave_no_set_that_looks_sealed_and_is_not(
    forker: Forker,
    tmp_path: Path,
    shop: Path,
    small_path: str,
):
    chance = random.Random(1)
    sealed = put_aside = 0
    for number in trials(2, AT_RANDOM, 1000):
        if number % 50 == 0:
            folder = tmp_path / str(number)
            folder.mkdir()
            plug = Plug(forker, folder, shop, small_path)
        before = plug.sealed, plug.quarantined
        if number % 2:
            plug.kill_at(chance.randint(1, STEPS + 5))
        else:
            plug.kill_after(chance.uniform(0.0, 1.2))
        plug.check()
        sealed, put_aside = (
            sealed + plug.sealed - before[0],
            put_aside + plug.quarantined - before[1],
        )
    print(f"kills: {number + 1}, sealed: {sealed}, put aside: {put_aside}, not whole: 0")
