"""``changedesk examples``: make the example changes, all of them made up."""

import argparse
from pathlib import Path

from app.cli.output import answer
from app.i18n import _
from app.paths import data_dir, examples_dir


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("examples", help=_("make the example changes, all made up"))
    parser.add_argument("--out", type=Path, help=_("folder instead of the usual one"))


def run(args: argparse.Namespace) -> int:
    """Make the examples anew; what a window has open is waited for, then left as it is."""
    from app.examples.make import make_examples  # noqa: PLC0415 - everything is behind this
    from app.tasks import TaskContext  # noqa: PLC0415 - this deed alone needs it

    folder = args.out.resolve() if args.out else examples_dir(data_dir(args.data))
    made = make_examples(folder, TaskContext())
    changes = [
        {"number": change.number, "title": change.title, "state": change.state.value}
        for change in made.changes
    ]
    lines = [f"{item['number']}  {item['title']} ({item['state']})" for item in changes]
    told = _("Example data in {folder}; open it with --data.").format(folder=folder)
    answer({"folder": folder, "changes": changes}, (*lines, told), as_json=args.json)
    return 0
