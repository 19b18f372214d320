"""All connections of the program: one transport per host and login, set up at a gentle pace."""

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from app.domain.host import Host, HostKey
from app.errors import Unreachable
from app.services.ports import Secrets
from app.ssh import connect
from app.ssh.connect import Route
from app.ssh.limits import Limits
from app.ssh.session import SshRemote

if TYPE_CHECKING:
    from paramiko import Channel

_Key = tuple[object, ...]


class RemotePool:
    """Opens hosts; fits `Remotes`. ``find_host`` returns a host by id, for jumps."""

    def __init__(
        self,
        secrets: Secrets,
        find_host: Callable[[str], Host],
        limits: Limits | None = None,
    ) -> None:
        self._secrets, self._find_host = secrets, find_host
        self._limits = limits or Limits()
        self._remotes: dict[_Key, SshRemote] = {}
        self._gates: dict[tuple[str, int], Throttle] = {}
        self._lock = Lock()

    def open(self, host: Host) -> SshRemote:
        """Return the remote of a host; connects on first use.

        A host whose record was edited gets a connection of its own.
        """
        key: _Key = (host.id, host.address, host.port, host.user, host.login, host.key_file)
        key += (host.key, host.jump, host.sudo)
        with self._lock:
            if key not in self._remotes:
                gate = self._gates.setdefault(
                    (host.address, host.port), Throttle(self._limits.new_per_s)
                )
                route = Route(host, self._jump(host, ()))
                self._remotes[key] = SshRemote(route, self._secrets, self._limits, gate.wait)
            return self._remotes[key]

    def probe_key(self, host: Host) -> HostKey:
        """Ask the server for its key without logging in; raises Unreachable."""
        return connect.probe_key(Route(host, self._jump(host, ())), self._limits)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            remotes, self._remotes = list(self._remotes.values()), {}
        for remote in remotes:
            remote.close()

    def _jump(self, host: Host, seen: tuple[str, ...]) -> "Callable[[str, int], Channel] | None":
        if host.jump is None:
            return None
        if host.jump in seen or host.jump == host.id:
            raise Unreachable("The jump hosts lead in a circle.", host=host.name)
        jump = self._find_host(host.jump)
        route = Route(jump, self._jump(jump, (*seen, host.id)))
        gate = self._gates.setdefault((jump.address, jump.port), Throttle(self._limits.new_per_s))
        remote = SshRemote(route, self._secrets, self._limits, gate.wait)
        self._remotes[("jump", host.id, jump.id, jump.key)] = remote
        return remote.tunnel


class Throttle:
    """Lets callers pass a few at once, then at most ``per_s`` a second."""

    BURST = 5

    def __init__(self, per_s: float) -> None:
        self._gap_s = 1 / per_s
        self._next_s = float("-inf")
        self._lock = Lock()

    def wait(self) -> None:
        """Return when it is this caller's turn."""
        with self._lock:
            now_s = time.monotonic()
            earliest_s = now_s - self.BURST * self._gap_s
            self._next_s = max(self._next_s, earliest_s) + self._gap_s
            pause_s = self._next_s - now_s
        if pause_s > 0:
            time.sleep(pause_s)
