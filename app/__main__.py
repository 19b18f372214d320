"""Headless entry: the sub-commands of ``changedesk`` (see ``COMMANDS``), none of which needs Qt.

Exit codes: 0 done, 1 the world refused, 2 wrong words or files, 3 a finding (tampered log, critical
health, failed verification); each command's help says more.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType

from app import __version__
from app.cli.output import complain
from app.errors import AppError
from app.i18n import _
from app.paths import data_dir

COMMANDS = (
    "approval", "briefing", "check", "backup", "calendar", "claim", "compare", "dossier", "export",
    "loadtest", "remeasure", "report", "restic", "sudoers", "verify", "vault", "demo", "examples",
)  # fmt: skip
_WITHOUT_STORE = ("compare", "loadtest", "demo", "examples")


def build_parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser of the headless commands that are among the words; of all without one.

    Most of the time until a short command answers would otherwise go into loading the others.
    """
    parser = argparse.ArgumentParser("changedesk", description=_("Change Desk without its window"))
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--data", type=Path, help=_("data folder instead of the usual one"))
    parser.add_argument(
        "--key-file", type=Path, help=_("file with the vault's key, where there is no keyring")
    )
    named = [one for one in COMMANDS if one in words]
    every = f"{{{','.join(COMMANDS)}}}" if named else None
    commands = parser.add_subparsers(dest="command", required=True, metavar=every)
    for name in named or COMMANDS:
        importlib.import_module(f"app.cli.{name}").add_parser(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help=_("answer as one JSON object"))
        command.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = build_parser(words).parse_args(words)
    command = importlib.import_module(f"app.cli.{args.command}")
    try:
        code = _run(command, args)
        sys.stdout.flush()
    except AppError as error:
        return complain(error, as_json=args.json)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as head, had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _does_without(args: argparse.Namespace) -> bool:
    """Whether this call of a command reads a file or folder that is named, not the store."""
    if args.command == "dossier":
        return str(args.verb) != "export"
    return args.command == "vault" and bool(args.folder)


def _run(command: ModuleType, args: argparse.Namespace) -> int:
    if args.command in _WITHOUT_STORE:
        return int(command.run(args))
    if _does_without(args):
        return int(command.run(args, None))
    from app.bootstrap import Surroundings, open_services  # noqa: PLC0415 - now the store is needed

    around = Surroundings(key_file=args.key_file)
    with closing(open_services(data_dir(args.data), around)) as services:
        return int(command.run(args, services))


if __name__ == "__main__":
    sys.exit(main())
