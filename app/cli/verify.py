"""``changedesk verify``: check the chain of the change log."""

import argparse
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _

if TYPE_CHECKING:
    from app.services.facade import AppServices

TAMPERED = 3


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    commands.add_parser(
        "verify",
        help=_("check the chain of the change log"),
        description=_("Exit codes: 0 intact, 1 refused, 2 wrong words, 3 an entry does not fit."),
    )


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Check every entry; 0 when intact, 3 when one does not fit."""
    found = services.verify_log()
    if found.intact:
        text = _("{n} log entries, all fit. Head {head}.").format(
            n=found.entries, head=found.head[:12] or "–"
        )
    else:
        text = _("Log entry {seq} does not fit: {why}").format(seq=found.bad_seq, why=found.reason)
    data = {
        "intact": found.intact,
        "entries": found.entries,
        "head": found.head,
        "bad_seq": found.bad_seq,
        "reason": found.reason,
    }
    answer(data, [text], as_json=args.json)
    return 0 if found.intact else TAMPERED
