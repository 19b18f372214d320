"""The register of faults is complete, and every test it names exists and runs."""

import ast
import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tests.faults.promises import PROMISES, RULES
from tests.faults.register import FAULTS, Entry

ROOT = Path(__file__).resolve().parents[2]
NEVER = re.compile(r"mark\.(skip|soak|xfail)\b")
KINDS = {
    "faults": (FAULTS, (*range(1, 89), 92, 93, 95, 96)),
    "promises": (PROMISES, (*range(1, 17), 18, *range(19, 26))),
    "rules": (RULES, (*range(1, 14), 19)),
}


@cache
def runnable_in(path: Path) -> frozenset[str]:
    """Return the tests of a file that an ordinary run does not leave out whatever happens."""
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not any(NEVER.search(ast.unparse(mark)) for mark in node.decorator_list)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_there_once_and_in_order(kind: str) -> None:
    entries, numbers = KINDS[kind]
    assert tuple(entry.number for entry in entries) == numbers


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_tried_or_says_by_a_named_reason_why_not(kind: str) -> None:
    """Words alone excuse nothing; that the named tests have run, the run itself looks at."""
    for entry in KINDS[kind][0]:
        assert entry.words
        assert bool(entry.tests) != bool(entry.untried), entry


def test_every_named_test_exists_and_is_in_the_ordinary_run() -> None:
    entries: chain[Entry] = chain(FAULTS, PROMISES, RULES)
    gone = [
        (entry.number, test)
        for entry in entries
        for test in entry.tests
        if test.partition("::")[2] not in runnable_in(ROOT / test.partition("::")[0])
    ]
    assert gone == []


def test_what_is_done_more_often_when_soaking_is_done_when_soaking() -> None:
    """The long run takes only what is marked: a larger number behind no mark is never tried."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text("utf-8")
        if re.search(r"from tests\.faults\.rounds import .*(SOAK|rounds)", text):
            assert "pytest.mark.soak] if SOAK else []" in text, path
