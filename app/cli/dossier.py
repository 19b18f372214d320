"""``changedesk dossier``: hand a change over, look into a dossier, verify it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.output import answer
from app.errors import InvalidInput
from app.i18n import _
from app.wording import bytes_size, moment

if TYPE_CHECKING:
    from app.services.dossier_reading import Dossier
    from app.services.facade import AppServices

FINDING = 3


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command with its verbs."""
    parser = commands.add_parser(
        "dossier",
        help=_("hand a change over as one file, look into one, verify one"),
        description=_(
            "export NUMBER, show FILE, verify FILE. Exit codes: 0 done or intact, 1 refused,"
            " 2 wrong words or files, 3 something in the file is wrong."
        ),
    )
    parser.add_argument("verb", choices=("export", "show", "verify"))
    parser.add_argument("what", help=_("number of the change, or the file"))
    parser.add_argument("--out", type=Path, help=_("file to write; NUMBER-dossier.zip otherwise"))
    parser.add_argument(
        "--with-secrets",
        action="store_true",
        help=_("hand over also what looks like a secret, after a look at it"),
    )


def run(args: argparse.Namespace, services: "AppServices | None") -> int:
    """Do what the verb says."""
    if args.verb == "export":
        if services is None:
            raise InvalidInput(_("Only a change of the data folder can be handed over."))
        return _export(args, services)
    from app.services.dossier_reading import open_dossier  # noqa: PLC0415 - now it is needed

    found = open_dossier(Path(args.what))
    told = _verified(found) if args.verb == "verify" else _verified(found) | _shown(found)
    answer(told, _lines(found, full=args.verb == "show"), as_json=args.json)
    return 0 if found.intact else FINDING


def _export(args: argparse.Namespace, services: "AppServices") -> int:
    from app.services.dossiers import (  # noqa: PLC0415 - now it is needed
        Shelves,
        hand_over,
        suspects,
    )

    with services.new_uow() as uow:
        change = uow.changes.by_number(args.what)
    target: Path = args.out or Path(f"{change.number}-dossier.zip")
    desk, shelves = services.desk, Shelves(services.files, services.series)
    known = suspects(change.id, desk=desk, shelves=shelves) if args.with_secrets else ()
    hand_over(
        change.id, target, desk=desk, shelves=shelves, secrets=services.secrets, accepted=known
    )
    size = target.stat().st_size
    text = _("{file}: {number}, {size}").format(
        file=target, number=change.number, size=bytes_size(size)
    )
    told = {"file": target, "number": change.number, "bytes": size, "may_hold_secrets": known}
    seen = [_("May hold secrets: {name}").format(name=name) for name in known]
    answer(told, [*seen, text], as_json=args.json)
    return 0


def _verified(found: "Dossier") -> dict[str, Any]:
    manifest, signed = found.manifest, found.signed
    return {
        "file": found.path,
        "intact": found.intact,
        "number": manifest.number if manifest else "",
        "members": len(manifest.members) if manifest else 0,
        "findings": [
            {"member": item.member, "fault": item.fault, "text": item.text}
            for item in found.findings
        ],
        "signed_by": signed.by if signed else "",
        "key": signed.fingerprint if signed else "",
    }


def _shown(found: "Dossier") -> dict[str, Any]:
    manifest, change = found.manifest, found.change
    return {
        "title": manifest.title if manifest else "",
        "as_of": manifest.as_of if manifest else None,
        "log_head": manifest.log_head if manifest else "",
        "state": change.state if change else "",
        "close_code": change.close_code if change else "",
        "entries": len(found.events),
        "names": [member.name for member in manifest.members] if manifest else [],
    }


def _lines(found: "Dossier", *, full: bool) -> list[str]:
    lines = [finding.text for finding in found.findings]
    manifest = found.manifest
    if manifest is None:
        return lines
    signed = _("not signed")
    if found.signed:
        signed = _("signed by {name}, key {key}").format(
            name=found.signed.by, key=found.signed.fingerprint
        )
    state = _("intact") if found.intact else _("NOT intact")
    head = _("{number}: {n} members, {state}, {signed}").format(
        number=manifest.number, n=len(manifest.members), state=state, signed=signed
    )
    if full:
        lines += [
            f"{bytes_size(member.size_bytes):>10}  {member.name}" for member in manifest.members
        ]
        if manifest.as_of:
            lines.append(_("As of {at}").format(at=moment(manifest.as_of)))
    return [*lines, head]
