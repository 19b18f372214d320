"""``changedesk briefing``: print the one-page briefing of a change for the IT team."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.output import answer
from app.i18n import _
from app.services.saving import save_whole

if TYPE_CHECKING:
    from app.services.facade import AppServices


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "briefing",
        help=_("print the briefing of a change for the IT team as PDF"),
        description=_("One page, from the plan as it stands. Exit codes: 0 printed, 1 refused, "
                      "2 wrong words."),
    )  # fmt: skip
    parser.add_argument("number", help=_("number of the change"))
    parser.add_argument("--out", type=Path, help=_("file to write; NUMBER-briefing.pdf otherwise"))


def run(args: argparse.Namespace, services: "AppServices") -> int:
    """Make the briefing, write it whole or not at all, and say what is not settled yet."""
    from app.services.message.briefings import Briefs, make_briefing  # noqa: PLC0415 - loads slowly

    briefs = Briefs(services.desk, services.files, services.render_briefing)
    made = make_briefing(args.number, briefs=briefs)
    target: Path = args.out or Path(f"{made.number}-briefing.pdf")
    save_whole(services.files.get(made.sha256), target)
    data = {
        "number": made.number,
        "file": target,
        "pages": made.pages,
        "sha256": made.sha256,
        "open_points": made.open_points,
    }
    lines = [
        _("{file}: one page").format(file=target),
        *(_("Not settled yet: {text}").format(text=text) for text in made.open_points),
    ]
    answer(data, lines, as_json=args.json)
    return 0
