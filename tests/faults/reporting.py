"""The part of the test run that keeps the ledger: a plugin, loaded by `tests/conftest.py`."""

import pytest

from tests.faults.ledger import idle, note, table
from tests.faults.promises import PROMISES, RULES
from tests.faults.register import FAULTS


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count each test that runs."""
    note(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let no run pass in which a fault, promise or rule was passed over in silence."""
    if session.exitstatus == pytest.ExitCode.OK and idle((*FAULTS, *PROMISES, *RULES)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was promised, how often it was tried, and how often it was broken."""
    if lines := table():
        terminalreporter.section("promises")
        for line in lines:
            terminalreporter.write_line(line)
    for line in idle((*FAULTS, *PROMISES, *RULES)):
        terminalreporter.write_line(f"skipped, and nothing here is missing for it: {line}")
