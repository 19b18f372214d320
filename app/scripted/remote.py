"""The `Remotes` port without a server: every host is a record, and nothing leaves this computer."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

from app.domain.host import Host, HostKey
from app.errors import ConnectionLost, Unreachable
from app.i18n import _
from app.scripted import backup_answers, check_answers
from app.scripted.call import Answer, Call
from app.scripted.machine import Machine, Scripted, load_machines, save_machines
from app.services.host.hosts import CONNECTION_PROBE
from app.services.ports.world import Clock, CommandResult
from app.tasks import TaskContext

FILE_NAME = "made-up-hosts.json"
_LINE_S = 4.0
"""No line of a command comes later than this after the one before."""

Pause = Callable[[float], object]
"""Lets so many seconds pass."""


class ScriptedHosts:
    """The made-up hosts of a data folder; what commands alter is kept in its file.

    ``pause`` lets time pass where a play sets the clock; without one time passes by itself.
    """

    def __init__(self, file: Path, clock: Clock, pause: Pause | None = None) -> None:
        self._file, self.clock, self._pause = file, clock, pause
        self._lock = RLock()
        self._machines = load_machines(file)

    def open(self, host: Host) -> "ScriptedRemote":
        """Return the remote of a host; whether there is such a record shows on its first use."""
        return ScriptedRemote(host, self)

    def probe_key(self, host: Host) -> HostKey:
        """Return the key of a made-up host; raises Unreachable for any other."""
        return self.machine(host).key

    def close(self) -> None:
        """There is no connection to close."""

    def add(self, machine: Machine) -> None:
        """Make up a host."""
        with self._lock:
            self._machines[machine.id] = machine
            self._save()

    def machine(self, host: Host) -> Machine:
        """Return the record of a host; raises Unreachable where there is none."""
        found = self._machines.get(host.id)
        if found is None:
            raise Unreachable(
                _("{host} is none of the made-up hosts, and example data reaches no other.").format(
                    host=host.name
                ),
                hint=_("Leave the examples to work with your own hosts."),
                host=host.name,
            )
        return found

    def alter(self, change: Callable[[], object]) -> None:
        """Alter hosts and keep them; one at a time."""
        with self._lock:
            change()
            self._save()

    def wait(self, seconds: float, context: TaskContext | None) -> None:
        """Let time pass; raises TaskCancelled after a stop."""
        if self._pause is not None:
            self._pause(seconds)
        elif context is not None:
            context.wait(seconds)
        else:
            time.sleep(seconds)

    def _save(self) -> None:
        save_machines(self._file, self._machines)


@dataclass(frozen=True)
class ScriptedRemote:
    """One made-up host; fits `app.services.ports.world.Remote`."""

    host: Host
    hosts: ScriptedHosts
    keeps_jobs = False

    def as_root(self) -> "ScriptedRemote":
        """Return itself: a made-up host has one account, which may do everything."""
        return self

    def run(
        self,
        script: str,
        *args: str,
        limit_s: float = 60.0,
        on_output: Callable[[str, bytes], object] | None = None,
        context: TaskContext | None = None,
    ) -> CommandResult:
        """Say what the record of a command says; an unknown one ends with 127, and runs nowhere."""
        call, answer = self._begin(script, args, context)
        began, said = self.hosts.clock.now(), bytearray()
        for piece in self._pieces(script, call, answer):
            said += piece
            if on_output is not None and piece:
                on_output("stdout", piece)
        if on_output is not None and call.stderr:
            on_output("stderr", bytes(call.stderr))
        took_s = (self.hosts.clock.now() - began).total_seconds()
        return CommandResult(call.code, bytes(said), bytes(call.stderr), took_s)

    @contextmanager
    def stream(self, script: str, *args: str, idle_s: float = 60.0) -> Iterator["ScriptedStream"]:
        """Answer a script piece by piece, its stdin free for data."""
        call, answer = self._begin(script, args, None)
        yield ScriptedStream(call, self._pieces(script, call, answer), self.host.name)

    def server_key(self, context: TaskContext | None = None) -> HostKey:
        """Return the made-up key."""
        del context
        return self.hosts.machine(self.host).key

    def _begin(
        self, script: str, args: tuple[str, ...], context: TaskContext | None
    ) -> tuple[Call, Answer]:
        machine, clock = self.hosts.machine(self.host), self.hosts.clock
        # the same call at the same moment gives the same figures
        rng = random.Random(f"{machine.id} {clock.now().timestamp()}")  # noqa: S311 - no secret
        call = Call(machine, args, clock, lambda s: self.hosts.wait(s, context), rng)
        return call, _answer_of(script, machine)

    def _pieces(self, script: str, call: Call, answer: Answer) -> Iterator[bytes]:
        yield from answer(call)
        command = call.machine.commands.get(script.strip())
        if command is not None:
            self.hosts.alter(lambda: call.machine.take(command.alters, call.now_s))
        elif script in backup_answers.ALTERING:
            self.hosts.alter(lambda: None)


class ScriptedStream:
    """What a made-up script says; fits `app.services.ports.world.RemoteStream`."""

    def __init__(self, call: Call, pieces: Iterator[bytes], host: str) -> None:
        self._call, self._pieces, self._host = call, pieces, host
        self._rest = b""
        self._over = False

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end."""
        while not self._rest and not self._over:
            piece = next(self._pieces, None)
            self._over, self._rest = piece is None, piece or b""
        said, self._rest = self._rest[:size], self._rest[size:]
        return said

    def write(self, data: bytes) -> None:
        """Take bytes in; raises ConnectionLost when the script is over."""
        if self._over:
            raise ConnectionLost(_("The script has ended."), host=self._host)
        self._call.stdin += data

    def close_stdin(self) -> None:
        """Nothing more will come: the answer is made when it is read."""

    def stderr(self) -> bytes:
        """Return what has been said on stderr so far."""
        return bytes(self._call.stderr)

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Read to the end; return the exit code."""
        while self.read(1 << 16):
            pass
        return self._call.code


def _answer_of(script: str, machine: Machine) -> Answer:
    """Return how a script is answered; only records are, whatever it says."""
    fixed = backup_answers.ANSWERS.get(script) or check_answers.FIXED.get(script)
    if fixed is not None:
        return fixed
    if check_answers.HEALTH.match(script):
        return check_answers.health(script)
    if check_answers.QUERY.match(script):
        return check_answers.query(script)
    if script == CONNECTION_PROBE:
        return check_answers.connection
    command = machine.commands.get(script.strip())
    if command is not None:
        return lambda call: _say(call, command)
    return _silent if script.strip() == "true" else _unknown


def _say(call: Call, command: Scripted) -> Iterator[bytes]:
    """Say a command's lines over its time, then how it ends."""
    gap_s = min(_LINE_S, command.seconds / (len(command.lines) + 1))
    for line in command.lines:
        call.wait(gap_s)
        yield f"{line}\n".encode()
    call.wait(max(0.0, command.seconds - gap_s * len(command.lines)))
    if command.complaint:
        call.complain(command.complaint, command.exit_code)
    call.code = command.exit_code


def _silent(_call: Call) -> Iterator[bytes]:
    yield from ()


def _unknown(call: Call) -> Iterator[bytes]:
    call.complain("This command is not part of the example, so nothing was run.", 127)
    yield from ()
