"""A private OpenSSH server on loopback: own keys, own port, own folder.

It serves the demo and the tests. Nothing of the user's ``~/.ssh`` is read, no password is asked,
and it ends with the block that started it.
"""

import base64
import getpass
import hashlib
import os
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from app.domain.host import Host, HostKey, KeyState, Login
from app.domain.ids import HostId
from app.errors import AppError, TimedOut
from app.processes import Process, ToolMissing, find, run, running

_START_S = 10.0
_RUN_DIR = Path("/run/sshd")
"""Where sshd drops privileges; a root sshd refuses to start without it."""


@dataclass
class PrivateSshd:
    """A server in ``folder``; use it as a context manager.

    ``options`` are sshd options on top of the private ones, such as ``MaxSessions``; ``env`` are
    variables of its sessions, whose home is an empty folder of the server's own.
    """

    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    """Words before sshd's own, such as a program that gives it accounts of its own."""

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self._process: Process | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home.mkdir(mode=0o700, exist_ok=True)
        new_key(self.folder / "host")
        new_key(self.folder / "user")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def home(self) -> Path:
        """The home folder of its sessions."""
        return self.folder / "home"

    @property
    def state(self) -> Path:
        """Where its sessions keep the state of programs."""
        return self.home / ".local" / "state"

    @property
    def user_key(self) -> Path:
        """The private key that may log in."""
        return self.folder / "user"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "sshd.log"

    @property
    def pid(self) -> int:
        """The number of its process, while it runs."""
        return self._process.pid if self._process is not None else 0

    @property
    def key(self) -> HostKey:
        """The host key as the server shows it."""
        return read_public_key(self.folder / "host.pub")

    def host(self, name: str = "demo-01", *, confirmed: bool = True) -> Host:
        """Return the record of this server, with its key confirmed or not."""
        return Host(
            id=HostId(name),
            name=name,
            address="127.0.0.1",
            port=self.port,
            user=getpass.getuser(),
            login=Login.KEY_FILE,
            key_file=str(self.user_key),
            key=self.key if confirmed else None,
            key_state=KeyState.CONFIRMED if confirmed else KeyState.UNKNOWN,
        )

    def start(self) -> None:
        """Start, and wait until it answers; raises ToolMissing, AppError."""
        sshd = find("sshd")
        if sshd is None:
            raise ToolMissing(
                "The OpenSSH server is not installed.",
                hint="Install it: apt-get install openssh-server (Debian, Ubuntu).",
            )
        if os.geteuid() == 0:
            _RUN_DIR.mkdir(mode=0o755, exist_ok=True)
        flags = [part for item in self._all_options().items() for part in ("-o", "=".join(item))]
        self._process = self._stack.enter_context(
            running([*self.prefix, sshd, "-D", "-e", "-f", "/dev/null", *flags], log=self.log)
        )
        self._wait()

    def stop(self) -> None:
        """End the server; sessions it has started end with their connections."""
        self._stack.close()
        self._process = None

    def restart(self) -> None:
        """Stop and start on the same port."""
        self.stop()
        self.start()

    def change_host_key(self) -> None:
        """Come back with another host key, as a re-installed or an impostor server would."""
        self.stop()
        for path in (self.folder / "host", self.folder / "host.pub"):
            path.unlink()
        new_key(self.folder / "host")
        self.start()

    def _all_options(self) -> dict[str, str]:
        env = {"HOME": str(self.home), "XDG_STATE_HOME": str(self.state), **self.env}
        return {
            "ListenAddress": "127.0.0.1",
            "Port": str(self.port),
            "HostKey": str(self.folder / "host"),
            "AuthorizedKeysFile": str(self.folder / "user.pub"),
            "StrictModes": "no",
            "UsePAM": "no",
            "PermitRootLogin": "yes",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PidFile": "none",
            "MaxStartups": "100",
            "LogLevel": "VERBOSE",
            "PrintMotd": "no",
            "PermitUserRC": "no",
            "SetEnv": " ".join(f'{name}="{value}"' for name, value in env.items()),
            "Subsystem": "sftp internal-sftp",
            **self.options,
        }

    def _wait(self) -> None:
        deadline_s = time.monotonic() + _START_S
        while time.monotonic() < deadline_s:
            if self._process is not None and self._process.poll() is not None:
                said = self.log.read_text("utf-8", "replace").strip().splitlines()
                raise AppError(f"The private SSH server did not start: {said[-1] if said else ''}")
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise TimedOut("The private SSH server did not answer in time.")


def new_key(path: Path) -> Path:
    """Make an Ed25519 key pair without a passphrase; an existing one is left as it is."""
    if not path.exists():
        keygen = find("ssh-keygen")
        if keygen is None:
            raise ToolMissing("ssh-keygen is not installed.", hint="Install the OpenSSH client.")
        done = run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], limit_s=20)
        if not done.ok:
            raise AppError(f"A key could not be made: {done.complaint}")
    return path


def read_public_key(path: Path) -> HostKey:
    """Read a public key file and give it the fingerprint ssh-keygen would print."""
    algorithm, encoded, *_ = path.read_text("ascii").split()
    digest = hashlib.sha256(base64.b64decode(encoded)).digest()
    sha256 = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
    return HostKey(algorithm, sha256, f"{algorithm} {encoded}")
