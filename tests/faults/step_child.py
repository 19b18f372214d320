"""Runs a runbook until it is killed: a warm process that forks one player per line it reads.

``python -m tests.faults.step_child`` reads ``DATA RUN`` lines and prints the player's pid;
the player says ``sent STEP`` once the journal holds that step, and ``over`` when it may go no
further. Forking from a warm process makes twenty kills a matter of seconds.
"""

import os
import sys
from pathlib import Path

from app.bootstrap import Surroundings, open_services
from app.domain.change import Change
from app.domain.run import Run, StepRun
from app.secrets import SessionSecrets
from app.services.run import execution
from app.services.run.crew import StepOutcome
from app.tasks import TaskContext


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def play(data: str, run: str) -> None:
    services = open_services(Path(data), Surroundings(actor="Sipho", secrets=SessionSecrets()))
    say("opened", len(services.recovered))

    def told(kind):
        send = services.executors[kind]

        def execute(change: Change, run: Run, step: StepRun, context: TaskContext) -> StepOutcome:
            say("sent", step.step.id)
            return send(change, run, step, context)

        return execute

    kinds = {kind: told(kind) for kind in services.executors}
    execution.play(run, kinds, desk=services.desk, context=TaskContext())
    say("over")
    services.close()


def main() -> None:
    import paramiko  # noqa: F401 - warm

    import app.vault.opening  # noqa: F401 - warm

    say("ready")
    for line in sys.stdin:
        data, run = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                play(data, run)
            finally:
                os._exit(0)
        say("pid", pid)
        os.waitpid(pid, 0)
        say("gone")


if __name__ == "__main__":
    main()
