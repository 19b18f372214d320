"""What the first page, and commands without a window, must not wait for."""

import os
import subprocess
import sys
import textwrap

import pytest

from app.__main__ import COMMANDS, build_parser
from app.bootstrap import Surroundings, open_services
from app.domain.change import Change
from app.domain.change import ChangeState as S
from app.domain.event import NewEvent
from app.domain.ids import ChangeId
from app.secrets import SessionSecrets
from tests.architecture.source import ROOT

HEAVY = (
    "alembic", "asyncio", "cryptography", "duckdb", "httpx", "icalendar", "keyring", "msgspec",
    "numpy", "openpyxl", "paramiko", "pikepdf", "pypdfium2", "pyqtgraph", "pyrage", "reportlab",
    "scipy", "sqlalchemy", "zstandard",
)  # fmt: skip


def run(code: str, *args: str) -> list[str]:
    """Return the words that a fresh interpreter prints."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *args],
        capture_output=True, text=True, cwd=ROOT, env=env, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def heavy(loaded: list[str]) -> list[str]:
    return sorted(set(HEAVY) & set(loaded))


def test_no_heavy_library_is_loaded_before_the_first_page_stands_with_its_data(tmp_path):
    services = open_services(tmp_path, Surroundings(secrets=SessionSecrets()))
    with services.new_uow() as uow:
        for number, state in enumerate((S.DRAFT, S.SCHEDULED, S.MONITOR, S.CLOSED), start=1):
            uow.changes.add(Change(ChangeId(f"c{number}"), f"CHG-{number:06d}", "A", state=state))
        uow.log.append(NewEvent("change.opened", "Opened four"))
        uow.commit()
    services.close()
    loaded = run(
        """
        import sys
        from functools import partial
        from pathlib import Path
        from ui import quick_start

        quick_start.prepare()
        from PySide6.QtCore import QTimer
        from ui.__main__ import _open_services
        from ui.application import Desktop, Start, build_application
        from ui.shell.preload import Preloader

        Preloader.PAUSE_MS = 60_000  # on a busy machine it could begin before the look
        application = build_application()
        data = Path(sys.argv[1])
        desktop = Desktop(application, Start(data, partial(_open_services, data)))

        def look():
            page = desktop.window.page
            if page is not None and page.ready and not desktop.tools.tasks.busy:
                print(*sys.modules)
                application.quit()

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(5)
        desktop.run()
        application.exec()
        """,
        str(tmp_path),
    )
    assert "ui.pages.home.page" in loaded
    assert heavy(loaded) == []
    assert "app.domain.change" not in loaded, "the first page needs rows, not whole records"


def test_the_headless_entry_loads_neither_qt_nor_heavy_libraries():
    loaded = run("import sys, ui.__main__, app.__main__; print(*sys.modules)")
    assert heavy(loaded) == []
    assert "PySide6" not in loaded


def test_a_command_loads_neither_the_other_commands_nor_readers_of_other_files():
    loaded = run("""
        import sys
        from app.__main__ import build_parser

        words = ["loadtest", "summary", "results.jtl"]
        args = build_parser(words).parse_args(words)
        assert args.file == "results.jtl"
        import app.services.loadtests.summing
        print(*sys.modules)
        """)
    assert {"app.cli.loadtest", "app.services.loadtests.files.delimited"} <= set(loaded)
    others = (
        "app.cli.check",
        "app.cli.vault",
        "app.domain.verdict",
        "app.services.host.health",
        "numpy.random",
        "xml.sax",
    )
    assert not set(others) & set(loaded)


def test_without_a_command_all_of_them_are_told(capsys):
    for words in (["--help"], ["chek"]):
        with pytest.raises(SystemExit):
            build_parser(words).parse_args(words)
        said = "".join(capsys.readouterr())
        assert all(name in said for name in COMMANDS)
