"""Kill the program while a step runs, again and again: the restart always explains itself."""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import Surroundings, open_services
from app.demo.sshd import PrivateSshd
from app.domain.change import ChangeState
from app.domain.host import Host
from app.domain.run import RunState, StepState
from app.domain.runbook import Runbook, Step, StepKind
from app.secrets import SessionSecrets
from app.services.change.changes import open_change
from app.services.facade import AppServices
from app.services.host import hosts
from app.services.run import decisions, execution
from app.tasks import TaskContext
from tests.faults.ledger import trials, tried
from tests.faults.rounds import SOAK, rounds

KILLS = rounds(20, 1000)
pytestmark = [pytest.mark.soak] if SOAK else []
STEPS = 4
LOOK_EVERY = 4
"""After every so many kills the host is asked how the step ended."""


class Player:
    """The warm process, and what it says."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.step_child"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.said: queue.Queue[str] = queue.Queue()
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()
        assert self.next() == "ready"

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.put(line.strip())

    def next(self) -> str:
        return self.said.get(timeout=30)

    def start(self, data: Path, run: str) -> int:
        assert self.process.stdin
        self.process.stdin.write(f"{data} {run}\n")
        self.process.stdin.flush()
        word, pid = self.next().split()
        assert word == "pid"
        return int(pid)

    def rest(self) -> list[str]:
        lines: list[str] = []
        while (line := self.next()) != "gone":
            lines.append(line)
        return lines

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        self.thread.join()
        assert self.process.stdout
        self.process.stdout.close()


def kill(pid: int) -> None:
    """End a player, unless it has come to its own end first."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def opened(data: Path) -> AppServices:
    return open_services(data, Surroundings(actor="Sipho", secrets=SessionSecrets()))


def new_run(services: AppServices, host: Host, folder: Path, number: int) -> str:
    """A change in *Implement* whose steps each leave one line in a file of their own."""
    steps = tuple(
        Step(
            f"s{n}",
            f"Count {n}",
            StepKind.COMMAND,
            host.id,
            f"echo x >> {folder}/{number}-s{n}; sleep 0.03",
        )
        for n in range(STEPS)
    )
    change = open_change(f"Counting {number}", desk=services.desk)
    with services.new_uow() as uow:
        from app.domain.event import NewEvent

        stored = uow.changes.get(change.id)
        uow.changes.save(replace(stored, state=ChangeState.IMPLEMENT, runbook=Runbook(steps)))
        uow.log.append(NewEvent("test.prepared", "Prepared", change.id))
        uow.commit()
    return execution.start_run(change.id, desk=services.desk).id


def test_killed_during_a_step_nothing_is_lost_repeated_or_guessed(
    tmp_path: Path, ssh_server: PrivateSshd
) -> None:
    dice = random.Random(20261125)
    data, folder = tmp_path / "data", tmp_path / "counters"
    folder.mkdir()
    services = opened(data)
    host = hosts.add_host(ssh_server.host(), desk=services.desk)
    host = hosts.confirm_key(host.id, ssh_server.key, desk=services.desk)
    run = new_run(services, host, folder, 0)
    services.close()
    player = Player()
    unknown = 0
    what = "program killed during a step: nothing lost, sent twice or guessed"
    try:
        for number in (turn + 1 for turn in trials(11, what, KILLS)):
            pid = player.start(data, run)
            assert player.next().startswith("opened")
            # every other one has sent its first step by then, however slow the computer is
            lines = [player.next()] if number % 2 else []
            timer = threading.Timer(dice.uniform(0.0, 0.6), kill, (pid,))
            timer.start()
            lines += player.rest()
            told = [line.split()[1] for line in lines if line.startswith("sent")]
            timer.join()
            services = opened(data)
            unknown += len(services.recovered)
            check(services, run, told, folder, number - 1)
            if number % LOOK_EVERY == 0:
                look_again(services, run, folder, number - 1)
            run = new_run(services, host, folder, number)
            services.close()
    finally:
        player.close()
    print(f"kills {number}, steps found unknown {unknown}, lost or repeated 0")
    assert unknown > 0, "the kills must have hit running steps"


def look_again(services: AppServices, run_id: str, folder: Path, number: int) -> None:
    """Find what was under way again."""
    with services.new_uow() as uow:
        run = uow.runs.get(run_id)
    lost = [item.step.id for item in run.steps if item.state is StepState.UNKNOWN]
    for step in lost:
        with tried(10, "program killed during a step: found again on its host, ran once"):
            decisions.look_again(run_id, step, desk=services.desk)
            run = execution.play(
                run_id, services.executors, desk=services.desk, context=TaskContext()
            )
            ran = (folder / f"{number}-{step}").exists()
            assert run.of(step).state is (StepState.DONE if ran else StepState.UNKNOWN)
    for item in run.steps:
        lines = folder / f"{number}-{item.step.id}"
        assert not lines.exists() or lines.read_text() == "x\n"


def check(services: AppServices, run_id: str, told: list[str], folder: Path, number: int) -> None:
    """Look at what a kill left behind."""
    assert services.verify_log().intact
    with services.new_uow() as uow:
        run = uow.runs.get(run_id)
        kinds = [event.kind for event in uow.log.of(run.change)]
    assert kinds.count("step.sent") >= len(told), "what was acknowledged is in the log"
    for item in run.steps:
        lines = folder / f"{number}-{item.step.id}"
        times = len(lines.read_text().splitlines()) if lines.exists() else 0
        assert times <= 1, "no step is sent twice"
        match item.state:
            case StepState.PENDING:
                assert item.step.id not in told
                assert times == 0
            case StepState.DONE:
                assert times == 1
            case StepState.UNKNOWN:
                assert "then the program ended" in item.outcome
                assert run.state is RunState.WAITING
            case other:
                raise AssertionError(f"{item.step.id} is {other}")
