"""The ledger itself: a table that could only show zeros would prove nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INNER = """
import pytest
from tests.faults import ledger, reporting
from tests.faults.ledger import record, trials, tried
from tests.faults.register import Entry

def mine(*names):
    return tuple(f"test_inner.py::{name}" for name in names)

def test_good():
    for turn in trials(1, "good rounds", 7, each=2):
        assert turn < 7

def test_fails_at_the_third():
    for turn in trials(1, "bad rounds", 7):
        assert turn < 2

def test_fails_in_a_block():
    with tried(2, "blocks"):
        pass
    with tried(2, "blocks"):
        raise AssertionError("broken")

def test_another_program_told_of_failures():
    record(2, "told", 50, 3)

def test_says_it_cannot():
    pytest.skip(WHY)

ledger.PROMISES = (
    Entry(1, "first", mine("test_good", "test_fails_at_the_third")),
    Entry(2, "second", mine("test_fails_in_a_block", "test_another_program_told_of_failures")),
    Entry(3, "third", mine("test_says_it_cannot")),
)
reporting.PROMISES, reporting.FAULTS, reporting.RULES = ledger.PROMISES, (), ()
ledger.FAULTS = ()
"""


def run(folder: Path, *chosen: str, why: str = "I do not like to") -> tuple[int, list[str]]:
    """Run tests of a run within; return its exit code and the table, blanks as one."""
    (folder / "test_inner.py").write_text(INNER.replace("WHY", repr(why)), "utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n", "utf-8")
    names = [f"test_inner.py::{name}" for name in chosen]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xvfb",
         "-p", "tests.faults.reporting", "--import-mode=importlib", *names],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin",
                         "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_rounds_that_fail_are_in_the_table_and_those_not_tried_are_not(tmp_path: Path) -> None:
    code, lines = run(tmp_path)
    assert code == 1
    table = lines[lines.index(next(line for line in lines if line.startswith("promise:"))) + 1 :]
    assert table[:6] == [
        "1 first 2 1",
        "bad rounds 3 1",
        "good rounds 14 0",
        "2 second 2 1",
        "blocks 2 1",
        "told 50 3",
    ]


def test_a_run_without_failures_shows_none(tmp_path: Path) -> None:
    code, lines = run(tmp_path, "test_good")
    assert code == 0
    assert {"1 first 1 0", "good rounds 14 0"} <= set(lines)


@pytest.mark.parametrize(
    ("why", "code"), [("I do not like to", 1), ("the age program is not installed", 0)]
)
def test_only_what_the_machine_lacks_excuses_what_is_not_tried(
    tmp_path: Path, why: str, code: int
) -> None:
    found, lines = run(tmp_path, "test_says_it_cannot", why=why)
    assert found == code
    assert any("nothing here is missing for it: 3 third" in line for line in lines) == bool(code)
