"""The command ``changedesk``: sub-commands run without Qt, otherwise the window opens."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.errors import AppError
from app.i18n import _
from app.paths import data_dir, examples_dir, private_dir

if TYPE_CHECKING:
    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.shell.examples import Ways


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or hand everything to the headless entry when a sub-command is named."""
    words = list(sys.argv[1:] if argv is None else argv)
    args, rest = _parser().parse_known_args(words)
    if rest:
        from app.__main__ import main as headless  # noqa: PLC0415 - the window does not need it

        return headless(words)
    return _open_window(args.data, _Wanted(args.examples or args.anew, args.anew, args.key_file))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("changedesk", add_help=False)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--key-file", type=Path, default=None)
    parser.add_argument("--examples", action="store_true")
    parser.add_argument("--anew", action="store_true")
    return parser


class _Wanted(NamedTuple):
    """What the window is to open."""

    examples: bool = False
    anew: bool = False
    """Whether the examples are made anew first."""
    key_file: Path | None = None
    """Keeps the key of the vault where there is no keyring; examples have one of their own."""


def _open_window(chosen: Path | None, wanted: _Wanted) -> int:
    try:
        own = data_dir(chosen)
        data = private_dir(examples_dir(own)) if wanted.examples else own
    except AppError as error:
        sys.stderr.write(f"{error.sentence()}\n")
        return error.exit_code
    from ui import quick_start  # noqa: PLC0415 - Qt only for the window

    quick_start.prepare()
    from ui.application import Start, run_window  # noqa: PLC0415 - after the line above

    opened = partial(_open_examples, data, wanted.anew) if wanted.examples else None
    return run_window(
        Start(
            data,
            opened or partial(_open_services, data, key_file=wanted.key_file),
            recover=partial(_recover_store, data),
            examples=_ways(data, shown=wanted.examples),
            opening=_("Opening the example changes") if wanted.examples else "",
        )
    )


def _ways(data: Path, *, shown: bool) -> "Ways":
    """Return how one gets from a data folder to the examples and back."""
    from ui.shell.examples import Ways  # noqa: PLC0415 - Qt only for the window

    own = data.parent if shown else data
    return Ways(
        show=partial(_go, "show_examples", own),
        renew=partial(_go, "renew_examples", data),
        leave=partial(_go, "leave_examples", data),
        shown=shown,
    )


def _go(way: str, folder: Path) -> None:
    from app.examples import opening  # noqa: PLC0415 - hardly ever needed

    getattr(opening, way)(folder)


def _open_examples(folder: Path, anew: bool, context: "TaskContext") -> "AppServices":
    from app.examples.opening import see_to_examples  # noqa: PLC0415 - behind the first picture

    see_to_examples(folder, context, anew=anew)
    return _open_services(folder, context)


def _open_services(
    data: Path, _context: "TaskContext", *, key_file: Path | None = None
) -> "AppServices":
    from app.bootstrap import Surroundings, open_services  # noqa: PLC0415 - behind the first picture

    return open_services(data, Surroundings(key_file=key_file, catch_up_later=True))


def _recover_store(data: Path, _context: "TaskContext") -> str:
    from app.bootstrap import recover_store  # noqa: PLC0415 - hardly ever needed

    return recover_store(data)


if __name__ == "__main__":
    sys.exit(main())
