"""One short call for each verb of a job; what is no whole answer of ours is no answer."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.domain.host import Stage
from app.domain.job import JobEnd, JobLook, JobState, StreamEnd
from app.errors import CommandFailed, RemoteError
from app.i18n import _
from app.redaction import last_words
from app.services.jobs import scripts
from app.services.ports.world import Remote, RemoteStream
from app.tasks import TaskContext

PIECE = 1024 * 1024
"""Bytes of each stream that one look brings at most."""
CAP = 64 * 1024 * 1024
"""Bytes of each stream that the host keeps; more is read and dropped, so that nothing breaks."""
MISSING = "tool"
"""The step of a refusal because of a tool that the host does not have."""
SPACE = "space"
"""The step of a refusal because the host's disk has less free than was asked for."""
LOGOUT = "logout"
"""The step of a refusal because nothing of the account lives on there (KillUserProcesses)."""
_LIMIT_S, _CANCEL_LIMIT_S = 30.0, 45.0


class NotDetachable(RemoteError):
    """The host lacks what a job needs; nothing was begun. ``step`` and ``text`` say why."""

    free_bytes: int | None = None
    """What is free on its disk, where that is why."""


@dataclass(frozen=True, slots=True)
class JobClient:
    """The verbs of one job on one host."""

    remote: Remote
    job: str
    context: TaskContext = field(default_factory=TaskContext)

    def start(self, command: str, limit_s: float, cap: int = CAP, room_bytes: int = 0) -> None:
        """Begin it on the host; a second call finds it begun, and does nothing.

        ``cap`` is what is kept of each stream, ``room_bytes`` what must be free on its disk.

        Raises:
            NotDetachable: The host cannot keep a command running by itself, or refuses the folder.
            RemoteError: No connection, or no answer; only a look tells whether it began.
        """
        digest = hashlib.sha256(f"{command}\n".encode()).hexdigest()
        words = (digest, str(max(1, round(limit_s))), str(cap), str(room_bytes >> 10))
        lines = self._ask(scripts.begin(command), *words)
        if any(line in ("started", "again") for line in lines):
            return
        refused = next((line.split(" ", 2)[1:] for line in lines if line.startswith("refused")), [])
        raise self._refused(*refused)

    def look(self, offset_out: int, offset_err: int, most: int = PIECE) -> JobLook:
        """Say how it stands, with the bytes from these offsets on; harmless to repeat.

        Raises:
            RemoteError: No connection, or no whole answer.
        """
        nonce = secrets.token_hex(12)
        words = (str(offset_out), str(offset_err), str(most))
        answer = self.remote.run(
            scripts.LOOK, nonce, self.job, *words, limit_s=_LIMIT_S, context=self.context
        )
        try:
            return _look(answer.stdout, nonce)
        except (ValueError, LookupError) as error:
            raise self._strange(answer.stderr) from error

    def cancel(self) -> int:
        """End its processes; return how many are alive all the same. Takes 13 s at most."""
        lines = self._ask(scripts.CANCEL, limit_s=_CANCEL_LIMIT_S)
        return int(next(line for line in lines if line.startswith("alive ")).split()[1])

    def acknowledge(self) -> None:
        """Let the host forget the job in a week."""
        self._ask(scripts.ACK)

    @contextmanager
    def read(self, stream: str, offset: int, idle_s: float = 60.0) -> Iterator[RemoteStream]:
        """Give all of a stream that the host keeps, from one byte on, as one flow of bytes.

        Raises:
            LookupError: There is no such job any more.
            RemoteError: No connection, or the link broke, here or while it is read.
        """
        nonce = secrets.token_hex(12)
        words = (nonce, self.job, stream, str(offset + 1))
        with self.remote.stream(scripts.READ, *words, idle_s=idle_s) as flow:
            yield _behind_sign(flow, f"CD1 {nonce} ".encode())

    def remove(self) -> bool:
        """Let the host forget it at once; False when something of it still runs there."""
        return "removed" in self._ask(scripts.REMOVE)

    def _ask(self, script: str, *words: str, limit_s: float = _LIMIT_S) -> list[str]:
        nonce = secrets.token_hex(12)
        answer = self.remote.run(
            script, nonce, self.job, *words, limit_s=limit_s, context=self.context
        )
        sign = f"CD1 {nonce} "
        text = answer.stdout.decode("utf-8", "replace")
        lines = [line[len(sign) :] for line in text.split("\n") if line.startswith(sign)]
        if not lines:
            raise self._strange(answer.stderr)
        return lines

    def _strange(self, said: bytes) -> CommandFailed:
        return CommandFailed(
            _("The host gave no whole answer about the command."),
            hint=last_words(said),
            host=self.remote.host.name,
            step=Stage.COMMAND,
        )

    def _refused(self, what: str = "", which: str = "") -> NotDetachable:
        words = {
            SPACE: _("The host's disk has too little room."),
            MISSING: _("{which} is missing on the host."),
            "folder": _("The folder {which} is not this account's alone."),
            "room": _("There is no room to write {which}."),
            "other": _("In {which} lies another command."),
            LOGOUT: _("The host ends every process of this account at its logout."),
        }
        text = words.get(what, _("The host gave no whole answer about the command."))
        refused = NotDetachable(
            text.format(which=which), host=self.remote.host.name, step=what or Stage.COMMAND
        )
        if what == SPACE and _NUMBER.fullmatch(which):
            refused.free_bytes = int(which) << 10
        return refused


_NUMBER = re.compile(r"[0-9]{1,15}")
_NOISE_BYTES = 1 << 20


def _behind_sign(flow: RemoteStream, sign: bytes) -> RemoteStream:
    """Return a stream behind our own line, whatever a login shell's profile says before it."""
    seen = b""
    while sign not in seen or b"\n" not in seen.partition(sign)[2]:
        data = flow.read(1 << 16)
        if not data or len(seen) > _NOISE_BYTES:
            raise LookupError("no line of ours")
        seen += data
    word, _newline, first = seen.partition(sign)[2].partition(b"\n")
    if word != b"data":
        raise LookupError("the job is gone")
    return Begun(flow, first) if first else flow


class Begun:
    """A stream whose first bytes were read already."""

    def __init__(self, flow: RemoteStream, first: bytes) -> None:
        self._flow, self._first = flow, first

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end; raises RemoteError."""
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        return self._flow.read(size)

    def write(self, data: bytes) -> None:
        """Send bytes to stdin."""
        self._flow.write(data)

    def close_stdin(self) -> None:
        """Tell the command that its input has ended."""
        self._flow.close_stdin()

    def stderr(self) -> bytes:
        """Return what has been said on stderr so far."""
        return self._flow.stderr()

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Wait for the end; return the exit code, or None when there was none."""
        return self._flow.finish(limit_s)


def _look(answer: bytes, nonce: str) -> JobLook:
    """Read one look; raises ValueError, LookupError for anything that is not whole."""
    sign = f"CD1 {nonce} ".encode()
    said: dict[str, str] = {}
    ends: dict[str, list[str]] = {}
    pieces = {"out": b"", "err": b""}
    place = answer.index(sign + b"state ")
    while True:
        line, _newline, _rest = answer[place:].partition(b"\n") if place < len(answer) else _none()
        place += len(line) + 1
        if not line.startswith(sign):
            raise ValueError("an answer between lines of ours")
        word, *rest = line[len(sign) :].decode("ascii").split(" ")
        if word == "done":
            break
        if word in pieces:
            size = int(rest[0])
            pieces[word] = answer[place : place + size]
            if len(pieces[word]) != size or answer[place + size : place + size + 1] != b"\n":
                raise ValueError("a piece was cut off")
            place += size + 1
        elif word == "end":
            ends[rest[0]] = rest[1:]
        else:
            said[word] = rest[0]
    state = JobState(said["state"])
    if state is JobState.NONE:
        return JobLook(state)
    beat_s = float(said["beat"]) if "beat" in said else None
    end = _end(ends) if state is JobState.ENDED else None
    sizes = (int(said.get("has_out", "0")), int(said.get("has_err", "0")))
    return JobLook(state, pieces["out"], pieces["err"], end, int(said["alive"]), beat_s, sizes)


def _none() -> tuple[bytes, bytes, bytes]:
    raise ValueError("the answer ends too early")


def _end(lines: dict[str, list[str]]) -> JobEnd:
    if "whole" not in lines:
        raise ValueError("the end is not whole")
    begun_s, ended_s, limit_s = (float(word) for word in lines["times"])
    code = int(lines["code"][0])
    took_s = ended_s - begun_s
    cancelled = lines["cancelled"] == ["1"]
    return JobEnd(
        code,
        took_s,
        code in (124, 137) and took_s >= limit_s and not cancelled,
        cancelled,
        int(lines["left"][0]),
        _stream(lines["out"]),
        _stream(lines["err"]),
        lines.get("torn") == ["1"],
        lines.get("sees") == ["all"],
    )


def _stream(words: list[str]) -> StreamEnd:
    size, digest, dropped = words
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError("no hash")
    return StreamEnd(int(size), digest, int(dropped))
