"""The verbs of ``changedesk vault`` for its key and for what it keeps how long."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.cli.sets import FINDING, find_set, set_line
from app.domain.vault_key import KeyState
from app.errors import InvalidInput
from app.i18n import _
from app.services.backup import retention, vault_keys
from app.wording import bytes_size, moment

if TYPE_CHECKING:
    from app.services.facade import AppServices


def show_new_key(
    made: vault_keys.NewRecoveryKey, args: argparse.Namespace, services: "AppServices"
) -> int:
    """Show a recovery key once, or print it into the file that was named and show nothing."""
    if args.sheet:
        handle = os.open(args.sheet, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            file.write(services.render_recovery(made.sheet).pdf)
        text = _("Print {path}, lock the paper away, then delete the file.").format(path=args.sheet)
        answer({"sheet": str(args.sheet)}, [text], as_json=args.json)
        return 0
    told = _("The vault is made. Print this recovery key and lock it away; it is shown only now:")
    answer({"recovery_key": made.key}, [told, made.key], as_json=args.json)
    return 0


def _make(args: argparse.Namespace, services: "AppServices") -> int:
    if args.sheet and args.sheet.exists():
        raise InvalidInput(_("{path} exists already.").format(path=args.sheet))
    made = vault_keys.make_vault(door=services.vault, desk=services.desk)
    return show_new_key(made, args, services)


def _rotate(args: argparse.Namespace, services: "AppServices") -> int:
    if args.sheet and args.sheet.exists():
        raise InvalidInput(_("{path} exists already.").format(path=args.sheet))
    made = vault_keys.rotate_keys(args.reason, door=services.vault, desk=services.desk)
    return show_new_key(made, args, services)


def _key(args: argparse.Namespace, services: "AppServices") -> int:
    return _tell(services.vault.look(), args)


def _tell(state: KeyState, args: argparse.Namespace) -> int:
    words = vault_keys.words_of(state)
    lines = [f"{words.title}. {words.sentence} {words.next}".rstrip()]
    if state.checked_at:
        lines.append(
            _("Tried on {at} by {who}").format(at=moment(state.checked_at), who=state.checked_by)
        )
    answer(asdict(state), lines, as_json=args.json)
    return 0 if state.condition.opens else FINDING


def _check_key(args: argparse.Namespace, services: "AppServices") -> int:
    state = vault_keys.check_recovery_key(_typed(), door=services.vault, desk=services.desk)
    return _tell(state, args)


def _unlock(args: argparse.Namespace, services: "AppServices") -> int:
    return _tell(vault_keys.unlock(_typed(), door=services.vault, desk=services.desk), args)


def _typed() -> str:
    """Read a key without showing it, or from a pipe; never from the argument list."""
    if sys.stdin.isatty():
        return getpass.getpass(_("Recovery key: "))
    return sys.stdin.read(4096)


def _retain(args: argparse.Namespace, services: "AppServices") -> int:
    seen = retention.preview(desk=services.desk)
    lines = []
    for item in seen.decisions:
        why = "; ".join(map(retention.reason_words, item.reasons)) or _("goes")
        lines.append(f"{set_line(item.set)}  {why}")
    lines += [
        _("in the bin until {at}: {set}").format(at=moment(seen.purge_at(item)), set=set_line(item))
        for item in seen.binned
    ]
    lines += [seen.doubt] if seen.doubt else []
    binned = retention.apply_rules(keeping=services.keeping) if args.apply else ()
    freed = bytes_size(seen.freed_bytes)
    lines.append(
        _("{n} put in the bin, {size}").format(n=len(binned), size=freed)
        if args.apply
        else _("{n} would go to the bin, {size}").format(n=len(seen.going), size=freed)
    )
    data = {
        "goes": [item.set.id for item in seen.going],
        "stays": {i.set.id: [r.value for r in i.reasons] for i in seen.decisions if i.reasons},
        "binned": [item.id for item in (*seen.binned, *binned)],
        "doubt": seen.doubt,
    }
    answer(data, lines, as_json=args.json)
    return FINDING if seen.doubt else 0


def _set_id(args: argparse.Namespace, services: "AppServices") -> str:
    if not args.set:
        raise InvalidInput(_("Name a set by its id."), hint=_("changedesk vault list shows them."))
    with services.new_uow() as uow:
        return find_set(args.set, uow.backups.list()).id


def _bin(args: argparse.Namespace, services: "AppServices") -> int:
    (item,) = retention.put_in_bin([_set_id(args, services)], args.reason, keeping=services.keeping)
    answer({"binned": item.id}, [set_line(item)], as_json=args.json)
    return 0


def _unbin(args: argparse.Namespace, services: "AppServices") -> int:
    item = retention.take_out_of_bin(_set_id(args, services), keeping=services.keeping)
    answer({"taken_out": item.id}, [set_line(item)], as_json=args.json)
    return 0


def _hold(args: argparse.Namespace, services: "AppServices") -> int:
    item = retention.hold(_set_id(args, services), args.reason, desk=services.desk)
    answer({"held": item.id, "by": item.held_by}, [set_line(item)], as_json=args.json)
    return 0


def _release(args: argparse.Namespace, services: "AppServices") -> int:
    item = retention.release(_set_id(args, services), desk=services.desk)
    answer({"released": item.id}, [set_line(item)], as_json=args.json)
    return 0


VERBS: dict[str, Callable[[argparse.Namespace, "AppServices"], int]] = {
    "make": _make,
    "key": _key,
    "rotate": _rotate,
    "check-key": _check_key,
    "unlock": _unlock,
    "retain": _retain,
    "bin": _bin,
    "unbin": _unbin,
    "hold": _hold,
    "release": _release,
}
