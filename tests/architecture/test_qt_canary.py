"""The Qt binding keeps its hands off Python's constants.

PySide6 6.12.0 dropped a reference to None or True with every call on Python before 3.12, and the
interpreter aborted after some thousand of them.
"""

import subprocess
import sys
import textwrap

import pytest

from tests.architecture.source import ROOT


def run(code):
    """Run code in a fresh interpreter, because the fault ends the process."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="constants are immortal from 3.12 on")
def test_calls_do_not_consume_references_to_none():
    done = run(
        """
        import sys
        from PySide6.QtCore import QObject
        thing = QObject()
        before = sys.getrefcount(None)
        for _ in range(300):
            thing.setObjectName("x")
            thing.parent()
        assert abs(sys.getrefcount(None) - before) < 50, sys.getrefcount(None) - before
        """
    )
    assert done.returncode == 0, done.stderr


def test_five_thousand_signals_do_not_end_the_program():
    done = run(
        """
        from PySide6.QtCore import QObject, Signal
        class Bell(QObject):
            rung = Signal(bool)
        heard = []
        bell = Bell()
        bell.rung.connect(heard.append)
        for _ in range(5000):
            bell.rung.emit(True)
        assert len(heard) == 5000
        """
    )
    assert done.returncode == 0, done.stderr


def test_modules_of_qt_load_after_python_got_its_own_import_back():
    done = run(
        """
        import builtins
        from ui import quick_start
        replaced = builtins.__import__
        quick_start.prepare()
        assert builtins.__import__ is not replaced
        from PySide6 import QtGui, QtPrintSupport, QtSvg, QtWidgets
        application = QtWidgets.QApplication([])
        assert QtWidgets.QLabel("x").sizeHint().width() > 0
        """
    )
    assert done.returncode == 0, done.stderr
