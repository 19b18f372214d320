"""What every test gets: a clean account, Qt without a screen, and a look at what it left behind."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtWidgets import QApplication

from tests.patience import PatientBot, left_widgets
from ui.garbage import GarbageCollector
from ui.quick_start import import_plainly

import_plainly()  # as the program does
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = (
    "tests.ssh_fixtures", "tests.web_fixtures", "tests.database_fixtures", "tests.made_up_fixtures",
    "tests.jmeter_fixtures", "tests.store_fixtures", "tests.faults.reporting",
)  # fmt: skip

settings.register_profile(
    "fast", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", parent=settings.get_profile("fast"), max_examples=5000)
settings.register_profile("ci", parent=settings.get_profile("fast"), derandomize=True)
"""The same examples each time: what lands must not hang on a die; people's runs keep searching."""
_PROFILES = (("CHANGEDESK_SOAK", "soak"), ("CI", "ci"))
settings.load_profile(next((name for var, name in _PROFILES if os.environ.get(var)), "fast"))

_DROPPED = ("SSH_AUTH_SOCK", "SSH_AGENT_PID", "DBUS_SESSION_BUS_ADDRESS", "LANGUAGE")
_DROPPED_PREFIXES = ("XDG_", "AWS_", "PG", "CHANGEDESK_DATA")
_THREAD_GRACE_S = 3.0


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> Iterator[QApplication]:
    """Import the whole window before anything is shown, and collect garbage as the program does.

    A worker that imports classes of Qt while a busy UI thread tries others has crashed PySide 6.11
    here, twice in some fifty runs. Programs of their own try the loading behind the first page:
    `tests/architecture/test_startup.py` and ``dev.py bench ui``.
    """
    from ui.pages import PAGES
    from ui.pages.changes.tabs import TABS

    for page in PAGES:
        page.load()
    for tab in TABS:
        tab.load()
    _COLLECTORS.append(collector := GarbageCollector(qapp))
    collector.begin()
    yield qapp
    collector.stop()


_COLLECTORS: list[GarbageCollector] = []


@pytest.fixture(autouse=True)
def _no_widget_left() -> Iterator[None]:
    """Fail a test that leaves a widget to Python's collector of garbage, then collect what is due.

    Qt takes a widget apart from the outside, the collector in any order, headers and scroll bars
    before their table: PySide 6.11 crashes, and some later test does.
    """
    yield
    left = left_widgets()
    for collector in _COLLECTORS:
        collector.collect_due()
    if left:
        pytest.fail(f"Qt has not deleted: {', '.join(left)}. Give it a parent, or to qtbot.")


@pytest.fixture
def _comes_back() -> Iterator[None]:
    """Fail a test that leaves the program in another folder, and bring it back for the next."""
    here = Path.cwd()
    yield
    there = Path.cwd()
    os.chdir(here)
    if there != here:
        pytest.fail(f"The test went to {there} and did not come back.")


@pytest.fixture(autouse=True)
def clean_account(
    _comes_back: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give the test a home of its own; nothing of the developer's account is read or written."""
    home = tmp_path_factory.mktemp("home", numbered=True)
    home.chmod(0o700)
    for name in os.environ:
        if name in _DROPPED or name.startswith(_DROPPED_PREFIXES):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[PatientBot]:
    """Use a window as a person does, with the patience that a busy machine needs."""
    del qapp
    bot = PatientBot(request)
    yield bot
    bot.let_go()


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread behind which would keep the program alive."""
    before = set(threading.enumerate())
    yield
    deadline_s = time.monotonic() + _THREAD_GRACE_S
    while left := [t for t in threading.enumerate() if t not in before and not t.daemon]:
        if time.monotonic() > deadline_s:
            pytest.fail(f"Threads still run: {', '.join(t.name for t in left)}")
        time.sleep(0.01)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_error_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which an error was logged, unless it looks at the log itself."""
    listener = _Errors()
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)
    if listener.lines and "caplog" not in request.fixturenames:
        pytest.fail("Errors were logged:\n" + "\n".join(listener.lines))
