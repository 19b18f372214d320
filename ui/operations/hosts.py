"""What the hosts page reads and does, each as one call on a worker."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.health import HealthReport
from app.domain.host import Host, HostKey
from app.domain.host_import import FoundHosts, ImportPlan
from app.services.host import host_imports, hosts, legacy_hosts
from app.services.host import sudo_files as sudo_rules
from app.services.saving import save_whole
from ui.tasks import Task, host_lane

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from ui.context import UiContext


@dataclass(frozen=True, slots=True)
class HostView:
    """A host with its newest health report."""

    host: Host
    health: HealthReport | None
    legacy_holds: bool = False
    """Whether old cryptography may be used today."""
    sudo_held: bool = False
    """Whether a password for sudo is held in memory."""

    @property
    def may_ask(self) -> bool:
        """Whether sudo may want a password here: for every command, or to read as root."""
        return self.host.sudo or self.host.user != "root"

    @property
    def id(self) -> str:
        """The host's id."""
        return self.host.id


def load_hosts(services: "AppServices") -> tuple[HostView, ...]:
    """Return every host in use, by name."""
    today = services.clock.now().date()
    with services.new_uow() as uow:
        known = [host for host in uow.hosts.list() if not host.archived]
        newest = {report.host: report for report in uow.health.newest_by("host")}
    views = []
    for host in sorted(known, key=lambda item: item.name.casefold()):
        holds = host.legacy is not None and host.legacy.holds(today)
        view = HostView(host, newest.get(host.id), holds)
        held = view.may_ask and services.secrets.get(host.sudo_secret) is not None
        views.append(replace(view, sudo_held=held))
    return tuple(views)


def hold_sudo(context: "UiContext", host: Host, password: str) -> Task:
    """Hold the password for sudo on a host until the program ends; an empty one forgets it."""
    services = context.services

    def work(_ctx: object) -> Host:
        if password:
            hosts.hold_sudo_secret(host, password, secrets=services.secrets, desk=services.desk)
        else:
            hosts.forget_sudo_secret(host, secrets=services.secrets, desk=services.desk)
        return host

    return context.tasks.start(work)


def sudo_files(context: "UiContext", host: Host) -> Task:
    """Ask for the host's id and the rules the open changes need on it."""
    services = context.services
    return context.tasks.start(
        lambda _ctx: (host.id, sudo_rules.sudo_files(host, desk=services.desk))
    )


def write_sudo_file(context: "UiContext", file: sudo_rules.SudoFile, target: Path) -> Task:
    """Write the rules of a change into a file."""
    return context.tasks.start(lambda _ctx: save_whole(file.text.encode(), target))


def save(context: "UiContext", host: Host, *, new: bool, secret: str = "") -> Task:
    """Keep a new or an edited host, and its secret in the keyring when one was typed."""
    services = context.services

    def work(_ctx: object) -> Host:
        verb = hosts.add_host if new else hosts.edit_host
        kept = verb(host, desk=services.desk)
        if secret:
            hosts.keep_secret(kept, secret, secrets=services.secrets, desk=services.desk)
        return kept

    return context.tasks.start(work)


def ask_key(context: "UiContext", host: Host) -> Task:
    """Ask a host for its key without logging in."""
    services = context.services
    return context.tasks.start(
        lambda _ctx: hosts.shown_key(host.id, remotes=services.remotes, desk=services.desk),
        lane=host_lane(host.id),
    )


def confirm_key(context: "UiContext", host: Host, key: HostKey) -> Task:
    """Confirm a key that was compared."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: hosts.confirm_key(host.id, key, desk=desk))


def re_enrol(context: "UiContext", host: Host, key: HostKey, reason: str) -> Task:
    """Replace the confirmed key, with a reason."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: hosts.re_enrol(host.id, key, reason, desk=desk))


def try_connection(context: "UiContext", host: Host) -> Task:
    """Reach, compare, log in, and run one harmless command."""
    services = context.services
    return context.tasks.start(
        lambda _ctx: hosts.try_connection(host.id, remotes=services.remotes, desk=services.desk),
        lane=host_lane(host.id),
        title=f"{host.name}",
    )


def archive(context: "UiContext", host: Host) -> Task:
    """Take a host out of use."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: hosts.archive_host(host.id, desk=desk))


def allow_legacy(context: "UiContext", host: Host, reason: str, days: int) -> Task:
    """Allow old cryptography on a host for some days from today."""
    desk = context.services.desk
    until = desk.clock.now().date() + timedelta(days=days)
    return context.tasks.start(
        lambda _ctx: legacy_hosts.allow_legacy(host.id, reason, until, desk=desk)
    )


def end_legacy(context: "UiContext", host: Host) -> Task:
    """Take the waiver of a host back."""
    desk = context.services.desk
    return context.tasks.start(lambda _ctx: legacy_hosts.end_legacy(host.id, desk=desk))


def read_openssh(context: "UiContext", path: Path) -> Task:
    """Read the settings of OpenSSH; the result is what was found and what would become of it."""
    services = context.services

    def work(_ctx: object) -> tuple[FoundHosts, ImportPlan]:
        found = services.read_openssh(path.expanduser())
        return found, host_imports.plan_import(found, desk=services.desk)

    return context.tasks.start(work)


def take_over(context: "UiContext", found: FoundHosts, wanted: Iterable[str]) -> Task:
    """Keep the wanted hosts of what was found."""
    desk, names = context.services.desk, tuple(wanted)
    return context.tasks.start(lambda _ctx: host_imports.import_hosts(found, names, desk=desk))
