"""A fake at our own port: this computer as if it were a server, through ``sh``."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.host import Host, HostKey
from app.domain.ids import HostId
from app.services.ports.world import CommandResult
from app.tasks import TaskContext

SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
FEW_TOOLS = (
    *("sh", "cat", "head", "cut", "wc", "date", "id", "uname", "mktemp", "rm", "mkdir", "mv"),
    *("du", "df", "awk", "tar", "find", "xargs", "sha256sum", "sqlite3", "stat", "chown", "chmod"),
)
"""What even a small server has; fewer tools make fewer facts, and a faster test."""
JOB_TOOLS = (
    *("zstd", "setsid", "timeout", "tail", "sleep", "grep", "sed", "mkfifo", "env", "ls"),
    *("rmdir", "true"),
)
"""What a server needs besides to keep a command running by itself."""


def few_tools(folder: Path, *names: str) -> str:
    """Fill a folder with links to some tools and return it as a PATH."""
    folder.mkdir(exist_ok=True)
    for name in names or FEW_TOOLS:
        (folder / name).symlink_to(shutil.which(name, path=SYSTEM_PATH))
    return str(folder)


KEY = HostKey("ssh-ed25519", "SHA256:fake", "ssh-ed25519 AAAA")
HOST = Host(HostId("host-1"), "shop-1", "127.0.0.1", key=KEY)


class LocalStream:
    """A running ``sh -c`` whose stdin is free."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._stderr = bytearray()
        self._thread = threading.Thread(target=self._collect)
        self._thread.start()

    def _collect(self) -> None:
        while chunk := self._process.stderr.read(65536):
            if len(self._stderr) < 1 << 20:
                self._stderr += chunk

    def read(self, size: int) -> bytes:
        return self._process.stdout.read(size)

    def write(self, data: bytes) -> None:
        self._process.stdin.write(data)

    def close_stdin(self) -> None:
        self._process.stdin.close()

    def stderr(self) -> bytes:
        if self._process.poll() is not None:
            self._thread.join(5)
        return bytes(self._stderr)

    def finish(self, limit_s: float = 30.0) -> int | None:
        code = self._process.wait(limit_s)
        self._thread.join(5)
        return code if code >= 0 else None

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._thread.join(5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(BrokenPipeError):
                pipe.close()


@dataclass
class LocalRemote:
    """Runs scripts here; ``env`` changes what they see."""

    host: Host = HOST
    env: dict[str, str] = field(default_factory=dict)
    shell: tuple[str, ...] = ("sh",)

    def run(
        self,
        script: str,
        *args: str,
        limit_s: float = 60.0,
        on_output: Callable[[str, bytes], object] | None = None,
        context: TaskContext | None = None,
    ) -> CommandResult:
        started = time.monotonic()
        done = subprocess.run(
            [*self.shell, "-s", "--", *args],
            input=script.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=limit_s,
            env=self._env(),
        )
        code = done.returncode if done.returncode >= 0 else None
        return CommandResult(code, done.stdout, done.stderr, time.monotonic() - started)

    @contextmanager
    def stream(self, script: str, *args: str, idle_s: float = 60.0) -> Iterator[LocalStream]:
        process = subprocess.Popen(
            [*self.shell, "-c", script, "sh", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env(),
            bufsize=0,
            start_new_session=True,
        )
        stream = LocalStream(process)
        try:
            yield stream
        finally:
            stream.close()

    def server_key(self) -> HostKey:
        return KEY

    def _env(self) -> dict[str, str]:
        return {"PATH": SYSTEM_PATH, **self.env}
