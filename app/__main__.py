"""Headless entry: ``changedesk check|backup|compare|report|verify|vault|demo``.

Exit codes: 0 done, 1 the world refused, 2 wrong words or files, 3 a finding (tampered log, critical
health, failed verification); each command's help says more.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from app import __version__
from app.cli.output import complain
from app.errors import AppError
from app.i18n import _
from app.paths import data_dir

COMMANDS = ("check", "backup", "compare", "report", "verify", "vault", "demo")
_WITHOUT_STORE = ("compare", "demo")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all headless commands."""
    parser = argparse.ArgumentParser("changedesk", description=_("Change Desk without its window"))
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--data", type=Path, help=_("data folder instead of the usual one"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        importlib.import_module(f"app.cli.{name}").add_parser(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help=_("answer as one JSON object"))
        command.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
    command = importlib.import_module(f"app.cli.{args.command}")
    try:
        if args.command in _WITHOUT_STORE:
            return int(command.run(args))
        from app.bootstrap import open_services  # noqa: PLC0415 - only now the store is needed

        with closing(open_services(data_dir(args.data))) as services:
            return int(command.run(args, services))
    except AppError as error:
        return complain(error, as_json=args.json)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
