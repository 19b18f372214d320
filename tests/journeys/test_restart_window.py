"""The program is killed in the middle of its work: the next start explains what is the case."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.sshd import PrivateSshd
from tests.journeys.driver import SLOW_MS, at_the_window
from tests.journeys.lab import Lab, opened, prepare

pytestmark = pytest.mark.journey
ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from pathlib import Path
from app.services.run import execution
from app.tasks import TaskContext
from tests.journeys.lab import opened
services = opened(Path(sys.argv[1]))
with services.new_uow() as uow:
    (change,) = uow.changes.list()
run = execution.start_run(change.id, desk=services.desk)
services.live.listen(lambda _output: print("going", flush=True))
execution.play(run.id, services.executors, desk=services.desk, context=TaskContext())
"""
BACK_UP = """
import sys
from pathlib import Path
from app.services.backup import backups
from app.tasks import Progress, TaskContext
from tests.journeys.lab import opened
services = opened(Path(sys.argv[1]))
with services.new_uow() as uow:
    (change,) = uow.changes.list()
def told(progress):
    if progress.done > 5_000_000:
        print("going", flush=True)
backups.back_up_change(change, keeping=services.keeping, context=TaskContext(report=told))
"""


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    with PrivateSshd(tmp_path / "server") as server:
        made = Lab(tmp_path / "data", server, tmp_path / "shop")
        prepare(made, "echo begun; sleep 20; echo ended")
        yield made


def kill_amid(script: str, data: Path) -> None:
    """Let another process work on the data, and kill it as soon as it is in the middle."""
    command = [sys.executable, "-c", script, str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("going")
        os.kill(child.pid, signal.SIGKILL)


def test_a_step_that_was_cut_off_is_named_and_waits_for_a_person(lab, qapp, qtbot):
    kill_amid(RUN, lab.data)
    with at_the_window(lab.data, "Nomsa", qtbot, quiet=False) as person:
        message = person.told(SLOW_MS)
        assert message.state == "A run waits: how a step of it ended is not known"
        assert message.step == "Say it"
        assert message.cause.startswith("Sent to demo-01 ")
        assert message.present == "Nothing was sent since. The run waits for your decision."
        assert "Look on the host" in message.next
        person.go("run")
        assert "outcome unknown" in person.text()
        assert "looking there sends nothing again" in person.text()
        assert not person.can_press("Send again")
        person.type("How you know, or why", "Looked: it had begun, and ended")
        person.press("It was done")
        person.wait(lambda: "ended" in person.text().lower(), "the end of the run", SLOW_MS)
        person.settle()


def test_a_backup_that_was_cut_off_counts_for_nothing_and_is_said(lab, qapp, qtbot):
    services = opened(lab.data)
    services.vault.make()
    services.close()
    (lab.files / "big").write_bytes(os.urandom(60_000_000))
    kill_amid(BACK_UP, lab.data)
    with at_the_window(lab.data, "Nomsa", qtbot, quiet=False) as person:
        message = person.told(SLOW_MS)
        assert "was cut off when the program ended" in message.state
        assert "It counts for nothing: take it again" in message.state
        person.go("backups")
        assert "No backup yet" in person.text()
        with person.services.new_uow() as uow:
            assert not uow.backups.list()
        assert person.services.verify_log().intact
