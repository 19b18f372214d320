"""``changedesk restic``: have restic on a host take a snapshot, read it again, and restore it."""

import argparse
import getpass
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from app.cli.claim import show_references
from app.cli.deeds import add_common
from app.cli.output import answer
from app.domain.change import Change
from app.domain.restic import WHOLE, ResticRepository
from app.errors import IllegalMove, NotFound
from app.i18n import _
from app.secrets import SessionSecrets
from app.services.backup.external_backups import find_reference
from app.services.backup.restic import driving
from app.services.backup.restic.driving import Driving
from app.services.backup.restic.way_back import lines_of
from app.tasks import TaskContext

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command with its deeds."""
    parser = commands.add_parser(
        "restic",
        help=_("have restic on a host take a snapshot, read it again, and restore it"),
        description=_("Exit codes: 0 done, 1 refused or failed, 2 wrong words."),
    )
    deeds = parser.add_subparsers(dest="deed", required=True)
    take = deeds.add_parser("take", help=_("take the files that the plan names on a host"))
    take.add_argument("--host", required=True, help=_("name of the host that restic runs on"))
    take.add_argument("--repository", required=True, help=_("as that host names it"))
    take.add_argument(
        "--percent", type=int, default=WHOLE, help=_("how much is read again; all otherwise")
    )
    deeds.add_parser("drill", help=_("restore beside the originals, compare, clear up"))
    deeds.add_parser("plan", help=_("how to put a snapshot back, command by command"))
    for name, deed in deeds.choices.items():
        deed.add_argument("change", help=_("number of the change"))
        if name != "plan":
            deed.add_argument(
            "--ask", action="store_true",
            help=_("ask for the password of the repository instead of the keyring, and forget it"),
        )  # fmt: skip
        if name != "take":
            deed.add_argument("reference", help=_("id of the reference, or its beginning"))
        add_common(deed)


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Carry out one deed, and show the references as they are then."""
    with services.new_uow() as uow:
        change = uow.changes.by_number(args.change)
        hosts = {host.name: host.id for host in uow.hosts.list()}
    if args.deed == "plan":
        return _show_plan(args, change, services)
    if args.deed == "drill":
        item = find_reference(change.id, args.reference, desk=services.desk)
        with_ = _with(driving.repository_of(item), args, services)
        change = driving.drill(change.id, item.id, TaskContext(), with_=with_)
        return show_references(change, as_json=args.json)
    if args.host not in hosts:
        raise NotFound(_("There is no host {name}.").format(name=args.host))
    repository = ResticRepository(hosts[args.host], args.repository)
    wanted = driving.wanted_on(change, repository, args.percent)
    with_ = _with(repository, args, services)
    change = driving.take(change.id, wanted, TaskContext(), with_=with_)
    return show_references(change, as_json=args.json)


def _show_plan(args: argparse.Namespace, change: Change, services: "AppServices") -> int:
    item = find_reference(change.id, args.reference, desk=services.desk)
    with services.new_uow() as uow:
        name = uow.hosts.get(item.covers[0].host).name
    steps = driving.way_back(change, item, name)
    if not steps:
        raise IllegalMove(_("Only what restic took from here has a plan of commands."))
    answer({"steps": [asdict(step) for step in steps]}, list(lines_of(steps)), as_json=args.json)
    return 0


def _with(
    repository: ResticRepository, args: argparse.Namespace, services: "AppServices"
) -> Driving:
    """Return what restic is driven with; a typed password is gone with the program."""
    if not args.ask:
        return services.driving
    typed = SessionSecrets()
    typed.set(repository.secret, _password())
    return replace(services.driving, secrets=typed)


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass(_("Password of the repository: "))
    return sys.stdin.readline().rstrip("\n")
