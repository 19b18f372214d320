"""``changedesk demo``: play one complete change against a private SSH server."""

import argparse
from pathlib import Path

from app.cli.output import answer
from app.i18n import _


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser(
        "demo",
        help=_("play one complete change on this machine"),
        description=_("Exit codes: 0 played, 1 refused, 2 wrong words."),
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("demo"))
    parser.add_argument("--seconds", type=float, default=20.0, help=_("length of both windows"))


def run(args: argparse.Namespace) -> int:
    """Play the demo into a folder; what was there before is replaced."""
    from app.demo.play import play_demo  # noqa: PLC0415 - everything is imported behind this

    told: list[str] = []

    def say(line: str) -> None:
        told.append(line)
        if not args.json:
            print(line, flush=True)  # noqa: T201 - the demo tells its story as it goes

    result = play_demo(args.folder.resolve(), span_s=args.seconds, say=say)
    data = {
        "number": result.number,
        "report": result.report,
        "dossier": result.dossier,
        "data": result.data,
        "overall": result.overall,
        "seconds": result.seconds,
        "story": told,
    }
    answer(data, (), as_json=args.json)
    return 0
