"""All connections of the program: one per host and login, set up at a gentle pace."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING

from app.domain.host import Host, HostKey, Stage
from app.errors import Unreachable
from app.i18n import _
from app.services.ports import Secrets
from app.ssh import connect
from app.ssh.connect import Route
from app.ssh.known_hosts import KnownHosts
from app.ssh.limits import Limits
from app.ssh.login import RefusedSecrets
from app.ssh.session import Means, SshRemote
from app.tasks import TaskContext

if TYPE_CHECKING:
    from paramiko import Channel


class RemotePool:
    """Opens hosts; fits `Remotes`.

    ``find_host`` returns a host by id, for jumps. ``known_hosts`` is where confirmed keys are
    written down for other programs.
    """

    def __init__(
        self,
        secrets: Secrets,
        find_host: Callable[[str], Host],
        limits: Limits | None = None,
        known_hosts: Path | None = None,
    ) -> None:
        self._find_host = find_host
        self._means = Means(
            secrets,
            RefusedSecrets(),
            limits or Limits(),
            KnownHosts(known_hosts) if known_hosts else None,
        )
        self._remotes: dict[str, SshRemote] = {}
        self._gates: dict[tuple[str, int], Throttle] = {}
        self._lock = RLock()

    def open(self, host: Host) -> SshRemote:
        """Return the remote of a host; connects on first use.

        A host whose record was edited gets a new connection; the old one ends with its last user.
        """
        with self._lock:
            return self._open(host, ())

    def probe_key(self, host: Host) -> HostKey:
        """Ask the server for its key without logging in; raises Unreachable, TimedOut."""
        with self._lock:
            route = self._route(host, ())
        return connect.probe_key(route, self._means.limits, TaskContext())

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            remotes, self._remotes = list(self._remotes.values()), {}
        for remote in remotes:
            remote.close()

    def _open(self, host: Host, seen: tuple[str, ...]) -> SshRemote:
        old = self._remotes.get(host.id)
        if old is not None:
            if _same_way(old.host, host):
                return old
            old.retire()
        remote = SshRemote(self._route(host, seen), self._means)
        self._remotes[host.id] = remote
        return remote

    def _route(self, host: Host, seen: tuple[str, ...]) -> Route:
        if host.jump is None:
            return Route(host, self._gate(host).wait)
        if host.jump == host.id or host.jump in seen:
            raise Unreachable(
                _("The jump hosts lead in a circle."),
                hint=_("Change the jump host of one of them."),
                host=host.name,
                step=Stage.REACH,
            )
        through = self._find_host(host.jump)
        path = (*seen, host.id)

        def tunnel(address: str, port: int, context: TaskContext) -> "Channel":
            with self._lock:
                remote = self._open(through, path)
            return remote.tunnel(address, port, context)

        self._route(through, path)  # finds a circle before anything is sent
        return Route(host, self._gate(host).wait, tunnel)

    def _gate(self, host: Host) -> "Throttle":
        new_per_s = self._means.limits.new_per_s
        return self._gates.setdefault((host.address, host.port), Throttle(new_per_s))


def _same_way(one: Host, other: Host) -> bool:
    """Whether two records of a host are reached and used in the same way."""

    def way(host: Host) -> tuple[object, ...]:
        login = (host.user, host.login, host.key_file, host.sudo)
        return (host.address, host.port, host.key, host.jump, *login)

    return way(one) == way(other)


class Throttle:
    """Lets two callers pass at once, then at most ``per_s`` a second."""

    BURST = 2

    def __init__(self, per_s: float) -> None:
        self._gap_s = 1 / per_s
        self._next_s = float("-inf")
        self._lock = Lock()

    def wait(self, context: TaskContext) -> None:
        """Return when it is this caller's turn; raises TaskCancelled."""
        with self._lock:
            now_s = time.monotonic()
            earliest_s = now_s - self.BURST * self._gap_s
            self._next_s = max(self._next_s, earliest_s) + self._gap_s
            pause_s = self._next_s - now_s
        if pause_s > 0:
            context.wait(pause_s)
