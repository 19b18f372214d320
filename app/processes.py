"""The one door to programs on this computer.

Never through a shell, always with a time limit, and with a small environment: neither tokens nor
loader settings of whoever started us reach the program.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from time import monotonic
from typing import TypeAlias

from app.errors import AppError, TimedOut

_KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "TZ"),
    *("SYSTEMROOT", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "USERPROFILE"),
    *("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
)
_ADMIN_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
_GRACE_S = 5.0

Process: TypeAlias = subprocess.Popen[bytes]


class ToolMissing(AppError):
    """A program this needs is not installed."""


@dataclass(frozen=True, slots=True)
class Call:
    """How to start a program: its arguments and its surroundings."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished program left behind; ``exit_code`` is negative after a signal."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended with exit code 0."""
        return self.exit_code == 0

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 are replaced."""
        return self.stdout.decode(errors="replace")

    @property
    def complaint(self) -> str:
        """The last line of standard error, or how it ended."""
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self.exit_code}"


def find(program: str) -> str | None:
    """Return the full path of a program, also where administrators' programs live."""
    folders = [os.environ.get("PATH", os.defpath), *_ADMIN_FOLDERS]
    return which(program, path=os.pathsep.join(folders))


def run(
    argv: Sequence[str | Path],
    *,
    limit_s: float,
    stdin: bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a program to its end and return what it said.

    Args:
        argv: The program and its arguments, each one whole; no shell reads them.
        limit_s: Seconds after which it is killed.
        stdin: What it may read.
        cwd: Where it runs.
        env: Variables on top of the small environment.

    Raises:
        ToolMissing: There is no such program.
        TimedOut: It was killed at the time limit.
    """
    call = _call(argv, cwd, env)
    start_s = monotonic()
    try:
        done = subprocess.run(
            call.argv,
            input=stdin,
            capture_output=True,
            timeout=limit_s,
            cwd=call.cwd,
            env=call.env,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimedOut(
            f"{call.argv[0]} gave no result within {limit_s:g} s and was stopped."
        ) from error
    except OSError as error:
        raise _unusable(call, error) from error
    return Outcome(call.argv, done.returncode, done.stdout, done.stderr, monotonic() - start_s)


@contextmanager
def running(
    argv: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """Keep a program running for the length of this block, then end it.

    Everything it says goes to ``log``. It is asked to stop, and killed after five seconds.

    Raises:
        ToolMissing: There is no such program.
    """
    call = _call(argv, cwd, env)
    with log.open("ab") as output:
        try:
            process = subprocess.Popen(
                call.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=call.cwd,
                env=call.env,
            )
        except OSError as error:
            raise _unusable(call, error) from error
    try:
        yield process
    finally:
        _stop(process)


@contextmanager
def talking(argv: Sequence[str | Path]) -> Iterator[Process]:
    """Run a program whose three streams are pipes for the block; then end it and all it started.

    It may clean up after itself: it is killed only when it does not end within five seconds.

    Raises:
        ToolMissing: There is no such program.
    """
    call = _call(argv, None, None)
    try:
        process = subprocess.Popen(
            call.argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=call.env,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise _unusable(call, error) from error
    try:
        yield process
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            process.wait(0 if process.poll() is not None else _GRACE_S)
        except subprocess.TimeoutExpired:
            _stop(process)


def end_of(process: Process, limit_s: float) -> int | None:
    """Wait for a program and return its exit code; None when it does not end, or by a signal."""
    try:
        code = process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None
    return code if code >= 0 else None


def start_apart(argv: Sequence[str | Path]) -> Process:
    """Start this program once more, with its own surroundings; it lives on without us.

    Raises:
        ToolMissing: It cannot be started.
    """
    call = Call(tuple(map(str, argv)))
    try:
        process = subprocess.Popen(
            call.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise _unusable(call, error) from error
    _APART[:] = [*(known for known in _APART if known.poll() is None), process]
    return process


_APART: list[Process] = []
"""Those that were started and still run; Python wants to know how each of its children ended."""


def small_env() -> dict[str, str]:
    """Return the few variables a program may see, with English answers in UTF-8."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


def _call(argv: Sequence[str | Path], cwd: Path | None, env: Mapping[str, str] | None) -> Call:
    return Call(tuple(map(str, argv)), cwd, {**small_env(), **(env or {})})


def _unusable(call: Call, error: OSError) -> ToolMissing:
    reason = (
        "is not installed" if isinstance(error, FileNotFoundError) else f"cannot start: {error}"
    )
    return ToolMissing(f"{call.argv[0]} {reason}.", hint="Install it, then try again.")


def _stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
