"""Take hosts over from the settings of OpenSSH: first what would happen, then what is wanted."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from app.domain.event import NewEvent
from app.domain.host import Host
from app.domain.host_import import Candidate, FoundHost, FoundHosts, ImportPlan, Standing
from app.domain.ids import HostId, new_id
from app.errors import InvalidInput
from app.i18n import _
from app.services.change.changes import Desk
from app.services.host.host_fields import check_host_fields

ReadSettings = Callable[[Path], FoundHosts]


def plan_import(found: FoundHosts, *, desk: Desk) -> ImportPlan:
    """Say of every host that was found whether it is new, kept already, or cannot be used."""
    with desk.new_uow() as uow:
        kept = [host for host in uow.hosts.list() if not host.archived]
    builder = _Builder(found.hosts, kept)
    return ImportPlan(tuple(builder.candidate(host) for host in found.hosts), found.remarks)


def import_hosts(found: FoundHosts, wanted: Iterable[str], *, desk: Desk) -> tuple[Host, ...]:
    """Keep the wanted hosts and the jump hosts that they need; their keys are not confirmed yet.

    Args:
        found: What was read.
        wanted: Names of found hosts; those that are not new are left as they are.
        desk: Who takes them over.

    Returns:
        The hosts that are kept now and were not before, each behind the jump hosts it needs.

    Raises:
        InvalidInput: A wanted host cannot be used; nothing is kept then.
    """
    names = set(wanted)
    with desk.new_uow() as uow:
        builder = _Builder(found.hosts, [h for h in uow.hosts.list() if not h.archived])
        for item in found.hosts:
            if item.name in names and builder.candidate(item).standing is not Standing.KEPT:
                builder.host(item)
        for host in builder.made:
            uow.hosts.add(host)
            text = _("Took over host {name} ({user}@{address}:{port}) from OpenSSH").format(
                name=host.name, user=host.user, address=host.address, port=host.port
            )
            uow.log.append(NewEvent("host.added", text, refs=(host.id,)))
        if builder.made:
            uow.commit()
    return tuple(builder.made)


class _Builder:
    """Makes host records out of what was found, jump hosts first."""

    def __init__(self, found: Sequence[FoundHost], kept: Sequence[Host]) -> None:
        self._found = {item.name: item for item in found}
        self._kept = {host.name: host for host in kept}
        self.made: list[Host] = []

    def candidate(self, item: FoundHost) -> Candidate:
        """Say what would become of a found host; makes nothing that lasts."""
        kept = self._kept.get(item.name)
        if kept is not None:
            same = (kept.address, kept.port, kept.user) == (item.address, item.port, item.user)
            where = f"{kept.user}@{kept.address}:{kept.port}"
            why = "" if same else _("{name} is kept as {where}").format(name=kept.name, where=where)
            return Candidate(item, Standing.KEPT if same else Standing.DIFFERENT, why)
        try:
            _Builder(tuple(self._found.values()), tuple(self._kept.values())).host(item)
        except InvalidInput as error:
            return Candidate(item, Standing.UNUSABLE, error.text)
        return Candidate(item, Standing.NEW, _through(item.hops))

    def host(self, item: FoundHost, path: tuple[str, ...] = (), before: Host | None = None) -> Host:
        """Return the record of a found host, made if it is new, with those it is reached through.

        ``before`` is the host it is reached through on the way to another, whatever its own
        settings say; they must not say otherwise.

        Raises:
            InvalidInput: A field cannot be used, or jump hosts lead in a circle.
        """
        if item.name in path:
            raise InvalidInput(
                _("The jump hosts of {name} lead in a circle.").format(name=item.name)
            )
        kept = self._kept.get(item.name)
        if kept is not None:
            moved = (kept.address, kept.port) != (item.address, item.port)
            if path and (moved or (before is not None and kept.jump != before.id)):
                raise _otherwise(kept)
            return kept
        own = self._last_of(item.hops, (*path, item.name))
        if own is not None and before is not None and own.id != before.id:
            raise InvalidInput(
                _("{name} is reached in another way by its own settings.").format(name=item.name)
            )
        jump = before or own
        login = (item.login, item.key_file, jump.id if jump else None)
        reach = (HostId(new_id()), item.name, item.address, item.port, item.user)
        return self._keep(Host(*reach, *login))

    def _last_of(self, hops: tuple[str, ...], path: tuple[str, ...]) -> Host | None:
        """Return the last host on the way, each reached through the one before it."""
        before: Host | None = None
        for name in hops:
            if name not in self._found:
                raise InvalidInput(_("Its jump host {name} cannot be used.").format(name=name))
            before = self.host(self._found[name], path, before)
        return before

    def _keep(self, host: Host) -> Host:
        check_host_fields(host)
        self.made.append(host)
        self._kept[host.name] = host
        return host


def _otherwise(kept: Host) -> InvalidInput:
    return InvalidInput(_("{name} is kept, and reached in another way.").format(name=kept.name))


def _through(hops: tuple[str, ...]) -> str:
    if not hops:
        return ""
    return _("through {names}").format(names=", ".join(hops))
