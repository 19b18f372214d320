"""All connections of the program: one per host and login, set up at a gentle pace."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from app.domain.host import Host, HostKey, Stage
from app.errors import Unreachable
from app.i18n import _
from app.services.ports.world import Secrets
from app.ssh import connect
from app.ssh.connect import Route
from app.ssh.gate import SetUpGate
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
    written down for other programs. ``today`` (UTC) decides whether a waiver still holds.
    """

    def __init__(
        self,
        secrets: Secrets,
        find_host: Callable[[str], Host],
        limits: Limits | None = None,
        known_hosts: Path | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._find_host, self._today = find_host, today
        self._means = Means(
            secrets,
            RefusedSecrets(),
            limits or Limits(),
            KnownHosts(known_hosts) if known_hosts else None,
        )
        self._remotes: dict[str, SshRemote] = {}
        self._gates: dict[tuple[str, str, int], SetUpGate] = {}
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
            if _same_way(old.host, host) and not self._outlived(old.host):
                return old
            old.retire()
        remote = SshRemote(self._route(host, seen), self._means)
        self._remotes[host.id] = remote
        return remote

    def _route(self, host: Host, seen: tuple[str, ...]) -> Route:
        if host.jump is None:
            return Route(host, self._gate(host), legacy=self._legacy(host))
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
        return Route(host, self._gate(host), tunnel, self._legacy(host))

    def _gate(self, host: Host) -> SetUpGate:
        limits = self._means.limits
        place = (host.jump or "", host.address, host.port)
        return self._gates.setdefault(place, SetUpGate(limits.set_ups, limits.new_per_s))

    def _legacy(self, host: Host) -> bool:
        return host.legacy is not None and host.legacy.holds(self._today())

    def _outlived(self, host: Host) -> bool:
        """Whether a connection was made under a waiver that has ended since."""
        return host.legacy is not None and not self._legacy(host)


def _same_way(one: Host, other: Host) -> bool:
    """Whether two records of a host are reached and used in the same way."""

    def way(host: Host) -> tuple[object, ...]:
        login = (host.user, host.login, host.key_file, host.sudo)
        return (host.address, host.port, host.key, host.jump, host.legacy, *login)

    return way(one) == way(other)
