"""This computer as a place for drills: where there is a shell, the scripts of servers run too."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from app import processes
from app.errors import ConnectionLost
from app.services.ports.world import RemoteStream

NAME = "this computer"
_KEPT = 1 << 20


class ThisComputer:
    """Fits what `app.vault.databases.asking` needs of a place."""

    name = NAME

    @property
    def can_run(self) -> bool:
        """Whether there is a POSIX shell."""
        return processes.find("sh") is not None

    @contextmanager
    def stream(self, script: str, *args: str, idle_s: float = 60.0) -> Iterator[RemoteStream]:
        """Run ``script`` with ``args``; its stdin is free for data. Nothing here is ever idle."""
        with processes.talking(("sh", "-c", script, "sh", *args)) as process:
            stream = _LocalStream(process)
            try:
                yield stream
            finally:
                stream.end()


class _LocalStream:
    """A running script on this computer; fits `RemoteStream`."""

    def __init__(self, process: processes.Process) -> None:
        self._process = process
        self._said = bytearray()
        self._thread = Thread(target=self._collect, name="drill stderr", daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        pipe = self._process.stderr
        while pipe is not None and (data := pipe.read(1 << 16)):
            self._said += data[: max(0, _KEPT - len(self._said))]

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes of stdout, b"" at its end."""
        return self._process.stdout.read(size) if self._process.stdout else b""

    def write(self, data: bytes) -> None:
        """Send bytes to stdin; raises ConnectionLost when nobody reads them any more."""
        view = memoryview(data)
        try:
            while view and self._process.stdin:
                view = view[self._process.stdin.write(view) or 0 :]
        except BrokenPipeError as error:
            raise ConnectionLost("The script stopped reading.", host=NAME) from error

    def close_stdin(self) -> None:
        """Tell the script that its input has ended."""
        if self._process.stdin:
            self._process.stdin.close()

    def stderr(self) -> bytes:
        """Return what has been said on stderr so far."""
        return bytes(self._said)

    def finish(self, limit_s: float = 30.0) -> int | None:
        """Wait for the end; return the exit code, or None when there was none in time."""
        code = processes.end_of(self._process, limit_s)
        if self._process.poll() is not None:
            self._thread.join(limit_s)
        return code

    def end(self) -> None:
        """Let go of stderr; the process itself is ended by whoever started it."""
        if self._process.stderr and self._process.poll() is not None:
            self._thread.join(5)
            self._process.stderr.close()
