"""``changedesk sudoers``: the sudo rules a change needs, for the team that runs the servers."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _
from app.services.host.sudo_rules import SudoRules, sudo_rules

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "sudoers",
        help=_("print the sudo rules a change needs on its hosts, exact commands only"),
        description=_("Exit codes: 0 done, 1 refused, 2 wrong words, 3 some commands get no rule."),
    )
    parser.add_argument("number", help=_("number of the change"))


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Print the rules for every host where sudo is needed, and the programs they are for."""
    with services.new_uow() as uow:
        change = uow.changes.by_number(args.number)
        known = {host.id: host for host in uow.hosts.list()}
    wanted = [*(step.host for step in change.runbook.steps), *(s.host for s in change.backup_plan)]
    named = dict.fromkeys(host for host in wanted if host in known)
    found = sudo_rules(change, [known[host] for host in named if host is not None])
    files = [
        {
            "host": one.host.name,
            "text": one.text(change.number),
            "left_out": one.left_out,
            "programs": {reader.path: reader.text for reader in one.readers},
        }
        for one in found
    ]
    lines = [line for one in found for line in _lines(change.number, one)]
    lines = lines or [_("No step calls sudo, and no backup reads as root.")]
    answer({"change": change.number, "files": files}, lines, as_json=args.json)
    return 3 if any(one.left_out for one in found) else 0


def _lines(number: str, found: SudoRules) -> Iterator[str]:
    yield found.text(number)
    for reader in found.readers:
        yield _("For {path} (owner root, mode 0755):").format(path=reader.path)
        yield reader.text
