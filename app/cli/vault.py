"""``changedesk vault``: look at sets, prove them, give them back.

With ``--folder`` and ``--identity`` it works on any vault, without the store and without a keyring:
that is how sets are restored on a new computer, with the printed recovery key.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import vault_care, vault_ways
from app.cli.output import answer
from app.cli.sets import (
    FINDING,
    find_set,
    host_of,
    level_of,
    objects_of,
    set_data,
    set_line,
    set_lines,
)
from app.clock import SystemClock
from app.domain.backup import BackupSet, Level, Outcome, RestoreResult
from app.domain.ids import HostId
from app.errors import InvalidInput
from app.i18n import _
from app.services.backup.backup_copies import copy_backup
from app.services.backup.backups import (
    Safekeeping,
    accept_partial,
    adopt_at_start,
    verify_set,
)
from app.services.backup.restores import HostRestore, restore_on_host, restore_to_folder
from app.services.backup.set_records import proof_words
from app.services.ports.vault import CopyPlace
from app.tasks import TaskContext
from app.wording import duration

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command with its verbs."""
    parser = commands.add_parser(
        "vault",
        help=_("make a vault; list, prove, restore and keep its sets; care for its key"),
        description=_(
            "Exit codes: 0 done, 1 refused, 2 wrong words, 3 a proof did not succeed, or its record"
            " is missing."
        ),
    )
    parser.add_argument("verb", choices=(*_VERBS, *vault_ways.VERBS, *vault_care.VERBS))
    parser.add_argument("set", nargs="?", help=_("id of a set or restore, or its beginning"))
    parser.add_argument("--level", type=level_of, default=Level.READABLE, help=_("L1 to L4"))
    parser.add_argument(
        "--to", type=Path, help=_("new folder to restore into, or folder that takes a copy")
    )
    parser.add_argument(
        "--to-host",
        metavar="NAME:FOLDER",
        help=_("folder of a host that takes a copy, by SFTP where it has no shell"),
    )
    parser.add_argument("--on-host", metavar="NAME", help=_("put it back; type the host's name"))
    parser.add_argument("--host", default="", help=_("only what a set holds of this host"))
    parser.add_argument(
        "--object",
        action="append",
        default=[],
        help=_("only this stored object, such as a database; by its name or its title"),
    )
    parser.add_argument(
        "--no-safety", action="store_true", help=_("take no set of the present state first")
    )
    parser.add_argument("--reason", default="", help=_("why a set is accepted, held or binned"))
    parser.add_argument(
        "--path", action="append", default=[], help=_("only this file or folder; or what to find")
    )
    parser.add_argument("--apply", action="store_true", help=_("put in the bin what would go"))
    parser.add_argument("--sheet", type=Path, help=_("PDF to write a new recovery key into"))
    parser.add_argument("--folder", type=Path, help=_("a vault outside of the data folder"))
    parser.add_argument("--identity", type=Path, help=_("key file of that vault"))


def run(args: argparse.Namespace, services: "AppServices | None") -> int:
    """Do what the verb says; ``services`` is not needed for a vault named by ``--folder``."""
    if bool(args.folder) != bool(args.identity):
        raise InvalidInput(_("--folder and --identity go together."))
    more = vault_ways.VERBS | vault_care.VERBS
    if args.folder and args.verb in more:
        raise InvalidInput(_("This needs the store: leave --folder and --identity out."))
    if args.folder:
        return _VERBS[args.verb](args, _Outside(args.folder, args.identity))
    if services is None:
        raise InvalidInput(_("Name a vault with --folder and --identity."))
    if args.verb in more:
        return more[args.verb](args, services)
    return _VERBS[args.verb](args, _Inside(services))


class _Inside:
    """The vault of the data folder, with the store beside it."""

    def __init__(self, services: "AppServices") -> None:
        self._services = services

    @property
    def keeping(self) -> Safekeeping:
        return self._services.keeping

    def sets(self) -> Sequence[BackupSet]:
        with self._services.new_uow() as uow:
            return uow.backups.list()

    def unknown(self) -> Sequence[str]:
        return ()

    def verify(self, item: BackupSet, level: Level) -> BackupSet:
        return verify_set(item.id, level, keeping=self.keeping, context=TaskContext())

    def restore(
        self, item: BackupSet, target: Path, paths: Sequence[str], host: HostId | None
    ) -> RestoreResult:
        return restore_to_folder(
            item.id, target, keeping=self.keeping, context=TaskContext(), paths=paths, host=host
        )


class _Outside:
    """A vault on its own, opened with a key file; nothing is recorded but beside its sets."""

    def __init__(self, folder: Path, identity: Path) -> None:
        from app.vault.opening import keys_in_file, open_vault  # noqa: PLC0415 - only here

        self._vault = open_vault(folder, SystemClock(), keys_in_file(identity), reserve_bytes=0)

    @property
    def keeping(self) -> Safekeeping:
        raise InvalidInput(_("This needs the store: leave --folder and --identity out."))

    def sets(self) -> Sequence[BackupSet]:
        return self._vault.sets()

    def unknown(self) -> Sequence[str]:
        """Say what only the log of the program that made the vault could tell."""
        return (_("  Whether a proof record is missing is not known here: the log is elsewhere."),)

    def verify(self, item: BackupSet, level: Level) -> BackupSet:
        found = [
            self._vault.verify(item, step, by="", context=TaskContext())
            for step in Level
            if Level.CAPTURED < step <= level
        ]
        return replace(item, verifications=(*item.verifications, *found))

    def restore(
        self, item: BackupSet, target: Path, paths: Sequence[str], host: HostId | None
    ) -> RestoreResult:
        return self._vault.restore(item, target, TaskContext(), paths=paths, host=host)


_Place = _Inside | _Outside


def _list(args: argparse.Namespace, place: _Place) -> int:
    found = place.sets()
    lines = [set_line(item) for item in found] or [_("The vault is empty.")]
    answer({"sets": [set_data(item) for item in found]}, lines, as_json=args.json)
    return 0


def _show(args: argparse.Namespace, place: _Place) -> int:
    item = _wanted(args, place)
    answer(set_data(item), [*set_lines(item), *place.unknown()], as_json=args.json)
    return 0


def _verify(args: argparse.Namespace, place: _Place) -> int:
    item = place.verify(_wanted(args, place), args.level)
    answer(set_data(item), set_lines(item), as_json=args.json)
    tried = [item.latest(level) for level in Level if level <= args.level]
    passed = all(proof is not None and proof.outcome is Outcome.PASSED for proof in tried)
    return 0 if passed and not item.lost else FINDING


def _restore(args: argparse.Namespace, place: _Place) -> int:
    item = _wanted(args, place)
    if bool(args.to) == bool(args.on_host):
        raise InvalidInput(_("Say where to: --to FOLDER or --on-host NAME."))
    if args.to:
        result = place.restore(item, args.to, args.path, host_of(args.host, item))
    else:
        wanted = HostRestore(
            item.id,
            args.on_host,
            objects=objects_of(args.object, item, args.on_host),
            safety=not args.no_safety,
            paths=tuple(args.path),
        )
        result = restore_on_host(wanted, keeping=place.keeping, context=TaskContext())
    lines = [
        _("Restored {n} members to {where} in {time}; compared: {what}").format(
            n=result.members,
            where=result.where,
            time=duration(result.duration_s),
            what=result.compared,
        ),
        *(_("Kept: {path}").format(path=path) for path in result.kept),
        *(_("Not restored: {what}").format(what=what) for what in result.skipped),
    ]
    answer(asdict(result), lines, as_json=args.json)
    return 0


def _copy(args: argparse.Namespace, place: _Place) -> int:
    item = _wanted(args, place)
    if bool(args.to) == bool(args.to_host):
        raise InvalidInput(_("Say where to: --to FOLDER or --to-host NAME:FOLDER."))
    name, _colon, folder = (args.to_host or "").partition(":")
    wanted = CopyPlace(folder, name) if args.to_host else CopyPlace(str(args.to.absolute()))
    item = copy_backup(item.id, wanted, keeping=place.keeping, context=TaskContext())
    answer(set_data(item), set_lines(item), as_json=args.json)
    return 0


def _accept(args: argparse.Namespace, place: _Place) -> int:
    item = accept_partial(_wanted(args, place).id, args.reason, keeping=place.keeping)
    answer(set_data(item), set_lines(item), as_json=args.json)
    return 0


def _adopt(args: argparse.Namespace, place: _Place) -> int:
    found = adopt_at_start(keeping=place.keeping)
    lines = [
        *(_("Adopted: {set}").format(set=set_line(item)) for item in found.adopted),
        *(_("Missing: {id}").format(id=set_id) for set_id in found.missing),
        *(
            _("Put aside: {path}: {reason}").format(path=aside.path, reason=aside.reason)
            for aside in found.quarantined
        ),
        *(
            text.format(set=one.set, proof=proof_words(proof))
            for one in found.records
            for text, proofs in (
                (_("A proof record is missing: {set}: {proof}"), one.lost),
                (_("A proof record is there again: {set}: {proof}"), one.back),
                (_("A proof record was taken over: {set}: {proof}"), one.unknown),
            )
            for proof in proofs
        ),
        *(
            _("The record of a copy is missing: {set}: {where}").format(
                set=one.set, where=made.where
            )
            for one in found.records
            for made in one.copies_lost
        ),
        *(
            _("The record of an acceptance is missing: {set}").format(set=one.set)
            for one in found.records
            if one.acceptance_lost
        ),
    ]
    data = {
        "adopted": [set_data(item) for item in found.adopted],
        "missing": found.missing,
        "quarantined": [asdict(aside) for aside in found.quarantined],
        "proof_records": [asdict(one) for one in found.records],
    }
    answer(data, lines or [_("Vault and store agree.")], as_json=args.json)
    lost = any(one.lost or one.copies_lost or one.acceptance_lost for one in found.records)
    return FINDING if found.missing or found.quarantined or lost else 0


def _wanted(args: argparse.Namespace, place: _Place) -> BackupSet:
    if not args.set:
        raise InvalidInput(_("Name a set by its id."), hint=_("changedesk vault list shows them."))
    return find_set(args.set, place.sets())


_VERBS: dict[str, Callable[[argparse.Namespace, _Place], int]] = {
    "list": _list,
    "show": _show,
    "verify": _verify,
    "restore": _restore,
    "copy": _copy,
    "accept": _accept,
    "adopt": _adopt,
}
