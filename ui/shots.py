"""Pictures of every page of the real window.

``python -m ui.shots --data DIR --out DIR [--theme light dark] [--scale 1 2]
[--state filled empty error] [--page changes run] [--size 1440x900] [--type 1.25]``

``filled`` draws the data, ``empty`` a data folder in which nothing was ever done, ``error`` the
data below the message of a failure. Every combination that is wanted gets its own pictures.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QApplication

    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.application import Desktop
    from ui.shell.examples import Ways
    from ui.widgets.page import Page

FILLED, EMPTY, ERROR = "filled", "empty", "error"
SIZE = "1440x900"
_LIMIT_MS = 20_000
_QUIET_MS = 150
_CHILD_LIMIT_S = 600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One way to draw all pages; ``pages`` are their ids, none for all of them."""

    data: Path
    out: Path
    theme: str = "light"
    scale: float = 1
    state: str = FILLED
    size: str = SIZE
    pages: tuple[str, ...] = ()
    change: str = ""
    """The number of the change whose tabs are drawn; "" is the newest one."""
    type: float = 1
    """How much all type is enlarged."""

    @property
    def suffix(self) -> str:
        """The end of the file names: what differs from light, 100 % and filled."""
        parts = [self.state] if self.state != FILLED else []
        parts += [self.theme] if self.theme != "light" else []
        parts += [f"{self.scale:g}x"] if self.scale != 1 else []
        parts += [self.size] if self.size != SIZE else []
        parts += [f"type{self.type * 100:g}"] if self.type != 1 else []
        return "".join(f"-{part}" for part in parts)

    def arguments(self) -> tuple[str, ...]:
        """The command line that asks for exactly this."""
        pages = ("--page", *self.pages) if self.pages else ()
        change = ("--change", self.change) if self.change else ()
        return (
            *("--data", str(self.data), "--out", str(self.out), "--theme", self.theme),
            *("--scale", f"{self.scale:g}", "--state", self.state, "--size", self.size, *change),
            *("--type", f"{self.type:g}"),
            *pages,
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Write one PNG per page, and one per record that a page offers; return the exit code."""
    args = _parser().parse_args(argv)
    wanted = [
        Wanted(
            args.data,
            args.out,
            theme,
            scale,
            state,
            args.size,
            tuple(args.page),
            args.change,
            args.type,
        )
        for state, scale, theme in product(args.state, args.scale, args.theme)
    ]
    if len(wanted) > 1:
        return max(_draw_apart(one) for one in wanted)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(wanted[0].scale)
    files, errors = take(wanted[0])
    for file in files:
        sys.stdout.write(f"{file}\n")
    for error in errors:
        sys.stderr.write(f"{error}\n")
    return 1 if errors else 0


def _draw_apart(wanted: Wanted) -> int:
    """Draw in a process of its own: Qt takes the scale once."""
    from app.processes import run  # noqa: PLC0415 - only for more than one combination

    command = (sys.executable, "-m", "ui.shots", *wanted.arguments())
    outcome = run(command, limit_s=_CHILD_LIMIT_S, env=os.environ)
    sys.stdout.write(outcome.stdout.decode("utf-8", "replace"))
    sys.stderr.write(outcome.stderr.decode("utf-8", "replace"))
    return outcome.exit_code


def take(wanted: Wanted) -> tuple[list[Path], list[str]]:
    """Open the window on a data folder and write its pictures.

    Returns the files, and every error that the window showed by itself meanwhile. The platform and
    the scale must have been chosen in the environment before.
    """
    from ui.application import Desktop, Start, build_application  # noqa: PLC0415 - after the scale
    from ui.messages import Tone  # noqa: PLC0415 - after the scale
    from ui.theme import Mode  # noqa: PLC0415 - after the scale

    application = build_application()
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data" if wanted.state == EMPTY else wanted.data
        start = Start(
            data, partial(_open_services, data), remember=False, examples=_ways_that_lead_nowhere()
        )
        desktop = Desktop(application, start)
        desktop.tools.theme.set_mode(Mode(wanted.theme))
        desktop.tools.theme.set_scale(wanted.type)
        desktop.window.setFixedSize(*map(int, wanted.size.split("x")))
        desktop.install_hooks()
        desktop.run()
        try:
            files = walk(application, desktop, wanted)
            kept = desktop.tools.messages.kept
            return files, [message.as_text() for message in kept if message.tone is Tone.ERROR]
        finally:
            desktop.stop()
            desktop.window.close()
            sys.excepthook = sys.__excepthook__  # no window is left that could say what went wrong


def walk(application: "QApplication", desktop: "Desktop", wanted: Wanted) -> list[Path]:
    """Draw every wanted page and its places."""
    wanted.out.mkdir(parents=True, exist_ok=True)
    _settle(application, desktop)
    files: list[Path] = []
    for number, entry in enumerate(desktop.start.pages, start=1):
        if wanted.pages and entry.id not in wanted.pages:
            continue
        for ref in _refs(application, desktop, entry.id, wanted.change):
            words = re.sub(r"[^A-Za-z0-9]+", "-", ref.rpartition("/")[2] or ref).strip("-").lower()
            name = "-".join(filter(None, (f"{number:02}", entry.id, words)))
            if wanted.state == ERROR and desktop.window.page is not None:
                _fail(application, desktop, desktop.window.page)
            files.append(_grab(desktop, wanted.out / f"{name}{wanted.suffix}.png"))
        if wanted.state != ERROR:
            for scene in play(application, desktop, entry.id):
                name = f"{number:02}-{entry.id}-{scene}{wanted.suffix}.png"
                files.append(_grab(desktop, wanted.out / name))
    return files


def play(application: "QApplication", desktop: "Desktop", page_id: str) -> Iterator[str]:
    """Play the scenes of a page; gives the name of each that the data has, while it is shown."""
    from ui.pages import PAGES  # noqa: PLC0415 - after the scale
    from ui.scenes import SCENES, Stage, leave, press  # noqa: PLC0415 - loads slowly

    ours = {entry.id for entry in PAGES if entry in desktop.start.pages}
    for scene in (each for each in SCENES if each.page == page_id and page_id in ours):
        desktop.tools.navigation.go(page_id)
        _settle(application, desktop)
        with TemporaryDirectory() as folder:
            stage = Stage(desktop.window.page, Path(folder))
            leave(stage)
            _settle(application, desktop)
            done = True
            for act in scene.acts:
                done = done and act(stage)
                _settle(application, desktop)
            if done:
                yield scene.name
            leave(stage)
            if scene.back:
                press(scene.back)(stage)
            _settle(application, desktop)


def places(desktop: "Desktop", change: str = "") -> tuple[str, ...]:
    """Return what can be opened on the page in sight: of changes, all there is to one of them.

    The list may be narrowed to changes of which there is none.
    """
    page, services = desktop.window.page, desktop.services
    if page is None or services is None:
        return ()
    if page.id != "changes":
        return page.places()
    from app.domain.filter import ChangeFilter  # noqa: PLC0415 - after the scale
    from app.services.search.finding import Query, number_in  # noqa: PLC0415 - loads slowly
    from ui.pages.changes.page import NEW  # noqa: PLC0415 - loads slowly
    from ui.pages.changes.tabs import TABS  # noqa: PLC0415 - loads slowly

    number = number_in(change)
    asked = ChangeFilter(numbers=None if number is None else (number,))
    newest = services.finder.page(Query(asked, services.asker), limit=1).rows
    return (*(f"{row.id}/{entry.id}" for row in newest for entry in TABS), NEW)


def _refs(
    application: "QApplication", desktop: "Desktop", page_id: str, change: str
) -> Iterator[str]:
    """Go to a page, then to each of its places; gives each place when it is shown."""
    desktop.tools.navigation.go(page_id)
    _settle(application, desktop)
    yield ""
    for ref in places(desktop, change):
        desktop.tools.navigation.go(page_id, ref)
        _settle(application, desktop)
        yield ref


def _fail(application: "QApplication", desktop: "Desktop", page: "Page") -> None:
    """Show what a page says when a host does not answer."""
    from app.errors import Unreachable  # noqa: PLC0415 - only for this state

    page.banners.clear()
    page.show_error(
        Unreachable(
            "The host cannot be reached.",
            host="demo-01",
            step="Connection",
            hint="Check that it runs and that the network lets you through, then try again.",
        )
    )
    _settle(application, desktop)


def _settle(application: "QApplication", desktop: "Desktop") -> None:
    """Let the window work until nothing is under way for a moment, or the limit is reached."""
    from PySide6.QtCore import QElapsedTimer, QThread  # noqa: PLC0415 - after the scale

    clock, quiet = QElapsedTimer(), QElapsedTimer()
    clock.start()
    quiet.start()
    busy = True  # by what was seen last: on a busy machine the moment passes in one turn
    while clock.elapsed() < _LIMIT_MS and (busy or quiet.elapsed() < _QUIET_MS):
        application.processEvents()
        page = desktop.window.page
        busy = desktop.tools.tasks.busy or page is None or not page.ready
        if busy:
            quiet.restart()
        QThread.msleep(5)
    for _turn in range(3):  # what came last is built, then shown, then given its place
        application.processEvents()


def picture(desktop: "Desktop") -> "QPixmap":
    """Return the window as it looks, with the dialog over it."""
    from PySide6.QtCore import QPoint, QRect  # noqa: PLC0415 - after the scale
    from PySide6.QtGui import QPainter  # noqa: PLC0415 - after the scale
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - after the scale

    from ui.theme import tokens  # noqa: PLC0415 - after the scale

    whole, dialog = desktop.window.grab(), QApplication.activeModalWidget()
    if dialog is not None:
        painter = QPainter(whole)
        place = dialog.mapToGlobal(QPoint()) - desktop.window.mapToGlobal(QPoint())
        sheet = dialog.grab()
        painter.drawPixmap(place, sheet)
        painter.setPen(tokens().ink3)  # where the desktop draws its frame
        painter.drawRect(QRect(place, dialog.size()).adjusted(0, 0, -1, -1))
        painter.end()
    return whole


def _grab(desktop: "Desktop", file: Path) -> Path:
    picture(desktop).save(str(file))
    return file


def _ways_that_lead_nowhere() -> "Ways":
    """Offer the examples as the program does; in a picture nobody goes there."""
    from ui.shell.examples import Ways  # noqa: PLC0415 - after the scale

    return Ways(lambda: None, lambda: None, lambda: None)


def _open_services(data: Path, _context: "TaskContext") -> "AppServices":
    from app.bootstrap import open_services  # noqa: PLC0415 - runs behind the first picture

    return open_services(data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m ui.shots", description="Draw every page.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, nargs="+", default=[1])
    parser.add_argument("--theme", choices=("light", "dark"), nargs="+", default=["light"])
    parser.add_argument("--state", choices=(FILLED, EMPTY, ERROR), nargs="+", default=[FILLED])
    parser.add_argument("--page", nargs="+", default=[])
    parser.add_argument("--size", default=SIZE)
    parser.add_argument("--type", type=float, default=1, help="how much all type is enlarged")
    parser.add_argument("--change", default="", help="number of the change whose tabs are drawn")
    return parser


if __name__ == "__main__":
    sys.exit(main())
