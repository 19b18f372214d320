"""What the first picture must not wait for."""

import subprocess
import sys

from tests.architecture.source import ROOT

HEAVY = ("numpy", "pyqtgraph", "reportlab", "paramiko", "sqlalchemy", "alembic", "pikepdf",
         "pypdfium2", "keyring", "cryptography", "pyrage", "zstandard", "scipy")  # fmt: skip


def loaded_by(code):
    """Return which heavy libraries a fresh interpreter has loaded after some code."""
    code = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_window_loads_no_heavy_library_before_its_first_picture():
    assert loaded_by("import ui.__main__, ui.application, ui.main_window") == []


def test_the_headless_entry_loads_neither_qt_nor_heavy_libraries():
    code = "import ui.__main__, app.__main__, sys; assert 'PySide6' not in sys.modules"
    assert loaded_by(code) == []
