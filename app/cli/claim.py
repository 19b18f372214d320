"""``changedesk claim``: record what another system backed up, with its evidence."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.deeds import add_common
from app.cli.output import answer
from app.domain.change import Change
from app.domain.external_backup import BackupSystem, Checked, Covered, ExternalBackup
from app.errors import InvalidInput
from app.i18n import _
from app.services.attachments import Found, read_file
from app.services.backup import external_backups
from app.services.backup.external_backups import DrillReport
from app.services.backup.external_words import system_name, worth
from app.wording import moment

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command with its deeds."""
    parser = commands.add_parser(
        "claim",
        help=_("record what another system backed up, and what shows it"),
        description=_(
            "Exit codes: 0 done, 1 refused, 2 wrong words. Nothing of it is read here, so that it"
            " counts as claimed: L1 at most, L4 with a recorded restore and its evidence."
        ),
    )
    deeds = parser.add_subparsers(dest="deed", required=True)
    record = deeds.add_parser("record", help=_("record a backup of another system"))
    record.add_argument("--system", type=BackupSystem, choices=list(BackupSystem), required=True)
    record.add_argument("--name", default="", help=_("name of a system that is not listed"))
    record.add_argument("--id", required=True, help=_("how that system names the backup"))
    record.add_argument("--taken", type=_instant, required=True, help=_("ISO time with its zone"))
    record.add_argument("--size", type=int, help=_("bytes"))
    record.add_argument("--scope", default="", help=_("what it holds"))
    record.add_argument(
        "--covers", action="append", default=[], metavar="HOST:WHAT",
        help=_("what of the plan it stands for, as the plan names it; everything otherwise"),
    )  # fmt: skip
    record.add_argument("--checked", type=Checked, choices=list(Checked), default=Checked.NOT)
    record.add_argument("--checked-by", default="", help=_("who has looked"))
    record.add_argument("--how", default="", help=_("how it was checked"))
    record.add_argument("--evidence", type=Path, help=_("file that shows it"))
    drill = deeds.add_parser("restored", help=_("record a restore of such a backup"))
    drill.add_argument("--at", type=_instant, required=True, help=_("ISO time with its zone"))
    drill.add_argument("--seconds", type=float, required=True, help=_("how long it took"))
    drill.add_argument("--where", required=True)
    drill.add_argument("--compared", required=True, help=_("how what came back was compared"))
    drill.add_argument("--by", required=True)
    drill.add_argument("--failed", action="store_true", help=_("it did not come back whole"))
    drill.add_argument("--evidence", type=Path, required=True)
    withdraw = deeds.add_parser("withdraw", help=_("take a reference back"))
    withdraw.add_argument("--reason", required=True)
    deeds.add_parser("list", help=_("show the references of a change"))
    for name, deed in deeds.choices.items():
        deed.add_argument("change", help=_("number of the change"))
        if name in ("restored", "withdraw"):
            deed.add_argument("reference", help=_("id of the reference, or its beginning"))
        add_common(deed)


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Carry out one deed, and show the references as they are then."""
    with services.new_uow() as uow:
        change = uow.changes.by_number(args.change)
    desk, files = services.desk, services.files
    match args.deed:
        case "record":
            item, evidence = _reference(args, change, services), _evidence(args.evidence)
            change = external_backups.record_reference(
                change.id, item, evidence, desk=desk, files=files
            )
        case "restored":
            report = DrillReport(
                args.at, args.seconds, args.where, args.compared, args.by, not args.failed
            )
            found = _evidence(args.evidence)
            assert found is not None  # noqa: S101 - the parser asks for it
            change = external_backups.record_drill(
                change.id, args.reference, report, found, desk=desk, files=files
            )
        case "withdraw":
            change = external_backups.withdraw_reference(
                change.id, args.reference, args.reason, desk=desk
            )
        case _:
            pass
    return show_references(change, as_json=args.json)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("{text} is no time").format(text=text)) from error
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(_("{text} says no time zone").format(text=text))
    return at


def _evidence(path: Path | None) -> Found | None:
    if path is None:
        return None
    return Found(path.name, read_file(path), str(path), _("Backup of another system"))


def _reference(args: argparse.Namespace, change: Change, services: "AppServices") -> ExternalBackup:
    with services.new_uow() as uow:
        names = {host.id: host.name for host in uow.hosts.list()}
    planned = {
        f"{names.get(source.host, source.host)}:{source.title}": Covered(
            source.host, source.kind, source.title
        )
        for source in change.backup_plan
    }
    unknown = [text for text in args.covers if text not in planned]
    if unknown:
        raise InvalidInput(
            _("The plan does not name {what}.").format(what=", ".join(unknown)),
            hint=_("It names: {all}").format(all="; ".join(planned)),
        )
    covers = tuple(planned[text] for text in args.covers) or tuple(planned.values())
    return ExternalBackup(
        "", args.system, args.id, args.taken, covers, args.scope, args.name, args.size,
        args.checked, args.checked_by, check=args.how,
    )  # fmt: skip


def show_references(change: Change, *, as_json: bool) -> int:
    """Answer with the references of a change, and return 0."""
    found = change.external_backups
    lines = [
        f"{item.id}  {moment(item.taken_at)}  {system_name(item)}  {item.identifier}  {worth(item)}"
        for item in found
    ] or [_("No backup of another system is recorded.")]
    data = [{"worth": worth(item), "level": item.level, "reference": item} for item in found]
    answer({"references": data}, lines, as_json=as_json)
    return 0
