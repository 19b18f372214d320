"""``changedesk backup``: take a set of a host, or of every host of a change, and prove it."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.outlook import show
from app.cli.output import answer
from app.cli.sets import FINDING, level_of, set_data, set_lines
from app.domain.backup import BackupSet, BackupSource, CaptureState, Level, SourceKind
from app.domain.host import Host
from app.domain.ids import HostId
from app.domain.preflight import HostOutlook
from app.errors import InvalidInput, NotFound
from app.i18n import _
from app.services.backup.backup_outlook import look_at_change, look_at_host
from app.services.backup.backup_schedule import due_backups, run_due
from app.services.backup.backup_sources import HAS_QUERY
from app.services.backup.backups import back_up_change, take_backup
from app.services.host.hosts import hold_sudo_secret
from app.tasks import TaskContext

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "backup",
        help=_("take a backup over SSH and prove it"),
        description=_("Exit codes: 0 proven as asked, 1 refused, 2 wrong words, 3 not proven."),
    )
    parser.add_argument("change", nargs="?", help=_("number of a change with a backup plan"))
    parser.add_argument("--host", help=_("name of a host, when no change is given"))
    parser.add_argument("--path", action="append", default=[], help=_("folder or file to keep"))
    parser.add_argument("--exclude", action="append", default=[], help=_("pattern to leave out"))
    parser.add_argument("--sqlite", action="append", default=[], help=_("SQLite database file"))
    parser.add_argument("--postgresql", action="append", default=[], help=_("database name"))
    parser.add_argument("--mysql", action="append", default=[], help=_("database name"))
    parser.add_argument(
        "--mongodb", action="append", default=[], help=_("database name, or * for all; not proven")
    )
    parser.add_argument("--redis", action="store_true", help=_("the whole Redis server"))
    parser.add_argument("--server", default="", help=_("database server: name:port or a socket"))
    parser.add_argument("--login", default="", help=_("account in the database"))
    parser.add_argument("--query", default="", help=_("SELECT that a restore drill must answer"))
    parser.add_argument(
        "--level", type=level_of, default=None, help=_("how far to prove it: L0 to L4")
    )
    parser.add_argument(
        "--spool",
        action="store_true",
        help=_(
            "write files and SQLite databases to the host's own disk first, so that a cut link is "
            "no matter"
        ),
    )
    parser.add_argument(
        "--as-root",
        action="store_true",
        help=_("read files and SQLite databases as root, through sudo"),
    )
    parser.add_argument(
        "--ask-sudo",
        action="store_true",
        help=_("ask for the password for sudo of each host, or read one line each from a pipe"),
    )
    parser.add_argument(
        "--due",
        action="store_true",
        help=_("take what runbooks have scheduled for now, such as from a timer of the system"),
    )
    parser.add_argument(
        "--preview",
        action="store_true",
        help=_("take nothing: say what there is, what is left out, and whether it fits"),
    )


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Take the backup; 0 when proven as asked, 3 when it is partial or not proven."""
    keeping = services.keeping
    if args.ask_sudo:
        _hold_passwords(args, services)
    if args.due:
        return _take_due(services, as_json=args.json)
    if args.preview:
        return show(_outlooks(args, services), as_json=args.json)
    if args.change:
        with services.new_uow() as uow:
            change = uow.changes.by_number(args.change)
        taken = back_up_change(change, keeping=keeping, context=TaskContext(), level=args.level)
        wanted = args.level or (change.risk.required_backup if change.risk else Level.READABLE)
    else:
        host = _host(args, services)
        wanted = Level.READABLE if args.level is None else args.level
        sources = _sources(args, host.id)
        one = take_backup(host.id, sources, keeping=keeping, context=TaskContext(), level=wanted)
        taken = (one,)
    lines = [line for item in taken for line in set_lines(item)]
    answer({"sets": [set_data(item) for item in taken]}, lines, as_json=args.json)
    return 0 if all(_is_good(item, wanted) for item in taken) else FINDING


def _hold_passwords(args: argparse.Namespace, services: "AppServices") -> None:
    """Read the password for sudo of every host concerned; in memory until the command ends."""
    hosts = [_host(args, services)] if args.host else []
    if args.change:
        with services.new_uow() as uow:
            plan = uow.changes.by_number(args.change).backup_plan
            hosts = [uow.hosts.get(host) for host in dict.fromkeys(one.host for one in plan)]
    for host in hosts:
        words = _("Password for sudo on {host}: ").format(host=host.name)
        typed = getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if typed:
            hold_sudo_secret(host, typed, secrets=services.secrets, desk=services.desk)


def _take_due(services: "AppServices", *, as_json: bool) -> int:
    """Take every scheduled backup whose time has come; 3 when one is not there afterwards."""
    tried = []
    for due in due_backups(desk=services.desk):
        attempt = run_due(due, keeping=services.keeping, context=TaskContext())
        if attempt is not None:
            tried.append((due, attempt))
    data = [{"change": due.number, "attempt": attempt} for due, attempt in tried]
    lines = [f"{due.number} {due.title}: {attempt.outcome}" for due, attempt in tried]
    answer({"due": data}, lines or [_("Nothing is due.")], as_json=as_json)
    return 0 if all(attempt.ok for _due, attempt in tried) else FINDING


def _outlooks(args: argparse.Namespace, services: "AppServices") -> Sequence[HostOutlook]:
    keeping, context = services.keeping, TaskContext()
    if args.change:
        with services.new_uow() as uow:
            change = uow.changes.by_number(args.change)
        return look_at_change(change, keeping=keeping, context=context)
    host = _host(args, services)
    sources = _sources(args, host.id)
    return (look_at_host(host.id, sources, keeping=keeping, context=context),)


def _is_good(item: BackupSet, wanted: Level) -> bool:
    proven = item.level is not None and item.level >= wanted
    return proven and item.state is not CaptureState.PARTIAL


def _host(args: argparse.Namespace, services: "AppServices") -> Host:
    if not args.host:
        raise InvalidInput(_("Name a change, or a host with --host."))
    with services.new_uow() as uow:
        for host in uow.hosts.list():
            if args.host in (host.name, host.id):
                return host
    raise NotFound(_("There is no host {name}.").format(name=args.host))


def _sources(args: argparse.Namespace, host: HostId) -> list[BackupSource]:
    found = [
        BackupSource(SourceKind.SQLITE, host, database=name, spool=args.spool, as_root=args.as_root)
        for name in args.sqlite
    ]
    named = {
        SourceKind.POSTGRESQL: args.postgresql,
        SourceKind.MYSQL: args.mysql,
        SourceKind.MONGODB: ["" if name == "*" else name for name in args.mongodb],
        SourceKind.REDIS: [""] if args.redis else [],
    }
    for kind, names in named.items():
        query = args.query if kind in HAS_QUERY else ""
        found += [
            BackupSource(
                kind, host, database=name, server=args.server, login=args.login, query=query
            )
            for name in names
        ]
    if args.path:
        files = BackupSource(
            SourceKind.FILES, host, tuple(args.path), tuple(args.exclude), spool=args.spool,
            as_root=args.as_root,
        )  # fmt: skip
        found.insert(0, files)
    if not found:
        raise InvalidInput(_("Say what to keep: --path, or one of the databases (see --help)."))
    return found
