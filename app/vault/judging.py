"""How a producer's end is judged: by its exit status, its control line, and what it said.

A stream counts only if the exit status is there, equals the control line, the control line was
seen, the format's own end was read and the length is above the floor.
"""

import re
from dataclasses import dataclass

from app.domain.backup import CaptureState
from app.vault.databases.causes import complaints, explain
from app.vault.producer import Judgement, Producer

_MAX_WARNINGS = 200
_MAX_LINE = 300

_CHANGED = re.compile(
    rb"^tar: (?P<name>.*): (?:file changed as we read it|File removed before we read it"
    rb"|socket ignored|File shrank by \d+ bytes; padding with zeros)$"
)
_ABSENT = re.compile(rb"^tar: .*(?:Permission denied|No such file or directory)$")
_CLOSING = re.compile(
    rb"^tar: (?:Exiting with failure status due to previous errors"
    rb"|[Ee]rror exit delayed from previous errors\.?)$"
)
_STABLE = re.compile(
    rb"^(?:\./|/)?(?:etc|lib/systemd|usr/lib/systemd|usr/local/lib/systemd)/"
    rb"|/\.ssh/|\.(?:key|pem|crt)$"
)


@dataclass(frozen=True, slots=True)
class Ending:
    """Everything known about how a stream ended; ``problem`` is what its format objects to."""

    exit_code: int | None
    stderr: bytes
    nonce: str
    plain_bytes: int
    problem: str = ""
    members: int = 0

    @property
    def control(self) -> dict[str, int] | None:
        """The figures of the control line, or None when it never came."""
        pattern = rb"^CD-END " + self.nonce.encode() + rb"((?: [a-z0-9_]+=-?\d+)+)$"
        found = re.findall(pattern, self.stderr, re.MULTILINE)
        if not found:
            return None
        pairs = (pair.split("=") for pair in found[-1].decode().split())
        return {name: int(value) for name, value in pairs}

    @property
    def lines(self) -> list[bytes]:
        """What the producer itself said, without banners before it and the control line."""
        said = self.stderr.rpartition(b"CD-BEGIN " + self.nonce.encode() + b"\n")[2]
        own = said.partition(b"CD-END " + self.nonce.encode())[0]
        return [line for line in own.splitlines() if line.strip()]


def judge(producer: Producer, ending: Ending) -> Judgement:
    """Return how the producer ended; anything that is not proven complete is FAILED."""
    lines = [line for line in ending.lines if not line.startswith(b"CD-")]
    warnings = tuple(_text(line) for line in lines[:_MAX_WARNINGS])
    if reason := _objection(producer, ending):
        return Judgement(CaptureState.FAILED, (reason, *warnings))
    if producer.suffix == "tar":
        state = _tar_state(ending, is_gnu=producer.is_gnu_tar)
        if producer.left_out and state is not CaptureState.FAILED:
            state = CaptureState.PARTIAL
        return Judgement(state, (*producer.left_out, *warnings)[:_MAX_WARNINGS])
    said = complaints(producer.kind, lines)
    state = CaptureState.WITH_WARNINGS if said else CaptureState.CAPTURED
    return Judgement(state, tuple(_text(line) for line in said[:_MAX_WARNINGS]))


def _objection(producer: Producer, ending: Ending) -> str:
    """Return why the stream cannot count, "" when it can."""
    control = ending.control
    if ending.exit_code is None:
        return ending.problem or "The command was killed or its exit status was lost."
    if control is None:
        return f"The closing control line is missing (exit status {ending.exit_code})."
    if any(name not in control for name in producer.names):
        return "The control line is incomplete."
    codes = [control[name] for name in producer.names]
    worst = next((code for code in codes if code), 0)
    if worst != ending.exit_code:
        return f"The exit status {ending.exit_code} contradicts the control line ({worst})."
    failing = next((name for name in producer.names if control[name] and name != "tar"), "")
    if failing:
        told = "" if producer.suffix == "tar" else explain(ending.lines)
        return told or f"{failing} failed with exit status {control[failing]}."
    if ending.problem:
        return ending.problem
    if ending.plain_bytes < producer.floor_bytes:
        return f"Only {ending.plain_bytes} bytes arrived."
    if control.get("bytes", ending.plain_bytes) != ending.plain_bytes:
        return f"{ending.plain_bytes} of {control['bytes']} bytes arrived."
    if control.get("made", ending.members) != ending.members:
        return f"The dump makes {ending.members} of {control['made']} tables."
    return ""


def _tar_state(ending: Ending, *, is_gnu: bool) -> CaptureState:
    code = ending.exit_code
    if code == 0:
        return CaptureState.CAPTURED
    lines = [line for line in ending.lines if not _CLOSING.match(line)]
    changed = [match["name"] for line in lines if (match := _CHANGED.match(line))]
    absent = [line for line in lines if _ABSENT.match(line)]
    if not lines or len(changed) + len(absent) < len(lines):
        return CaptureState.FAILED
    if any(is_stable(name) for name in changed):
        return CaptureState.FAILED
    if code == 1 and not absent:
        return CaptureState.WITH_WARNINGS
    return CaptureState.PARTIAL if code == 2 or (code == 1 and not is_gnu) else CaptureState.FAILED


def is_stable(path: bytes) -> bool:
    """Whether a path belongs to what must not change by itself: settings, unit files, keys."""
    return _STABLE.search(path) is not None


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")[:_MAX_LINE]
