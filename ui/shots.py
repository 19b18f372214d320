"""Pictures of every page of the real window on real data.

``python -m ui.shots --data DIR --out DIR [--scale 2] [--theme dark]``
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.services.facade import AppServices
    from app.tasks import TaskContext
    from ui.application import Desktop

SIZE = (1440, 900)
_LIMIT_MS = 20_000
_QUIET_MS = 150


def main(argv: Sequence[str] | None = None) -> int:
    """Write one PNG per page, and one per record that a page offers; return the exit code."""
    args = _parser().parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(args.scale)
    files, errors = take(args.data, args.out, args.theme, _suffix(args.theme, args.scale))
    for file in files:
        sys.stdout.write(f"{file}\n")
    for error in errors:
        sys.stderr.write(f"{error}\n")
    return 1 if errors else 0


def take(
    data: Path, out: Path, theme: str = "light", suffix: str = ""
) -> tuple[list[Path], list[str]]:
    """Open the window on a data folder and write its pictures.

    Returns the files, and every error that the window showed meanwhile. The platform and the scale
    must have been chosen in the environment before.
    """
    from ui.application import Desktop, Start, build_application  # noqa: PLC0415 - after the scale
    from ui.messages import Tone  # noqa: PLC0415 - after the scale
    from ui.theme import Mode  # noqa: PLC0415 - after the scale

    application = build_application()
    desktop = Desktop(application, Start(data, partial(_open_services, data), remember=False))
    desktop.tools.theme.set_mode(Mode(theme))
    desktop.window.setFixedSize(*SIZE)
    desktop.install_hooks()
    desktop.run()
    try:
        files = _walk(application, desktop, out, suffix)
        kept = desktop.tools.messages.kept
        return files, [message.as_text() for message in kept if message.tone is Tone.ERROR]
    finally:
        desktop.stop()
        desktop.window.close()


def _walk(application: "QApplication", desktop: "Desktop", out: Path, suffix: str) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    _settle(application, desktop)
    files: list[Path] = []
    for number, entry in enumerate(desktop.start.pages, start=1):
        desktop.tools.navigation.go(entry.id)
        _settle(application, desktop)
        name = f"{number:02}-{entry.id}"
        files.append(_grab(desktop, out / f"{name}{suffix}.png"))
        for ref in places(desktop):
            desktop.tools.navigation.go(entry.id, ref)
            _settle(application, desktop)
            words = re.sub(r"[^A-Za-z0-9]+", "-", ref.rpartition("/")[2] or ref).strip("-").lower()
            files.append(_grab(desktop, out / f"{name}-{words}{suffix}.png"))
    return files


def places(desktop: "Desktop") -> tuple[str, ...]:
    """Return what can be opened on the page in sight: of changes, all there is to the newest one.

    The list may be narrowed to changes of which there is none.
    """
    page, services = desktop.window.page, desktop.services
    if page is None or services is None:
        return ()
    if page.id != "changes":
        return page.places()
    from app.domain.filter import ChangeFilter  # noqa: PLC0415 - after the scale
    from app.services.finding import Query  # noqa: PLC0415
    from ui.pages.changes.page import NEW  # noqa: PLC0415
    from ui.pages.changes.tabs import TABS  # noqa: PLC0415

    newest = services.finder.page(Query(ChangeFilter(), services.asker), limit=1).rows
    return (*(f"{row.id}/{entry.id}" for row in newest for entry in TABS), NEW)


def _settle(application: "QApplication", desktop: "Desktop") -> None:
    """Let the window work until nothing is under way for a moment, or the limit is reached."""
    from PySide6.QtCore import QElapsedTimer, QThread  # noqa: PLC0415 - after the scale

    clock, quiet = QElapsedTimer(), QElapsedTimer()
    clock.start()
    quiet.start()
    while clock.elapsed() < _LIMIT_MS and quiet.elapsed() < _QUIET_MS:
        application.processEvents()
        page = desktop.window.page
        if desktop.tools.tasks.busy or page is None or not page.ready:
            quiet.restart()
        QThread.msleep(5)
    application.processEvents()


def _grab(desktop: "Desktop", file: Path) -> Path:
    desktop.window.grab().save(str(file))
    return file


def _suffix(theme: str, scale: float) -> str:
    parts = [theme] if theme != "light" else []
    parts += [f"{scale:g}x"] if scale != 1 else []
    return "".join(f"-{part}" for part in parts)


def _open_services(data: Path, _context: "TaskContext") -> "AppServices":
    from app.bootstrap import open_services  # noqa: PLC0415 - runs behind the first picture

    return open_services(data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m ui.shots", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    return parser


if __name__ == "__main__":
    sys.exit(main())
