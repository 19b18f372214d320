"""Open the examples, leave them, make them anew: always as a program of their own."""

from datetime import UTC, datetime
from pathlib import Path

from app.errors import AppError, Busy
from app.examples.make import is_example, make_examples
from app.i18n import _
from app.paths import examples_dir, program
from app.processes import start_apart
from app.store.lock import acquire
from app.tasks import TaskContext


def see_to_examples(folder: Path, context: TaskContext, *, anew: bool = False) -> None:
    """Make the examples in a folder unless they are there; raises AppError, TaskCancelled."""
    if anew or not is_example(folder):
        make_examples(folder, context)


def show_examples(data: Path) -> None:
    """Open the examples that belong to a data folder in a window of their own."""
    start_apart(program("--data", str(data), "--examples"))


def renew_examples(folder: Path) -> None:
    """Open a window that makes the examples in a folder anew, once nobody has it open."""
    _refuse_elsewhere(folder)
    start_apart(program("--data", str(folder.parent), "--examples", "--anew"))


def leave_examples(folder: Path) -> None:
    """Open the window on the data that examples belong to, unless it is open."""
    if examples_dir(folder.parent) != folder:
        return
    try:
        acquire(folder.parent, datetime.now(UTC)).release()
    except Busy:
        return
    start_apart(program("--data", str(folder.parent)))


def _refuse_elsewhere(folder: Path) -> None:
    if examples_dir(folder.parent) != folder:
        raise AppError(
            _("{folder} was made by a command.").format(folder=folder),
            hint=_("Make it anew with: changedesk examples --out FOLDER."),
        )
