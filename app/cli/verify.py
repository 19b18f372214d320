"""``changedesk verify``: check the chain of the change log, and every record against it."""

import argparse
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _
from app.services.chain_words import chain_words

if TYPE_CHECKING:
    from app.services.facade import AppServices

TAMPERED = 3


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    commands.add_parser(
        "verify",
        help=_("check the change log, and every record against it"),
        description=_(
            "Exit codes: 0 intact, 1 refused, 2 wrong words, 3 an entry or a record does not fit."
        ),
    )


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Check every entry and every record; 0 when intact, 3 when one does not fit."""
    found = services.verify_log()
    data = {
        "intact": found.intact,
        "entries": found.entries,
        "head": found.head,
        "bad_seq": found.bad_seq,
        "records": found.records,
        "records_as_found": found.as_found,
        "bad_record": found.bad_record,
        "reason": found.reason,
    }
    answer(data, chain_words(found), as_json=args.json)
    return 0 if found.intact else TAMPERED
