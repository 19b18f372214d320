"""``changedesk sudoers``: the sudo rules a change needs, for the team that runs the servers."""

import argparse
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _
from app.services.host.sudo_rules import sudo_rules

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
    """Print one file for every host whose steps call sudo."""
    with services.new_uow() as uow:
        change = uow.changes.by_number(args.number)
        known = {host.id: host for host in uow.hosts.list()}
    named = dict.fromkeys(step.host for step in change.runbook.steps if step.host in known)
    found = sudo_rules(change, [known[host] for host in named if host is not None])
    files = [
        {"host": one.host.name, "text": one.text(change.number), "left_out": one.left_out}
        for one in found
    ]
    lines = [one.text(change.number) for one in found] or [_("No step calls sudo.")]
    answer({"change": change.number, "files": files}, lines, as_json=args.json)
    return 3 if any(one.left_out for one in found) else 0
