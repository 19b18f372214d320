"""The command ``changedesk``: sub-commands run without Qt, otherwise the window opens."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AppError
from app.paths import data_dir

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or hand everything to the headless entry when a sub-command is named."""
    words = list(sys.argv[1:] if argv is None else argv)
    args, rest = _parser().parse_known_args(words)
    if rest:
        from app.__main__ import main as headless  # noqa: PLC0415 - the window does not need it

        return headless(words)
    return _open_window(args.data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("changedesk", add_help=False)
    parser.add_argument("--data", type=Path, default=None)
    return parser


def _open_window(chosen: Path | None) -> int:
    try:
        data = data_dir(chosen)
    except AppError as error:
        sys.stderr.write(f"{error.sentence()}\n")
        return error.exit_code
    from ui import quick_start  # noqa: PLC0415 - Qt only for the window

    quick_start.prepare()
    from ui.application import Start, run_window  # noqa: PLC0415 - after the line above

    return run_window(
        Start(data, partial(_open_services, data), recover=partial(_recover_store, data))
    )


def _open_services(data: Path, _context: "TaskContext") -> "AppServices":
    from app.bootstrap import Surroundings, open_services  # noqa: PLC0415 - behind the first picture

    return open_services(data, Surroundings(catch_up_later=True))


def _recover_store(data: Path, _context: "TaskContext") -> str:
    from app.bootstrap import recover_store  # noqa: PLC0415 - hardly ever needed

    return recover_store(data)


if __name__ == "__main__":
    sys.exit(main())
